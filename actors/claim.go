package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/store"
)

const (
	aloneDeaths   = 3 // deaths of the process with a suspect alone in flight that prove it
	claimedAtOnce = 1000

	// ripening is how long after its claim a record goes on at the earliest: an older send of the same id may
	// still be under way, and two at the same moment can both pass a broker's duplicate check.
	ripening = time.Second
)

// suspects is the care taken of rows that may be killing the process.
type suspects struct {
	alone    bool // one is in flight, and nothing else may be
	cautious bool // claims take one row until one is no suspect
}

func (d *dump) claimDue(now time.Time) bool {
	return !now.Before(d.nextClaim) && d.worth() && len(d.pending) == 0
}

// claim takes NEW rows that nobody holds: after a crash, a fail-over, a failed attempt, a retry by hand,
// a lost answer. It is the one recovery path.
func (d *dump) claim(c actor.Context, now time.Time) {
	limit := d.claimLimit()
	records, err := d.store.Claim(d.ctx, d.feed.Name, d.instance, limit, d.flight.seqs())
	if d.troubled(c, d.feed.StoreName, err) {
		return
	}
	d.claimed = true
	d.nextClaim = now.Add(claimEvery)
	if len(records) == limit {
		d.nextClaim = now // more may wait
	}
	d.board.Up(d.name, d.feed.StoreName, "")
	d.adopt(d.sift(c, records))
	d.again(c)
}

// claimLimit leaves half of the demand to new rows while some wait.
func (d *dump) claimLimit() int {
	switch {
	case d.suspects.cautious:
		return 1
	case d.more:
		return min(max(1, d.demand()/2), claimedAtOnce)
	}
	return min(d.demand(), claimedAtOnce)
}

// adopt takes claimed records in flight; their rows are read again when there is room.
func (d *dump) adopt(records []*record.Record) {
	now := time.Now()
	for _, r := range records {
		r.ClaimedAt = now
		d.flight.add(r)
	}
	d.pending = append(d.pending, records...)
	d.gauge.set(func() { d.gauge.Replayed += int64(len(records)) })
	d.weigh()
}

// sift keeps one suspect alone, in the whole process, and releases everything else that was claimed with it.
func (d *dump) sift(c actor.Context, records []*record.Record) []*record.Record {
	for i, r := range records {
		if r.Crashes < store.SuspectCrashes {
			continue
		}
		if !d.board.isolate(d.feed.Name) {
			d.release(records) // another feed carries one alone: its turn comes first
			return nil
		}
		d.release(append(records[:i:i], records[i+1:]...))
		d.suspects = suspects{alone: true, cautious: true}
		d.nextClaim = time.Now()
		d.log.Warn("a row is carried alone: the process died while it was in flight", "seq", r.Seq, "crashes", r.Crashes)
		return records[i : i+1]
	}
	if len(records) > 0 || d.suspects.cautious {
		d.suspects.cautious = false
	}
	return records
}

// release gives rows back as they were. If the store does not answer they stay ours and are claimed again.
func (d *dump) release(records []*record.Record) {
	if len(records) == 0 {
		return
	}
	marks := make([]store.Mark, len(records))
	for i, r := range records {
		marks[i] = store.Mark{Seq: r.Seq, ClaimNo: r.ClaimNo, Status: record.New}
	}
	if _, err := d.store.Mark(d.ctx, d.feed.Name, d.instance, marks); err != nil {
		d.log.Warn("rows could not be released; they are claimed again", "rows", len(records), "err", err)
	}
}

// ripe is when the claimed rows that wait to be read may be: zero if there are none. A suspect was sent in
// an earlier life of the process at the latest, so it ripens with these rooms: one after the other for a
// second each would take hours after a crash loop.
func (d *dump) ripe() time.Time {
	switch {
	case len(d.pending) == 0:
		return time.Time{}
	case d.suspects.alone:
		return d.built.Add(ripening)
	}
	return d.pending[0].ClaimedAt.Add(ripening)
}

// rereadDue tells whether claimed rows are to be read. A suspect waits until it is the only record in flight.
func (d *dump) rereadDue(now time.Time) bool {
	if len(d.pending) == 0 || now.Before(d.ripe()) || d.flight.bytes > flightBytes {
		return false
	}
	return !d.suspects.alone || d.board.alone()
}

func (d *dump) askReread(c actor.Context) {
	if r := d.pending[0]; r.Crashes >= store.SuspectCrashes+aloneDeaths {
		d.condemn(c, r)
		return
	}
	seqs := make([]int64, min(len(d.pending), claimedAtOnce))
	for i := range seqs {
		seqs[i] = d.pending[i].Seq
	}
	d.ask(c, &RereadMessage{seqs, source.Limit{Rows: len(seqs), Bytes: pageBytes}})
}

// condemn ends a row that killed the process again and again while nothing else was in flight.
func (d *dump) condemn(c actor.Context, r *record.Record) {
	d.pending = nil
	c.Send(d.completer, &RecordsMessage{[]*RecordMessage{{Record: r, From: c.Self(), Final: true,
		Err: record.Fail(record.Internal, "the process died %d times while this row was in flight, the last %d with it alone", r.Crashes, aloneDeaths)}}})
}

// venture notes that a suspect goes on alone, before it does: only then is a death its own. False: not now.
func (d *dump) venture(c actor.Context) bool {
	r := d.pending[0]
	ours, err := d.store.Alone(d.ctx, d.instance, r)
	if d.troubled(c, d.feed.StoreName, err) {
		return false
	}
	if !ours { // somebody has taken it
		d.pending = nil
		d.flight.drop(r.Seq, r.ClaimNo)
		d.landed(c)
	}
	return ours
}

// reread hands the claimed records on with their rows; one whose row is gone has failed.
func (d *dump) reread(c actor.Context, m *RereadDoneMessage) {
	d.asked = false
	if d.troubled(c, d.feed.SourceName, m.Err) {
		return
	}
	d.board.Up(d.name, d.feed.SourceName, d.source.Server)
	d.pause.Reset()
	if d.suspects.alone && !d.venture(c) {
		return
	}
	rows := make(map[int64]*record.Record, len(m.Rows))
	for _, r := range m.Rows {
		rows[r.Seq] = r
	}
	seen := d.pending[:m.Seen]
	d.pending = d.pending[m.Seen:]
	var found []*record.Record
	for _, r := range seen {
		row, ok := rows[r.Seq]
		if !ok {
			c.Send(d.completer, &RecordsMessage{[]*RecordMessage{{Record: r, From: c.Self(),
				Err: record.Fail(record.SourceRowGone, "the source has no row with %s = %d any more", d.source.Identity.Sequence, r.Seq)}}})
			continue
		}
		r.Row, r.Bytes = row.Row, row.Bytes
		found = append(found, r)
	}
	if !d.closed {
		d.handOn(c, found)
	}
	d.again(c)
}
