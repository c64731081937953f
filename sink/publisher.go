package sink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/go-stomp/stomp/v3/frame"

	"github.com/rowrelay/rowrelay/record"
)

// publisher implements Publisher over one connection at a time.
type publisher struct {
	waiting context.Context // when it ends, nothing is connected and no outage waited for
	sink    *STOMP
	opts    Options
	n       int

	conn     *conn // nil: none
	receipts uint64
	waits    backoff.ExponentialBackOff // between connects, until a receipt comes
	answered bool                       // this connection gave a receipt
	suspect  bool                       // the last trouble came after a login: only a receipt ends it
	down     bool                       // as it was told last
	deaths   int                        // connections in a row that the broker closed without a receipt
}

func newPublisher(waiting context.Context, s *STOMP, n int) *publisher {
	return &publisher{waiting: waiting, sink: s, opts: s.opts, n: n, waits: backoff.ExponentialBackOff{
		InitialInterval: 500 * time.Millisecond, RandomizationFactor: 0.3, Multiplier: 2, MaxInterval: 10 * time.Second,
	}}
}

// Publish implements Publisher.
func (p *publisher) Publish(ctx context.Context, batch []Message) []error {
	j := newJob(batch)
	for j.open > 0 && ctx.Err() == nil {
		c := p.connected(ctx, j)
		switch {
		case c != nil:
			p.carry(ctx, c, j)
		case p.waiting.Err() != nil:
			return j.end(context.Canceled)
		}
	}
	return j.end(context.Canceled)
}

// Close implements Publisher.
func (p *publisher) Close() error {
	if p.conn != nil {
		p.conn.goodbye()
		p.conn = nil
	}
	return nil
}

// connected returns the connection, or makes one. nil: it failed, was told and waited for.
func (p *publisher) connected(ctx context.Context, j *job) *conn {
	if p.conn != nil && p.conn.idle() {
		return p.conn
	}
	p.drop()
	if p.waiting.Err() != nil {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.waiting, cancel)()
	c, outage := p.sink.connect(ctx)
	if outage != nil {
		p.deaths = 0
		j.forgive()
		p.pause(ctx, "", outage, p.waits.NextBackOff())
		return nil
	}
	p.conn, p.answered = c, false
	if !p.suspect {
		p.tell(c.peer, nil, 0)
	}
	return c
}

// idle reports whether a connection that nothing is under way on may be used. An ERROR that came
// unasked is a farewell.
func (c *conn) idle() bool {
	for {
		select {
		case <-c.done:
			return false
		case f := <-c.events:
			if f.Command == frame.ERROR {
				return false
			}
		default:
			return true
		}
	}
}

// carry sends over one connection and, when that ends badly, settles what follows from it.
func (p *publisher) carry(ctx context.Context, c *conn, j *job) {
	e := &exchange{p: p, c: c, j: j, letter: newLetter(c.broker, p.opts), underWay: map[string]*unit{}}
	j.refuse(e.letter)
	if !p.judge(ctx, c, j, e.letter) {
		return
	}
	err := e.run(ctx)
	if err == nil {
		return
	}
	p.drop()
	doubtful := e.doubt()
	j.delay(doubtful, time.Now().Add(resendAfter))
	if ctx.Err() != nil || errors.Is(err, errUnnamed) || errors.Is(err, errAccused) {
		return
	}
	var outage *record.Outage
	if errors.As(err, &outage) { // said by the broker, so a login proves nothing
		p.suspect = true
		p.pause(ctx, c.peer, outage, p.waits.NextBackOff())
		return
	}
	if died(err) && len(doubtful) > 0 {
		p.bury(j, doubtful, c.broker.provable(), err)
	}
	var wait time.Duration // none after a connection that worked
	if !p.answered {
		p.suspect = true
		wait = p.waits.NextBackOff()
	}
	p.pause(ctx, c.peer, p.outage(record.ConnLost, lost(err, c)), wait)
}

// died tells a connection that the broker closed from one that fell silent.
func died(err error) bool { return !errors.Is(err, os.ErrDeadlineExceeded) }

// lost puts a connection's end into words.
func lost(err error, c *conn) error {
	switch {
	case !died(err):
		return fmt.Errorf("%s: nothing came for two heart-beats", c.peer)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s closed the connection", c.peer)
	}
	return fmt.Errorf("%s: %w", c.peer, err)
}

// bury counts a death. Three in a row without a receipt make the messages in doubt travel alone;
// three with one alone are its own doing.
func (p *publisher) bury(j *job, doubtful []int, provable bool, err error) {
	first := doubtful[0]
	alone := &j.parcels[first]
	if !alone.alone {
		if p.deaths++; p.deaths >= deadly {
			j.isolate(doubtful)
			p.deaths = 0
		}
		return
	}
	if alone.deaths++; alone.deaths >= deadly {
		alone.deaths, alone.refused = 0, deadly-1 // it has had its chances
		f := record.Fail(record.SendRejected, "the broker closed the connection %d times with this message alone under way: %v", deadly, err)
		if provable {
			j.accuse(first, f)
		} else {
			j.drop(first, f)
		}
	}
}

// judge finds out about the messages that the broker refused by another one: a harmless message
// that is taken back at once. If that is refused too, they are acquitted, all wait, and judge
// reports false.
func (p *publisher) judge(ctx context.Context, c *conn, j *job, l letter) bool {
	if len(j.accused()) == 0 {
		return true
	}
	_, err := p.sink.prove(ctx, c, l)
	if err == nil {
		j.convict()
		p.proven(c.peer)
		return true
	}
	j.acquit()
	var outage *record.Outage
	if !errors.As(err, &outage) {
		outage = p.outage(record.ConnBlocked, err)
	}
	p.drop()
	p.suspect = true
	p.pause(ctx, c.peer, outage, p.waits.NextBackOff())
	return false
}

// proven notes a receipt: the broker works.
func (p *publisher) proven(peer string) {
	if p.down {
		p.tell(peer, nil, 0)
	}
	p.answered, p.suspect, p.deaths = true, false, 0
	p.waits.Reset()
}

// pause tells of an outage and waits for the next try.
func (p *publisher) pause(ctx context.Context, peer string, outage *record.Outage, wait time.Duration) {
	if ctx.Err() != nil {
		return
	}
	p.tell(peer, outage, wait)
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case <-p.waiting.Done():
	}
}

func (p *publisher) tell(peer string, outage *record.Outage, next time.Duration) {
	p.down = outage != nil
	p.opts.Notify(Status{Publisher: p.n, Up: !p.down, Peer: peer, Outage: outage, NextTry: next})
}

func (p *publisher) outage(code record.Code, err error) *record.Outage {
	return p.sink.outage(code, err)
}

func (p *publisher) drop() {
	if p.conn != nil {
		p.conn.close()
		p.conn = nil
	}
}
