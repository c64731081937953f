package sink

import (
	"context"
	"fmt"

	"github.com/go-stomp/stomp/v3/frame"

	"github.com/rowrelay/rowrelay/record"
)

// Consume reads the destination back, for a benchmark that owns its queue: each message's dedupId and body go to take, until ctx ends, which is no error.
// The broker counts a message as delivered when it leaves, so what is under way at the end is lost.
func (s *STOMP) Consume(ctx context.Context, take func(id string, body []byte)) error {
	c, outage := s.connect(ctx)
	if outage != nil {
		return outage
	}
	defer c.goodbye()
	l := newLetter(c.broker, s.opts)
	subscribe := frame.New(frame.SUBSCRIBE, frame.Id, "1", frame.Destination, l.destination, frame.Ack, frame.AckAuto)
	switch l.broker {
	case Artemis:
		subscribe.Header.Add("subscription-type", l.routing)
		subscribe.Header.Add("consumer-window-size", "-1") // else it holds messages back until an ACK, which `auto` never sends
	case ActiveMQ:
		subscribe.Header.Add("activemq.prefetchSize", "1000")
	}
	c.queue <- []*frame.Frame{subscribe}
	return s.deliver(ctx, c, take)
}

func (s *STOMP) deliver(ctx context.Context, c *conn, take func(id string, body []byte)) error {
	for {
		select {
		case f := <-c.events:
			switch f.Command {
			case frame.ERROR:
				return s.outage(record.ConnBlocked, fmt.Errorf("subscribe: %s", s.clean(errorText(f))))
			case frame.MESSAGE:
				take(f.Header.Get("dedupId"), f.Body)
			}
		case <-c.done:
			return s.outage(record.ConnLost, lost(c.err, c))
		case <-ctx.Done():
			return nil
		}
	}
}
