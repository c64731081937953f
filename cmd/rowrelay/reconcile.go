package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rowrelay/rowrelay/actors"
	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/store"
)

type reconcileCmd struct {
	Feed    string `arg:"" help:"The feed."`
	From    *int64 `placeholder:"SEQ" help:"Begin at this number; else where the feed began."`
	To      *int64 `placeholder:"SEQ" help:"End at this number; else the last one that was read."`
	Rate    rate   `placeholder:"1000/s" help:"Read at most so many numbers a second, of both sides together."`
	Deliver bool   `help:"Make what is missing NEW, to be sent."`
	Reason  string `placeholder:"TEXT" help:"Why, for the audit; always needed with --deliver."`
	Yes     bool   `short:"y" help:"Do not ask before --deliver."`
}

// pageNumbers is how many numbers are read of either side at once.
const pageNumbers = 5000

// settling is the time until a number that is not as it should be is looked at again; tests have less.
var settling = 2 * time.Second

// Validate refuses what can never be meant; kong calls it.
func (r *reconcileCmd) Validate() error {
	switch {
	case r.Deliver && strings.TrimSpace(r.Reason) == "":
		return errors.New("--reason is missing: the audit keeps why rows were delivered by hand")
	case r.From != nil && r.To != nil && *r.From > *r.To:
		return errors.New("--from is above --to")
	}
	return nil
}

// Run implements the command.
func (r *reconcileCmd) Run(ctx context.Context, g *globals) error {
	file, st, err := g.openFor(ctx, r.Feed)
	if err != nil {
		return err
	}
	defer st.Close()
	p, err := r.position(ctx, file, st)
	if err != nil {
		return err
	}
	src, err := r.open(ctx, file, p)
	if err != nil {
		return g.refused(err)
	}
	defer src.Close()
	found, err := r.compare(ctx, src, st, p)
	if err != nil {
		return err
	}
	return r.settle(ctx, g, &delivery{feed: r.Feed, source: src, store: st, audit: g.audit(r.Reason), pace: pace{rate: r.Rate}}, found)
}

// position is where the feed stands, if that can be compared.
func (r *reconcileCmd) position(ctx context.Context, file *config.File, st store.Store) (store.Position, error) {
	if _, ok := file.Feeds[r.Feed]; !ok {
		return store.Position{}, &problem{exitNo, r.Feed + " is not in the file, so its source is not known", "put the feed back into the file; enabled: false is enough"}
	}
	p, err := position(ctx, st, r.Feed)
	if err != nil || !r.Deliver {
		return p, err
	}
	back, err := wentBack(ctx, st, r.Feed, p)
	if err == nil && back {
		return p, &problem{exitNo, r.Feed + " is stopped with SOURCE_WENT_BACK: its numbers are not those that were recorded", stopRemedy(r.Feed, record.SourceWentBack)}
	}
	return p, err
}

// open reaches the source, if it is the one that the feed has read.
func (r *reconcileCmd) open(ctx context.Context, file *config.File, p store.Position) (source.Source, error) {
	src, err := newSource(file, r.Feed)
	if err != nil {
		return nil, err
	}
	d, err := src.Open(ctx)
	if err == nil {
		err = actors.SameStored(r.Feed, p, d.Identity)
	}
	if err != nil {
		_ = src.Close()
		return nil, err
	}
	return src, nil
}

// within is the part of what was read that is to be compared.
func (r *reconcileCmd) within(p store.Position) (record.Range, error) {
	if p.LastRead <= p.StartSeq {
		return record.Range{Lo: 1, Hi: 0}, nil
	}
	part := record.Range{Lo: p.StartSeq + 1, Hi: p.LastRead}
	if r.From != nil {
		part.Lo = max(part.Lo, *r.From)
	}
	if r.To != nil {
		part.Hi = min(part.Hi, *r.To)
	}
	if part.Lo > part.Hi {
		return part, &problem{exitNo, fmt.Sprintf("there is nothing to compare: %s began above %d and has read up to %d", r.Feed, p.StartSeq, p.LastRead),
			"name numbers between them, or leave --from and --to out"}
	}
	return part, nil
}

// compare looks at every number, and after a while once more at those that are not as they should be.
func (r *reconcileCmd) compare(ctx context.Context, src source.Source, st store.Store, p store.Position) (*reconciled, error) {
	part, err := r.within(p)
	if err != nil {
		return nil, err
	}
	c := &comparer{feed: r.Feed, source: src, store: st, page: pageNumbers, pace: pace{rate: r.Rate}}
	if r.Rate > 0 {
		c.page = max(1, min(c.page, int(r.Rate))) // no page takes more than a second of the rate
	}
	return c.reconcile(ctx, part, p.High, settling)
}

// reconcile compares a part of what was read.
func (c *comparer) reconcile(ctx context.Context, part record.Range, high int64, settling time.Duration) (*reconciled, error) {
	found := &reconciled{Feed: c.feed, From: part.Lo, To: part.Hi, Gone: stretches{}, Audit: []int64{}}
	if part.Lo <= part.Hi {
		if err := c.walk(ctx, part, func(p place) { found.see(p, false) }); err != nil {
			return nil, err
		}
		if err := c.settle(ctx, found, settling); err != nil {
			return nil, err
		}
	}
	above, err := c.above(ctx, high)
	found.unexpected = append(found.unexpected, above...)
	found.finish()
	return found, err
}

// settle looks at the doubts again. A feed that was rewound meanwhile reads the numbers above its position anew.
func (c *comparer) settle(ctx context.Context, found *reconciled, settling time.Duration) error {
	if len(found.doubts) == 0 {
		return nil
	}
	if err := pause(ctx, settling); err != nil {
		return err
	}
	now, err := c.store.Position(ctx, c.feed)
	if err != nil {
		return err
	}
	return c.each(ctx, found.doubts, func(p place) {
		if p.seq <= now.LastRead {
			found.see(p, true)
		}
	})
}

// each visits those of the named numbers, which rise, that either side knows. It leaps over spaces that are wider than a page.
func (c *comparer) each(ctx context.Context, seqs []int64, visit func(place)) error {
	for len(seqs) > 0 {
		n := 1
		for n < len(seqs) && uint64(seqs[n])-uint64(seqs[n-1]) <= uint64(c.page) {
			n++
		}
		some := seqs[:n]
		seqs = seqs[n:]
		err := c.walk(ctx, record.Range{Lo: some[0], Hi: some[n-1]}, func(p place) {
			if _, named := slices.BinarySearch(some, p.seq); named {
				visit(p)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}
