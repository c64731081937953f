package sink

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/go-stomp/stomp/v3/frame"

	"github.com/rowrelay/rowrelay/record"
)

// These end an exchange though the broker is well: an ERROR named none of several messages under
// way, or one that is to be judged on a connection of its own.
var (
	errUnnamed = errors.New("an ERROR named no message")
	errAccused = errors.New("an ERROR named a message")
)

// unit is what one receipt confirms: a message, or a transaction of several.
type unit struct {
	messages []int
	spoiled  bool // an ERROR came inside the transaction: its COMMIT proves nothing
}

// exchange carries a job over one connection, until all is settled or the connection is not to be
// used any more. What is then left under way is in doubt.
type exchange struct {
	p        *publisher
	c        *conn
	j        *job
	letter   letter
	underWay map[string]*unit // by receipt
	pending  []*frame.Frame   // handed to the writer as soon as it takes them
	progress time.Time        // of the last receipt, or of the first send since nothing was under way
	blocked  bool             // CONN_BLOCKED was reported
}

func (e *exchange) run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		e.fill()
		if len(e.underWay) == 0 && len(e.j.queue) == 0 {
			return nil
		}
		timer.Reset(time.Until(e.wake()))
		var queue chan []*frame.Frame
		if len(e.pending) > 0 {
			queue = e.c.queue
		}
		var err error
		select {
		case queue <- e.pending:
			e.pending = nil
		case f := <-e.c.events:
			err = e.takeAll(f)
		case <-e.c.done:
			return e.last()
		case <-timer.C:
			err = e.overdue()
		case <-ctx.Done():
			return ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// fill puts under way what may be sent now.
func (e *exchange) fill() {
	for u := e.next(); u != nil; u = e.next() {
		if len(e.underWay) == 0 {
			e.progress = time.Now()
		}
		e.p.receipts++
		receipt := strconv.FormatUint(e.p.receipts, 10)
		e.underWay[receipt] = u
		e.pending = append(e.pending, e.frames(u, receipt)...)
	}
}

// window is how many units may be under way, for the batch's maximum is counted in messages.
func (l letter) window() int {
	if l.broker.transactional() {
		return 1
	}
	return l.batch
}

// next takes a unit from the queue; nil if none may be sent now.
func (e *exchange) next() *unit {
	j := e.j
	if len(j.queue) == 0 || len(e.underWay) >= e.letter.window() || e.isolated() || !e.ready(j.queue[0]) {
		return nil
	}
	n := 1
	if j.parcels[j.queue[0]].alone {
		if len(e.underWay) > 0 {
			return nil
		}
	} else if e.letter.broker.transactional() {
		for n < min(len(j.queue), e.letter.batch) && e.ready(j.queue[n]) && !j.parcels[j.queue[n]].alone {
			n++
		}
	}
	u := &unit{messages: slices.Clone(j.queue[:n])}
	j.queue = j.queue[n:]
	return u
}

// isolated tells whether a message is under way that must be alone.
func (e *exchange) isolated() bool {
	for _, u := range e.underWay {
		return e.j.parcels[u.messages[0]].alone
	}
	return false
}

func (e *exchange) ready(i int) bool { return !time.Now().Before(e.j.parcels[i].after) }

// frames writes a unit out. Inside a transaction nothing but COMMIT asks for a receipt: a COMMIT
// that overtakes a message that ActiveMQ holds back for space would fail.
func (e *exchange) frames(u *unit, receipt string) []*frame.Frame {
	if len(u.messages) == 1 {
		f := e.letter.frame(e.j.batch[u.messages[0]])
		f.Header.Add(frame.Receipt, receipt)
		return []*frame.Frame{f}
	}
	all := []*frame.Frame{frame.New(frame.BEGIN, frame.Transaction, receipt)}
	for _, i := range u.messages {
		f := e.letter.frame(e.j.batch[i])
		f.Header.Add(frame.Transaction, receipt)
		all = append(all, f)
	}
	return append(all, frame.New(frame.COMMIT, frame.Transaction, receipt, frame.Receipt, receipt))
}

// wake is when there is something to do though nothing happens.
func (e *exchange) wake() time.Time {
	if len(e.underWay) == 0 {
		return e.j.parcels[e.j.queue[0]].after
	}
	at := e.progress.Add(e.p.opts.ReceiptTimeout)
	if blocked := e.progress.Add(e.p.opts.BlockedAfter); !e.blocked && blocked.Before(at) {
		at = blocked
	}
	if len(e.j.queue) > 0 {
		if after := e.j.parcels[e.j.queue[0]].after; after.Before(at) && time.Now().Before(after) {
			at = after
		}
	}
	return at
}

// overdue looks how long no receipt has come.
func (e *exchange) overdue() error {
	if len(e.underWay) == 0 {
		return nil
	}
	silent := time.Since(e.progress)
	if silent >= e.p.opts.ReceiptTimeout {
		return e.p.outage(record.ConnBlocked, fmt.Errorf("no receipt for %s", e.p.opts.ReceiptTimeout))
	}
	if silent >= e.p.opts.BlockedAfter && !e.blocked {
		e.blocked = true
		err := fmt.Errorf("the broker is there but confirms nothing for %s; it may have reached a memory or disk limit", e.p.opts.BlockedAfter)
		e.p.tell(e.c.peer, e.p.outage(record.ConnBlocked, err), 0)
	}
	return nil
}

// takeAll takes a frame and all that wait behind it, so that what they make room for leaves in one piece.
func (e *exchange) takeAll(f *frame.Frame) error {
	for {
		if err := e.take(f); err != nil {
			return err
		}
		select {
		case f = <-e.c.events:
		default:
			return nil
		}
	}
}

// last takes what the broker said before the connection ended.
func (e *exchange) last() error {
	for {
		select {
		case f := <-e.c.events:
			if err := e.take(f); err != nil {
				return err
			}
		default:
			return e.c.err
		}
	}
}

func (e *exchange) take(f *frame.Frame) error {
	receipt := f.Header.Get(frame.ReceiptId)
	u := e.underWay[receipt]
	switch {
	case f.Command == frame.ERROR:
		return e.refused(receipt, u, errorText(f))
	case f.Command != frame.RECEIPT || u == nil:
		return nil
	}
	delete(e.underWay, receipt)
	e.proceed()
	if u.spoiled {
		e.oneByOne(u)
		return nil
	}
	for _, i := range u.messages {
		e.j.settle(i, nil)
	}
	return nil
}

// proceed notes that the broker answers.
func (e *exchange) proceed() {
	e.progress = time.Now()
	e.blocked = false
	e.p.proven(e.c.peer)
}

// refused handles an ERROR, u being what its receipt names, if anything. The broker's words are judged
// before secrets are taken out of them: a password may be a part of a word.
func (e *exchange) refused(receipt string, u *unit, text string) error {
	code, is := outageIn(text, e.letter.destination)
	text = e.p.sink.clean(text)
	if is {
		return e.p.outage(code, fmt.Errorf("%s: %s", e.letter.destination, text))
	}
	if u == nil {
		return e.unnamed(text)
	}
	delete(e.underWay, receipt)
	e.progress = time.Now()
	if len(u.messages) > 1 {
		e.oneByOne(u)
		return nil
	}
	return e.blame(u.messages[0], record.Fail(record.SendRejected, "%s: %s", e.letter.destination, text))
}

// blame settles a message that the broker refused, or has it judged where that can be done.
func (e *exchange) blame(i int, f *record.Failure) error {
	if !e.letter.broker.provable() {
		e.j.settle(i, f)
		return nil
	}
	e.j.again([]int{i})
	e.j.accuse(i, f)
	return errAccused
}

// unnamed handles an ERROR that names none of the messages under way.
func (e *exchange) unnamed(text string) error {
	for receipt, u := range e.underWay {
		switch {
		case len(e.underWay) > 1:
			e.j.isolate(u.messages)
		case len(u.messages) > 1:
			u.spoiled = true // what becomes of the transaction, its COMMIT will say
			return nil
		default:
			return e.refused(receipt, u, text)
		}
	}
	return fmt.Errorf("%w: %s", errUnnamed, text)
}

// oneByOne queues a transaction's messages again, each on its own.
func (e *exchange) oneByOne(u *unit) {
	e.j.isolate(u.messages)
	e.j.again(u.messages)
}

// doubt takes back what is under way.
func (e *exchange) doubt() []int {
	var all []int
	for _, u := range e.underWay {
		all = append(all, u.messages...)
	}
	e.underWay, e.pending = map[string]*unit{}, nil
	e.j.again(all)
	return all
}
