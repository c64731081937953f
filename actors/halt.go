package actors

import (
	"errors"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// halt is a feed that went back: it reads no further, and waits until a person has rewound it.
type halt struct {
	stop    *record.Stop
	seen    store.Position // that was stopped at
	unsaved bool           // the stop has to be noted in the store, for every instance and for the next start
	next    time.Time
}

// highest is the highest number that the source was seen to have.
type highest struct {
	known bool
	seq   *int64 // nil: it had no row
}

// wentBack notices numbers that are given out a second time: the highest one rises although it is below what was read, and in
// no gap. A highest number that only falls is a source that was purged.
func (d *dump) wentBack(c actor.Context, m *DumpRecordBunchMessage) bool {
	was, is := d.top, m.Page.Highest
	if n := len(m.Page.Numbers); n > 0 {
		is = &m.Page.Numbers[n-1]
	}
	d.top = highest{true, is}
	rises := was.known && is != nil && (was.seq == nil || *is > *was.seq)
	if d.source.Standby { // one that catches up rises too
		return false
	}
	if !rises || *is >= m.Seen.LastRead || m.Seen.LastRead <= m.Seen.StartSeq || d.ledger.Holds(*is) {
		return false
	}
	stop := &record.Stop{
		Code: record.SourceWentBack,
		Text: fmt.Sprintf("the highest number has risen to %d although %d was read: numbers are given out a second time, and the new rows would be taken for the old ones",
			*is, m.Seen.LastRead),
		Remedy: "the source was restored, or its sequence began anew: find the last number that is still the row that was sent, then\n" +
			"rowrelay rewind " + d.feed.Name + " --to N --resend completed --reason ...   (or give the feed a new name)",
	}
	d.stop(stop)
	d.halt.unsaved, d.halt.next = true, time.Time{}
	d.step(c)
	return true
}

// watchHalt looks whether the feed was rewound, and goes on from there.
func (d *dump) watchHalt(c actor.Context, now time.Time) {
	if now.Before(d.halt.next) {
		return
	}
	d.halt.next = now.Add(claimEvery)
	p, err := d.store.Position(d.ctx, d.feed.Name)
	switch {
	case errors.Is(err, store.ErrNoFeed): // it has not begun
	case d.troubled(c, d.feed.StoreName, err):
		return
	case p.StopCode != "":
		d.halt.seen, d.halt.unsaved = p, false
		return
	case d.halt.unsaved && p.LastRead >= d.halt.seen.LastRead:
		d.noteStop(c, p)
		return
	case p.Version == d.halt.seen.Version:
		return
	}
	d.board.Up(d.name, d.feed.StoreName, "")
	d.log.Info("feed goes on: its position has changed", "last_read", p.LastRead)
	d.position = p
	d.halt, d.opened, d.positioned, d.nextPoll = nil, false, false, time.Time{}
	d.gauge.set(func() { d.gauge.State, d.gauge.Code, d.gauge.Text = record.Running, "", "" })
	d.again(c)
}

// noteStop stops the feed for every instance and for the next start. It must not undo a rewind that came first: then it is looked
// at again.
func (d *dump) noteStop(c actor.Context, p store.Position) {
	err := d.store.StopFeed(d.ctx, d.feed.Name, p.Version, d.halt.stop)
	if errors.Is(err, store.ErrStale) || d.troubled(c, d.feed.StoreName, err) {
		return
	}
	d.board.Up(d.name, d.feed.StoreName, "")
	d.halt.unsaved = false
}
