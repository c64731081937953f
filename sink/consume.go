package sink

import (
	"context"
	"fmt"
	"time"

	"github.com/go-stomp/stomp/v3/frame"

	"github.com/rowrelay/rowrelay/record"
)

// Consume reads the destination back, for a benchmark that owns its queue: each message's dedupId and body go to take, until take
// returns false, no message has come for `silence` (0: that is no end), or ctx has ended, which is no error. The broker counts a message as delivered when
// it leaves, so what is under way at the end is lost.
func (s *STOMP) Consume(ctx context.Context, silence time.Duration, take func(id string, body []byte) bool) error {
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
	return s.deliver(ctx, c, silence, take)
}

func (s *STOMP) deliver(ctx context.Context, c *conn, silence time.Duration, take func(id string, body []byte) bool) error {
	quiet := time.NewTimer(silence)
	defer quiet.Stop()
	for {
		var end <-chan time.Time
		if silence > 0 {
			quiet.Reset(silence)
			end = quiet.C
		}
		select {
		case f := <-c.events:
			switch {
			case f.Command == frame.ERROR:
				return s.outage(record.ConnBlocked, fmt.Errorf("subscribe: %s", s.clean(errorText(f))))
			case f.Command == frame.MESSAGE && !take(f.Header.Get("dedupId"), f.Body):
				return nil
			}
		case <-c.done:
			return s.outage(record.ConnLost, lost(c.err, c))
		case <-end:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}
