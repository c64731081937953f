package actors

import (
	"context"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sink"
)

// newSender makes the router whose workers hold one broker connection each.
func newSender(ctx, waiting context.Context, f *Feed, completer *actor.PID) actor.Actor {
	return &router{
		produce: func() actor.Actor {
			return &sender{ctx: ctx, publisher: f.Sink.Publisher(waiting), max: f.BatchMax, linger: f.Linger}
		},
		window: func(*RecordMessage) int { return 2 * f.BatchMax }, // one batch under way and the next at hand
		share:  func(int, int) int { return f.BatchMax },
		want:   f.SinkConnections,
		forward: func(c actor.Context, all []*RecordMessage) {
			hand(c, completer, slices.DeleteFunc(all, func(m *RecordMessage) bool {
				return inDoubt(m.Err) // the feed is ending: the record stays NEW
			}))
		},
	}
}

// inDoubt tells a message without a receipt from a refused one.
func inDoubt(err error) bool {
	if err == nil {
		return false
	}
	_, refused := err.(*record.Failure)
	return !refused
}

// batchBytes ends a batch at the message that takes it over this: ActiveMQ Classic keeps an open
// transaction in the queue's memory, and blocks for ever where that is full.
const batchBytes = 1 << 20

// sender is one worker: it collects what is waiting, publishes it, and believes only receipts.
type sender struct {
	ctx       context.Context
	publisher sink.Publisher
	max       int
	linger    time.Duration
	batch     []*RecordMessage
	bytes     int  // of its bodies
	queued    bool // a flush is on its way
}

// flush comes after everything that was waiting when the batch began.
type flush struct{}

func (s *sender) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *RecordsMessage:
		s.collect(c, m.Records)
	case *flush:
		s.queued = false
		s.publish(c)
	case *actor.Stopping:
		s.publisher.Close()
	}
}

func (s *sender) collect(c actor.Context, records []*RecordMessage) {
	for _, m := range records {
		s.batch = append(s.batch, m)
		s.bytes += len(m.Body)
		if len(s.batch) >= s.max || s.bytes > batchBytes {
			s.publish(c)
		}
	}
	if len(s.batch) == 0 || s.queued {
		return
	}
	s.queued = true
	if s.linger == 0 {
		c.Send(c.Self(), &flush{})
		return
	}
	root, self := c.ActorSystem().Root, c.Self()
	time.AfterFunc(s.linger, func() { root.Send(self, &flush{}) })
}

func (s *sender) publish(c actor.Context) {
	if len(s.batch) == 0 {
		return
	}
	batch := make([]sink.Message, len(s.batch))
	for i, m := range s.batch {
		batch[i] = sink.Message{ID: m.Record.MessageID, Body: m.Body, Headers: m.Headers}
	}
	for i, err := range s.publisher.Publish(s.ctx, batch) {
		s.batch[i].Err, s.batch[i].Body = err, nil
	}
	c.Send(c.Parent(), &DoneMessage{c.Self(), s.batch})
	s.batch, s.bytes = nil, 0
}
