package actors

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rowrelay/rowrelay/record"
)

// Render turns a row into a message body. It fails with a *record.Failure.
type Render func(record.Row) ([]byte, error)

// newProcessor makes the router whose workers turn rows into messages: those go to the sender, bad
// rows to the completer.
func newProcessor(workers int, render Render, sender, completer *actor.PID) actor.Actor {
	return &router{
		produce: func() actor.Actor { return &processor{render} },
		window:  2, // one in work and one at hand
		want:    workers,
		forward: func(c actor.Context, m *RecordMessage) {
			if m.Err != nil {
				c.Send(completer, m)
				return
			}
			c.Send(sender, m)
		},
	}
}

// processor is one worker: it carries one record through all steps.
type processor struct{ render Render }

func (p *processor) Receive(c actor.Context) {
	if m, ok := c.Message().(*RecordMessage); ok {
		p.carry(m)
		c.Send(c.Parent(), &DoneMessage{c.Self(), []*RecordMessage{m}})
	}
}

// carry ends with a body or a failure. A panic in a step is the record's own result: one bad record
// must not rebuild the feed for ever.
func (p *processor) carry(m *RecordMessage) {
	defer func() {
		if r := recover(); r != nil {
			m.Err = record.Fail(record.Internal, "panic while the message was made: %v", r)
		}
	}()
	body, err := p.render(m.Record.Row)
	if err != nil {
		m.Err = failure(err)
		return
	}
	m.Body, m.Record.Row = body, record.Row{}
}

// failure makes every error of a step a result of the record.
func failure(err error) *record.Failure {
	if f, ok := err.(*record.Failure); ok {
		return f
	}
	return record.Fail(record.Internal, "%s", fmt.Sprint(err))
}
