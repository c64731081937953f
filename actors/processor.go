package actors

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/cenkalti/backoff/v5"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sink"
)

// Steps turn rows with certain columns into messages. They may be called concurrently.
type Steps interface {
	// Carry works on one row. It returns a *record.Failure where the row is to blame, and a *record.Outage where a lookup's
	// database is away: nothing is counted then, and it is called again. It does not change the record.
	Carry(ctx context.Context, r *record.Record) (Carried, error)
	// Asks reports whether a row may have to wait for somebody else: a lookup.
	Asks() bool
}

// Carried is what becomes of a row.
type Carried struct {
	Filtered bool // no message is sent
	Body     []byte
	Headers  sink.Headers
}

// Prepare makes the steps for a source's columns. It returns a *record.Stop with CONFIG where file and databases disagree,
// and a *record.Outage where a lookup's database is away.
type Prepare func(ctx context.Context, columns []record.Column) (Steps, error)

// newProcessor makes the router whose workers turn rows into messages: those go to the sender, bad and filtered
// rows to the completer.
func newProcessor(waiting context.Context, r *room, workers int, sender, completer *actor.PID) actor.Actor {
	return &router{
		produce: func() actor.Actor { return &processor{room: r, waiting: waiting, pause: newPause()} },
		window:  atHand,
		share:   func(waiting, workers int) int { return max(1, waiting/max(1, workers)) },
		want:    workers,
		forward: func(c actor.Context, all []*RecordMessage) {
			var made, ended []*RecordMessage
			for _, m := range all {
				switch {
				case inDoubt(m.Err): // the feed is ending: the record stays NEW
				case m.Err != nil || m.Filtered:
					ended = append(ended, m)
				default:
					made = append(made, m)
				}
			}
			hand(c, completer, ended)
			hand(c, sender, made)
		},
	}
}

// atHand is how many records a worker holds: many where each takes microseconds, so that messages between actors are few; else one in
// work and one at hand, so that nothing waits behind a row that waits itself.
func atHand(m *RecordMessage) int {
	const few, many = 2, 64
	if m.Steps.Asks() {
		return few
	}
	return many
}

// hand sends records on, if there are any.
func hand(c actor.Context, to *actor.PID, records []*RecordMessage) {
	if len(records) > 0 {
		c.Send(to, &RecordsMessage{records})
	}
}

// processor is one worker: it carries one record through all steps, and waits with it for a lookup's database that is away.
type processor struct {
	*room
	waiting context.Context // ends waiting, not what is under way
	pause   *backoff.ExponentialBackOff
	away    string // the connection that it has reported as down
	doubted bool   // the last row met an outage that may have been its own doing
}

func (p *processor) Receive(c actor.Context) {
	m, ok := c.Message().(*RecordsMessage)
	if !ok {
		return
	}
	_, worker := cutLast(c.Self().Id)
	reporter := p.feed.Name + "/" + worker
	told := 0
	for i, r := range m.Records {
		p.carry(reporter, r)
		if last := i == len(m.Records)-1; last || r.Steps.Asks() { // the next one may take long
			c.Send(c.Parent(), &DoneMessage{c.Self(), m.Records[told : i+1]})
			told = i + 1
		}
	}
}

// cutLast splits an actor's id before its own name.
func cutLast(id string) (parents, name string) {
	i := strings.LastIndex(id, "/")
	return id[:max(i, 0)], id[i+1:]
}

// carry ends with a body or a failure. A panic in a step is the record's own result: one bad record
// must not rebuild the feed for ever.
func (p *processor) carry(reporter string, m *RecordMessage) {
	defer func() {
		if r := recover(); r != nil {
			m.Err = record.Fail(record.Internal, "panic while the message was made: %v", r)
		}
	}()
	for {
		carried, err := m.Steps.Carry(p.ctx, m.Record)
		outage, away := errors.AsType[*record.Outage](err)
		if !away {
			p.settle(reporter, m, carried, err)
			return
		}
		if !p.await(reporter, outage) {
			m.Err = context.Canceled
			return
		}
		if outage.Doubtful { // were it this row's doing, as many such rows as there are workers would hold up all others
			m.Err = errLater
			return
		}
	}
}

// settle notes how the steps ended.
func (p *processor) settle(reporter string, m *RecordMessage, carried Carried, err error) {
	p.pause.Reset()
	p.doubted = false
	if p.away != "" {
		p.board.Up(reporter, p.away, "")
		p.away = ""
	}
	switch {
	case p.ctx.Err() != nil:
		m.Err = p.ctx.Err()
	case err != nil:
		m.Err = failure(err)
	default:
		m.Body, m.Headers, m.Filtered, m.Record.Row = carried.Body, carried.Headers, carried.Filtered, record.Row{}
	}
}

// await waits for the next try, and reports whether there is to be one.
func (p *processor) await(reporter string, o *record.Outage) bool {
	if p.away != "" && p.away != o.Connection {
		p.board.Up(reporter, p.away, "")
	}
	next := max(p.pause.NextBackOff(), o.After)
	if !o.Doubtful || p.doubted || o.After > 0 { // one row's trouble is no alarm
		p.away = o.Connection
		p.board.Down(reporter, o, next)
	}
	p.doubted = o.Doubtful
	select {
	case <-time.After(next):
		return true
	case <-p.waiting.Done():
		return false
	}
}

// failure makes every error of a step a result of the record.
func failure(err error) *record.Failure {
	if f, ok := err.(*record.Failure); ok {
		return f
	}
	return record.Fail(record.Internal, "%s", err)
}
