package actors

import (
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rowrelay/rowrelay/gap"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/store"
)

// rules are how this source's gaps are closed.
func (d *dump) rules() gap.Rules {
	return gap.Rules{
		MinWatch: d.settings.MinWatch, Watch: d.settings.Watch, Poll: d.settings.PollInterval,
		Evidence: d.source.Numbers.Rule == source.ByEvidence, Pooled: d.source.Numbers.Pooled,
	}
}

// loadGaps makes the ledger what the store holds.
func (d *dump) loadGaps() error {
	stored, err := d.store.Gaps(d.ctx, d.feed.Name)
	if err != nil {
		return err
	}
	now := time.Now()
	gaps := make([]gap.Gap, len(stored))
	for i, g := range stored {
		gaps[i] = gap.Gap{Range: g.Range, Born: now.Add(-g.Age), Dirty: g.Dirty}
	}
	d.ledger.Load(gaps)
	d.weighGaps()
	return nil
}

// reading is a page as the ledger takes it. Where numbers become visible in order there are no gaps.
func (d *dump) reading(m *DumpRecordBunchMessage) gap.Reading {
	r := gap.Reading{Evidence: gap.Evidence(m.Evidence), Server: m.Page.Server, After: m.Seen.LastRead, Probes: m.Page.Probes}
	if d.source.Numbers.Rule != source.InOrder {
		r.Seen = m.Page.Numbers
	}
	return r
}

// lateSeqs are the numbers of rows that have appeared in gaps, lowest first.
func (d *dump) lateSeqs(m *DumpRecordBunchMessage) ([]int64, error) {
	late, unsure := d.ledger.Late(m.Page.Probes)
	if len(unsure) > 0 {
		known, err := d.store.Known(d.ctx, d.feed.Name, unsure)
		if err != nil {
			return nil, err
		}
		for _, seq := range unsure {
			if _, found := slices.BinarySearch(known, seq); !found {
				late = append(late, seq)
			}
		}
	}
	slices.Sort(late)
	return late, nil
}

// held is a bunch that waits for its late rows.
type held struct {
	bunch *DumpRecordBunchMessage
	late  []int64
}

// askLate holds a bunch until its late rows are read. They take at most half of the demand while there are new rows.
func (d *dump) askLate(c actor.Context, m *DumpRecordBunchMessage, late []int64) {
	rows := d.demand()
	if len(m.Page.Records) > 0 {
		rows = max(1, rows/2)
	}
	d.held = &held{m, late}
	d.ask(c, &LateMessage{late, source.Limit{Rows: rows, Bytes: pageBytes}})
}

// late dumps the bunch that was held together with its late rows. What was not looked at stays in its gap.
func (d *dump) late(c actor.Context, m *LateDoneMessage) {
	h := d.held
	d.asked, d.held = false, nil
	if d.closed || d.troubled(c, d.feed.SourceName, m.Err) {
		return
	}
	rows, end := complete(h.late, m.Rows, m.Seen)
	page := &h.bunch.Page
	if n := len(h.late); end < h.late[n-1] {
		for i, p := range page.Probes {
			page.Probes[i] = p.Until(end)
		}
		d.lastProbe, d.nextPoll = time.Time{}, d.lastPoll // the others are looked for at once
	}
	if trim(page, d.demand()-len(rows)); page.Full {
		d.more, d.nextPoll = true, d.lastPoll
	}
	d.dump(c, h.bunch, rows)
}

// complete returns the rows without a missing one below them, and the number up to which that is so. One that was there and is not may have been
// deleted, or was asked of a server that lags: it stays in its gap.
func complete(late []int64, rows []*record.Record, seen int) ([]*record.Record, int64) {
	for i, seq := range late {
		if i == seen || i == len(rows) || rows[i].Seq != seq {
			return rows[:min(i, len(rows))], seq - 1
		}
	}
	return rows, late[len(late)-1]
}

// trim cuts new rows off the end of a page: they are read again.
func trim(p *source.Page, rows int) {
	if rows >= len(p.Records) {
		return
	}
	p.Records, p.Full = p.Records[:max(rows, 0)], true
	last := p.Numbers[:0]
	if n := len(p.Records); n > 0 {
		end, _ := slices.BinarySearch(p.Numbers, p.Records[n-1].Seq)
		last = p.Numbers[:end+1]
	}
	p.Numbers = last
}

// account tells what became of gaps.
func (d *dump) account(change gap.Change, late int) {
	d.gauge.closed(d.log, change.Closed, late)
	d.weighGaps()
}

func (d *dump) weighGaps() {
	n := len(d.ledger.Gaps())
	d.gauge.set(func() { d.gauge.GapsOpen = n })
}

// beginning is where a new feed begins, as the store keeps it.
func beginning(b source.Beginning, identity []byte) store.Beginning {
	s := store.Beginning{Start: b.After, Identity: identity}
	next := b.From
	for _, n := range b.Known {
		if n.Wanted {
			s.Skipped = append(s.Skipped, n.Seq)
		}
		if next < n.Seq {
			s.Gaps = append(s.Gaps, record.Range{Lo: next, Hi: n.Seq - 1})
		}
		next = n.Seq + 1
	}
	return s
}
