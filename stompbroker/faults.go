package stompbroker

import (
	"cmp"
	"sync"
	"time"
)

// faults is what the broker does wrong at the moment. changed is closed and replaced at every
// change, so that whoever waits looks again.
type faults struct {
	mu      sync.Mutex
	changed chan struct{}
	reject  func(Message) bool
	text    string
	kill    func(Message) bool
	delay   time.Duration
	blocked bool
	frozen  bool
	lose    int
}

func (f *faults) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
	close(f.changed)
	f.changed = make(chan struct{})
}

// Reject answers the messages that the function selects with an ERROR that names their receipt.
// In a transaction the ERROR names none, as ActiveMQ's, and COMMIT fails. A broker that calls
// itself Artemis closes the connection after an ERROR. nil ends it.
func (b *Broker) Reject(reject func(Message) bool) {
	b.faults.set(func() { b.faults.reject = reject })
}

// RejectText sets what an ERROR of Reject says; "message rejected" by default.
func (b *Broker) RejectText(text string) {
	b.faults.set(func() { b.faults.text = text })
}

// KillOn closes the connection without a word when a message arrives that the function selects,
// and does not store it. nil ends it.
func (b *Broker) KillOn(kill func(Message) bool) {
	b.faults.set(func() { b.faults.kill = kill })
}

// Delay holds every receipt back for d after its message was stored, one after the other. 0 ends it.
func (b *Broker) Delay(d time.Duration) {
	b.faults.set(func() { b.faults.delay = d })
}

// Block takes no message and gives no receipt while on, though heart-beats go on, as a broker
// does whose memory is full.
func (b *Broker) Block(on bool) {
	b.faults.set(func() { b.faults.blocked = on })
}

// Freeze is Block without heart-beats: a host that is gone while its connections look open.
func (b *Broker) Freeze(on bool) {
	b.faults.set(func() { b.faults.frozen, b.faults.blocked = on, on })
}

// LoseReceipts makes the next n receipts of SEND or COMMIT get lost: what they confirm is stored,
// then the connection is closed.
func (b *Broker) LoseReceipts(n int) {
	b.faults.set(func() { b.faults.lose = n })
}

func (f *faults) rejects(m Message) bool {
	f.mu.Lock()
	reject := f.reject
	f.mu.Unlock()
	return reject != nil && reject(m)
}

func (f *faults) why() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return cmp.Or(f.text, "message rejected")
}

func (f *faults) kills(m Message) bool {
	f.mu.Lock()
	kill := f.kill
	f.mu.Unlock()
	return kill != nil && kill(m)
}

func (f *faults) silent() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.frozen
}

// loses takes one receipt from those to be lost.
func (f *faults) loses() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lose == 0 {
		return false
	}
	f.lose--
	return true
}

// pass waits while the broker is blocked and reports false when done was closed first.
func (f *faults) pass(done <-chan struct{}) bool {
	for {
		f.mu.Lock()
		blocked, changed := f.blocked, f.changed
		f.mu.Unlock()
		if !blocked {
			return true
		}
		select {
		case <-changed:
		case <-done:
			return false
		}
	}
}

// pause waits for the delay and reports false when done was closed first.
func (f *faults) pause(done <-chan struct{}) bool {
	f.mu.Lock()
	delay := f.delay
	f.mu.Unlock()
	if delay == 0 {
		return true
	}
	select {
	case <-time.After(delay):
		return true
	case <-done:
		return false
	}
}
