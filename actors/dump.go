package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/cenkalti/backoff/v5"

	"github.com/rowrelay/rowrelay/gap"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/store"
)

const (
	pageBytes   = 8 << 20  // a page ends at the row that takes it over this
	flightBytes = 32 << 20 // no more is read while more than this is in flight
	claimEvery  = 2 * time.Second
	locateEvery = 4 * time.Second // what a person changed in the store is seen after so long
)

// dump owns the records in flight and everything that makes them: polls, dumps, claims and re-reads
// start here, one at a time. A page becomes rows of DUMPED_DATA together with the last-read number, in
// one transaction; only what was committed goes on.
type dump struct {
	*room
	name                         string // as the board knows it
	poller, processor, completer *actor.PID
	settings                     Settings

	source     source.Description
	steps      Steps // for its columns
	opened     bool
	position   store.Position
	positioned bool
	started    bool      // said so in the log
	located    time.Time // the position was read or written last
	ledger     *gap.Ledger
	held       *held
	top        highest
	halt       *halt // the feed reads no further until it is rewound
	flight     flight
	pending    []*record.Record // claimed, in flight, and not yet read again
	suspects   suspects
	asked      bool // the poller owes an answer
	more       bool // the last page was full: new rows wait
	claimed    bool // the last trip was a claim: a poll has precedence
	closed     bool // draining or stopped: nothing new

	built                         time.Time // these rooms
	lastPoll, nextPoll, nextClaim time.Time
	lastProbe                     time.Time // of gaps
	strangers                     int       // pages in a row of another server than was opened
	resume                        time.Time // trouble: nothing before this
	pause                         *backoff.ExponentialBackOff
	timer                         *time.Timer
	gen                           int
}

// look lets the dump actor look for something to do.
type look struct{}

// wake is a look by a timer; one of an older timer is ignored.
type wake struct{ gen int }

func (d *dump) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		d.built = time.Now()
		d.again(c)
	case *look:
		d.step(c)
	case *wake:
		if m.gen == d.gen {
			d.step(c)
		}
	case *OpenedMessage:
		d.open(c, m)
	case *StartedMessage:
		d.create(c, m)
	case *DumpRecordBunchMessage:
		d.read(c, m)
	case *LateDoneMessage:
		d.late(c, m)
	case *RereadDoneMessage:
		d.reread(c, m)
	case *MarkedMessage:
		d.marked(c, m)
	case *TuneMessage:
		d.tune(c, m.Settings)
	case *DrainMessage:
		d.closed = true
		c.Respond(&DrainedMessage{c.Self()})
	case *actor.Stopping:
		d.disarm()
	}
}

// step starts the next trip, if one is due and none is under way.
func (d *dump) step(c actor.Context) {
	if d.closed || d.asked {
		return
	}
	now := time.Now()
	switch {
	case now.Before(d.resume):
	case d.halt != nil:
		d.watchHalt(c, now)
	case d.board.mustWait(d.feed.Name):
	case !d.opened:
		d.ask(c, &OpenMessage{})
	case !d.positioned || now.After(d.located.Add(locateEvery)):
		d.locate(c)
	case d.rereadDue(now):
		d.askReread(c)
	case d.pollDue(now) && (d.claimed || !d.claimDue(now)):
		d.poll(c, now)
	case d.claimDue(now):
		d.claim(c, now)
	}
	d.arm(c, now)
}

// demand is how many records may still be taken in flight.
func (d *dump) demand() int { return d.settings.MaxInFlight - len(d.flight.held) }

// worth tells whether the demand is worth a trip.
func (d *dump) worth() bool {
	least := max(1, min(d.settings.Bunch, d.settings.MaxInFlight/2))
	return d.demand() >= least && d.flight.bytes <= flightBytes && !d.suspects.alone
}

func (d *dump) pollDue(now time.Time) bool {
	return !now.Before(d.nextPoll) && d.worth() && !d.suspects.cautious
}

func (d *dump) ask(c actor.Context, m any) {
	d.asked = true
	c.Request(d.poller, m)
}

func (d *dump) poll(c actor.Context, now time.Time) {
	d.claimed, d.lastPoll = false, now
	m := &PollMessage{Seen: d.position, Limit: source.Limit{Rows: min(d.settings.Bunch, d.demand()), Bytes: pageBytes}}
	if !now.Before(d.lastProbe.Add(d.settings.PollInterval)) { // not with every page of a backlog
		d.lastProbe = now
		m.Probes, m.Evidence = d.ledger.Due(now), len(d.ledger.Gaps()) > 0
	}
	d.ask(c, m)
}

// polled plans the next poll: at once after a full page, else after the interval.
func (d *dump) polled(m *DumpRecordBunchMessage) {
	d.more = m.Page.Full
	d.nextPoll = d.lastPoll.Add(d.settings.PollInterval)
	if m.Page.Full {
		d.nextPoll = d.lastPoll
	}
	d.gauge.set(func() {
		d.gauge.LastPoll = time.Now()
		d.gauge.window.read += len(m.Page.Records)
	})
}

// handOn takes records in flight and gives them to the processor.
func (d *dump) handOn(c actor.Context, records []*record.Record) {
	if len(records) == 0 {
		return
	}
	messages, self := make([]RecordMessage, len(records)), c.Self()
	all := make([]*RecordMessage, len(records))
	for i, r := range records {
		d.flight.add(r)
		messages[i] = RecordMessage{Record: r, Steps: d.steps, From: self}
		all[i] = &messages[i]
	}
	c.Send(d.processor, &RecordsMessage{all})
	d.weigh()
}

func (d *dump) marked(c actor.Context, m *MarkedMessage) {
	for _, k := range m.Marks {
		d.flight.drop(k.Seq, k.ClaimNo)
	}
	d.landed(c)
}

// landed looks around after records have left the map.
func (d *dump) landed(c actor.Context) {
	if len(d.flight.held) == 0 && d.suspects.alone {
		d.suspects.alone = false
		d.board.rejoin(d.feed.Name)
	}
	d.weigh()
	d.step(c)
}

func (d *dump) weigh() {
	n := len(d.flight.held)
	d.gauge.set(func() { d.gauge.InFlight = n })
}

func (d *dump) tune(c actor.Context, s Settings) {
	d.settings = s
	if d.ledger != nil {
		d.ledger.Tune(d.rules())
	}
	if d.nextPoll.After(time.Now()) { // a poll that is due already, after a trouble or a full page, stays due
		d.nextPoll = d.lastPoll.Add(s.PollInterval)
	}
	d.step(c)
}
