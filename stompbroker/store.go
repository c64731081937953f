package stompbroker

import (
	"strings"
	"sync"

	"github.com/go-stomp/stomp/v3/frame"
)

// Message is a message as it was sent. Body is shared and must not be changed.
type Message struct {
	Destination string
	Body        []byte
	headers     *frame.Header
}

// Header returns the value of a header of SEND, empty if there was none.
func (m Message) Header(name string) string { return m.headers.Get(name) }

// store holds all destinations.
type store struct {
	countOnly bool
	onMessage func(Message)

	mu    sync.Mutex
	dests map[string]*destination
	total int64
}

// destination keeps every message in its order, and hands each on to one subscriber of a queue
// or to all subscribers of a topic.
type destination struct {
	topic   bool
	count   int64
	kept    []Message
	waiting []Message // of a queue: not yet given to a subscriber
	subs    []*subscription
	next    int // whose turn it is
}

func (s *store) init(countOnly bool, onMessage func(Message)) {
	s.countOnly, s.onMessage = countOnly, onMessage
	s.dests = map[string]*destination{}
}

func (s *store) at(name string) *destination {
	d := s.dests[name]
	if d == nil {
		d = &destination{topic: strings.HasPrefix(name, "/topic/")}
		s.dests[name] = d
	}
	return d
}

// add stores messages as one step: a reader sees all of them or none.
func (s *store) add(messages ...Message) {
	s.mu.Lock()
	for _, m := range messages {
		d := s.at(m.Destination)
		d.count++
		s.total++
		if !s.countOnly {
			d.kept = append(d.kept, m)
		}
		if len(d.subs) > 0 || !s.countOnly && !d.topic {
			d.waiting = append(d.waiting, m)
		}
		d.hand()
	}
	s.mu.Unlock()
	if s.onMessage != nil {
		for _, m := range messages {
			s.onMessage(m)
		}
	}
}

// hand gives what waits to the subscribers; the store is locked.
func (d *destination) hand() {
	if len(d.subs) == 0 {
		return
	}
	for _, m := range d.waiting {
		if d.topic {
			for _, sub := range d.subs {
				sub.put(m)
			}
			continue
		}
		d.subs[d.next%len(d.subs)].put(m)
		d.next++
	}
	d.waiting = nil
}

func (s *store) subscribe(sub *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.at(sub.destination)
	d.subs = append(d.subs, sub)
	d.hand()
}

// unsubscribe ends a subscription; what a queue's subscriber has not acknowledged goes to another.
func (s *store) unsubscribe(sub *subscription) {
	left := sub.end()
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.at(sub.destination)
	for i, other := range d.subs {
		if other == sub {
			d.subs = append(d.subs[:i:i], d.subs[i+1:]...)
			break
		}
	}
	if !d.topic {
		d.waiting = append(left, d.waiting...)
		d.hand()
	}
}

// Messages returns what a destination has received, in order, named as the client named it
// ("/queue/ERP.ORDERS"). It is empty for a broker that only counts.
func (b *Broker) Messages(destination string) []Message {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	if d := b.store.dests[destination]; d != nil {
		return d.kept[:len(d.kept):len(d.kept)]
	}
	return nil
}

// Count tells how many messages a destination has received.
func (b *Broker) Count(destination string) int64 {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	if d := b.store.dests[destination]; d != nil {
		return d.count
	}
	return 0
}

// Total tells how many messages all destinations have received.
func (b *Broker) Total() int64 {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	return b.store.total
}
