package sink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-stomp/stomp/v3/frame"

	"github.com/rowrelay/rowrelay/record"
)

// probeID is the message id of what Probe sends and takes back.
const probeID = "rowrelay-probe"

// Probe logs in and finds out, as far as the broker lets one without leaving a message, whether it
// takes messages for the destination. What it returns is for people: what answered, the address
// that messages go to, and what was proven. A *record.Outage says that the broker is away or
// refuses the login, any other error that it does not take the destination.
func (s *STOMP) Probe(ctx context.Context) (string, error) {
	c, outage := s.connect(ctx)
	if outage != nil {
		return "", outage
	}
	defer c.goodbye()
	l := newLetter(c.broker, s.opts)
	proof, err := s.prove(ctx, c, l)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, to %s: %s", c.peer, l.address(), proof), nil
}

// address names the destination as it goes out, with what goes with it.
func (l letter) address() string {
	if l.routing == "" {
		return l.destination
	}
	return l.destination + " (" + l.routing + ")"
}

// prove sends a message in a transaction and takes it back, where transactions are real.
func (s *STOMP) prove(ctx context.Context, c *conn, l letter) (string, error) {
	if !l.broker.provable() {
		return "login proven; the destination is only checked by the first message", nil
	}
	f := l.frame(Message{ID: probeID, Body: []byte("<probe/>")})
	f.Header.Del("_AMQ_DUPL_ID")
	f.Header.Add(frame.Transaction, probeID)
	f.Header.Add(frame.Receipt, probeID+"-1")
	steps := []*frame.Frame{
		frame.New(frame.BEGIN, frame.Transaction, probeID),
		f,
		frame.New(frame.ABORT, frame.Transaction, probeID, frame.Receipt, probeID+"-2"),
	}
	if err := s.ask(ctx, c, l, steps[:2], probeID+"-1"); err != nil {
		return "", err
	}
	if err := s.ask(ctx, c, l, steps[2:], probeID+"-2"); err != nil {
		return "", err
	}
	return "a message was taken and rolled back" + l.advice(), nil
}

// advice is what a probe cannot see: whether a queue of Artemis is bound to the address. Without one messages are lost with a receipt.
func (l letter) advice() string {
	switch {
	case l.broker != Artemis:
		return ""
	case l.routing == "ANYCAST":
		return "; with auto-create-queues, Artemis's default, nothing is to do, else create the queue " + l.destination + " before the first row (docs/brokers.md)"
	}
	return "; let the receiver's durable subscription exist before the first row, for Artemis keeps nothing for others (docs/brokers.md)"
}

// ask sends frames and waits for the receipt, no longer than for a connect.
func (s *STOMP) ask(ctx context.Context, c *conn, l letter, frames []*frame.Frame, receipt string) error {
	timeout := time.NewTimer(s.opts.ConnectTimeout)
	defer timeout.Stop()
	queue := c.queue
	for {
		select {
		case queue <- frames:
			queue = nil
		case f := <-c.events:
			if f.Command == frame.ERROR {
				return errors.New(s.clean(fmt.Sprintf("%s does not take %s: %s", c.peer, l.address(), errorText(f))))
			}
			if f.Header.Get(frame.ReceiptId) == receipt {
				return nil
			}
		case <-c.done:
			return s.outage(record.ConnLost, lost(c.err, c))
		case <-timeout.C:
			return s.outage(record.ConnBlocked, fmt.Errorf("%s logs in but confirms nothing for %s", c.peer, s.opts.ConnectTimeout))
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
