package actors

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rowrelay/rowrelay/gap"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// read takes a page; where it has found late rows, they are read first, so that they go with it.
func (d *dump) read(c actor.Context, m *DumpRecordBunchMessage) {
	d.asked = false
	if d.closed || d.troubled(c, d.feed.SourceName, m.Err) {
		return
	}
	d.board.Up(d.name, d.feed.SourceName, d.source.Server)
	if d.stranger(c, m) {
		return
	}
	d.polled(m)
	if d.wentBack(c, m) {
		return
	}
	late, err := d.lateSeqs(m)
	switch {
	case d.troubled(c, d.feed.StoreName, err):
	case len(late) > 0:
		d.askLate(c, m, late)
	default:
		d.dump(c, m, nil)
	}
}

// stranger drops a page of a server that was restarted or promoted since it was asked who it is, and asks again. Behind an address that leads
// to several servers in turn that would never end, so the fourth page in a row is taken; gaps are not closed by it.
func (d *dump) stranger(c actor.Context, m *DumpRecordBunchMessage) bool {
	const patience = 3
	if m.Page.Server == d.source.Life {
		d.strangers = 0
		return false
	}
	if d.strangers++; d.strangers > patience {
		return false
	}
	d.opened = false
	d.again(c)
	return true
}

// dump commits a bunch: the position under compare-and-set, a NEW row per record, and the changes of the gaps.
func (d *dump) dump(c actor.Context, m *DumpRecordBunchMessage, late []*record.Record) {
	change := d.ledger.Take(time.Now(), d.reading(m))
	records := slices.Concat(late, m.Page.Records)
	if len(m.Page.Numbers)+len(records) == 0 && change.Empty() {
		d.pause.Reset()
		d.reached(m)
		d.again(c)
		return
	}
	p, dumped, err := d.store.Dump(d.ctx, d.bundle(m, records, change))
	if err != nil {
		d.dropped(c, err)
		return
	}
	d.board.Up(d.name, d.feed.StoreName, "")
	d.pause.Reset()
	d.position, d.located = p, time.Now()
	d.account(change, len(late))
	d.handOn(c, pick(records, dumped))
	d.reached(m)
	d.again(c)
}

// bundle is what goes into the store in one transaction.
func (d *dump) bundle(m *DumpRecordBunchMessage, records []*record.Record, change gap.Change) store.Dump {
	now, prefix := time.Now(), d.store.ID()+"."+d.feed.Name+"."
	for _, r := range records {
		r.Feed, r.ClaimedAt = d.feed.Name, now
		r.MessageID = prefix + strconv.FormatInt(r.Seq, 10)
	}
	b := store.Dump{Feed: d.feed.Name, Instance: d.instance, Seen: m.Seen, LastRead: m.Seen.LastRead, Records: records, Gone: change.Gone}
	if n := len(m.Page.Numbers); n > 0 {
		b.LastRead = m.Page.Numbers[n-1]
	}
	for _, g := range change.New {
		b.Gaps = append(b.Gaps, store.Gap{Range: g.Range, Age: now.Sub(g.Born), Dirty: g.Dirty})
	}
	return b
}

// reached notes, after what was read is in flight, whether the source had more.
func (d *dump) reached(m *DumpRecordBunchMessage) {
	d.gauge.set(func() { d.gauge.drained = !m.Page.Full })
}

// dropped forgets a bunch whole: it is read again from wherever READ_DATA_INFO stands. If the commit did
// happen and only its answer was lost, its rows are ours and not in flight, and the next claim takes them.
func (d *dump) dropped(c actor.Context, err error) {
	d.positioned, d.nextPoll = false, time.Time{}
	if errors.Is(err, store.ErrStale) {
		d.gauge.set(func() { d.gauge.Dropped++ })
		d.log.Debug("bunch dropped: another instance was first", "last_read", d.position.LastRead)
		d.again(c)
		return
	}
	if d.troubled(c, d.feed.StoreName, err); d.halt != nil {
		d.halt.unsaved, d.halt.next = true, time.Time{}
	}
}

// pick returns the records that were inserted, with the ids and claims that they were given.
func pick(records []*record.Record, dumped []store.Dumped) []*record.Record {
	picked := make([]*record.Record, 0, len(dumped))
	for _, r := range records {
		at, ok := slices.BinarySearchFunc(dumped, r.Seq, func(row store.Dumped, seq int64) int { return cmp.Compare(row.Seq, seq) })
		if !ok {
			continue
		}
		r.ClaimNo, r.MessageID = dumped[at].ClaimNo, cmp.Or(dumped[at].MessageID, r.MessageID)
		picked = append(picked, r)
	}
	return picked
}
