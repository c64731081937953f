package main

import (
	"context"
	"math"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// numbered is a source as far as it tells which numbers there are.
type numbered interface {
	Numbers(ctx context.Context, within record.Range, limit int) (record.Probe, error)
}

// recorded is a store as far as it tells what it holds of a feed.
type recorded interface {
	Position(ctx context.Context, feed string) (store.Position, error)
	Between(ctx context.Context, feed string, within record.Range, limit int) ([]store.Standing, []store.Gap, error)
}

// place is one number and what either side knows of it.
type place struct {
	seq           int64
	there, wanted bool            // in the source; and taken by `where`
	row           *store.Standing // nil: not in DUMPED_DATA
	gap, dirty    bool            // in an open gap; which may cover what was dumped
}

// comparer goes through the numbers of a source and of a store side by side, page by page, while a daemon may run. For each
// number it asks the source first and the store afterwards, so that a row on its way is in one of the two.
type comparer struct {
	feed   string
	source numbered
	store  recorded
	page   int // numbers that are read of either side at once
	pace   pace
}

// walk visits, in rising order, every number of the range that either side knows.
func (c *comparer) walk(ctx context.Context, within record.Range, visit func(place)) error {
	var ahead record.Probe // what was read of the source and is not yet compared
	for lo, fresh := within.Lo, true; ; {
		if fresh {
			var err error
			if ahead, err = c.numbers(ctx, record.Range{Lo: lo, Hi: within.Hi}); err != nil {
				return err
			}
		}
		end, err := c.step(ctx, lo, &ahead, visit)
		if err != nil || end >= within.Hi {
			return err
		}
		lo, fresh = end+1, end >= ahead.Reached
	}
}

func (c *comparer) numbers(ctx context.Context, within record.Range) (record.Probe, error) {
	p, err := c.source.Numbers(ctx, within, c.page)
	if err != nil {
		return p, err
	}
	return p, c.pace.wait(ctx, len(p.Found))
}

// step compares from lo as far as both sides were read, and returns how far that is.
func (c *comparer) step(ctx context.Context, lo int64, ahead *record.Probe, visit func(place)) (end int64, err error) {
	end = ahead.Reached
	rows, gaps, err := c.store.Between(ctx, c.feed, record.Range{Lo: lo, Hi: end}, c.page)
	if err != nil {
		return 0, err
	}
	if len(rows) == c.page {
		end = rows[len(rows)-1].Seq
	}
	n := 0
	for n < len(ahead.Found) && ahead.Found[n].Seq <= end {
		n++
	}
	places := join(ahead.Found[:n], rows, gaps)
	ahead.Found = ahead.Found[n:]
	if err := c.lookAgain(ctx, places); err != nil {
		return 0, err
	}
	for _, p := range places {
		visit(p)
	}
	return end, c.pace.wait(ctx, len(rows))
}

// lookAgain asks the source once more for what only the store knows: a row may have been committed and recorded in between.
func (c *comparer) lookAgain(ctx context.Context, places []place) error {
	gone := map[int64]*place{}
	var all record.Range
	for i := range places {
		if p := &places[i]; !p.there {
			if len(gone) == 0 {
				all.Lo = p.seq
			}
			gone[p.seq], all.Hi = p, p.seq
		}
	}
	for len(gone) > 0 {
		found, err := c.numbers(ctx, all)
		if err != nil {
			return err
		}
		for _, n := range found.Found {
			if p := gone[n.Seq]; p != nil {
				p.there, p.wanted = true, n.Wanted
			}
		}
		if found.Reached >= all.Hi {
			break
		}
		all.Lo = found.Reached + 1
	}
	return nil
}

// join merges what was read of both sides. All of it rises.
func join(numbers []record.Number, rows []store.Standing, gaps []store.Gap) []place {
	places := make([]place, 0, max(len(numbers), len(rows)))
	for len(numbers)+len(rows) > 0 {
		var p place
		if len(rows) == 0 || len(numbers) > 0 && numbers[0].Seq <= rows[0].Seq {
			p = place{seq: numbers[0].Seq, there: true, wanted: numbers[0].Wanted}
			numbers = numbers[1:]
		} else {
			p.seq = rows[0].Seq
		}
		if len(rows) > 0 && rows[0].Seq == p.seq {
			p.row, rows = &rows[0], rows[1:]
		}
		for len(gaps) > 0 && gaps[0].Hi < p.seq {
			gaps = gaps[1:]
		}
		if len(gaps) > 0 && gaps[0].Holds(p.seq) {
			p.gap, p.dirty = true, gaps[0].Dirty
		}
		places = append(places, p)
	}
	return places
}

// above returns the rows that are recorded above the highest number that was ever dumped. The number is read after
// the rows: a dump writes both at once.
func (c *comparer) above(ctx context.Context, high int64) ([]int64, error) {
	var found []int64
	for lo := high; lo < math.MaxInt64; {
		rows, _, err := c.store.Between(ctx, c.feed, record.Range{Lo: lo + 1, Hi: 1<<63 - 1}, c.page)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			found = append(found, r.Seq)
			lo = r.Seq
		}
		if len(rows) < c.page {
			break
		}
	}
	p, err := c.store.Position(ctx, c.feed)
	if err != nil {
		return nil, err
	}
	for len(found) > 0 && found[0] <= p.High {
		found = found[1:]
	}
	return found, nil
}
