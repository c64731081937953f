package stompbroker

import (
	"strconv"
	"strings"
	"sync"

	"github.com/go-stomp/stomp/v3/frame"
)

// subscription delivers a destination's messages to one session.
type subscription struct {
	id, destination string
	auto            bool // no ACK is waited for

	mu      sync.Mutex
	ready   *sync.Cond
	pending []Message
	unacked map[uint64]Message
	last    uint64 // the newest delivery's number
	over    bool
}

func newSubscription(f *frame.Frame) *subscription {
	ack := f.Header.Get(frame.Ack)
	s := &subscription{
		id: f.Header.Get(frame.Id), destination: f.Header.Get(frame.Destination),
		auto: ack == "" || ack == frame.AckAuto, unacked: map[uint64]Message{},
	}
	s.ready = sync.NewCond(&s.mu)
	return s
}

func (s *subscription) put(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = append(s.pending, m)
	s.ready.Signal()
}

// take waits for the next message; ok is false when the subscription is over. more says that
// another one waits already.
func (s *subscription) take() (m Message, n uint64, more, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.pending) == 0 && !s.over {
		s.ready.Wait()
	}
	if s.over {
		return Message{}, 0, false, false
	}
	m, s.pending = s.pending[0], s.pending[1:]
	s.last++
	if !s.auto {
		s.unacked[s.last] = m
	}
	return m, s.last, len(s.pending) > 0, true
}

// end stops the deliveries and returns what was not acknowledged, oldest first.
func (s *subscription) end() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	s.ready.Broadcast()
	var left []Message
	for n := uint64(1); n <= s.last && len(left) < len(s.unacked); n++ {
		if m, ok := s.unacked[n]; ok {
			left = append(left, m)
		}
	}
	return append(left, s.pending...)
}

func (s *subscription) ack(n uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.unacked, n)
}

func (s *session) subscribe(f *frame.Frame) {
	sub := newSubscription(f)
	s.subs[sub.id] = sub
	s.tasks.Go(func() { s.deliver(sub) })
	s.b.store.subscribe(sub)
}

func (s *session) unsubscribe(id string) {
	if sub := s.subs[id]; sub != nil {
		delete(s.subs, id)
		s.b.store.unsubscribe(sub)
	}
}

// deliver writes a subscription's messages until it ends.
func (s *session) deliver(sub *subscription) {
	for {
		m, n, more, ok := sub.take()
		if !ok {
			return
		}
		if !s.send(delivery(sub, m, n)) || !more && s.out.flush() != nil {
			s.close()
			return
		}
	}
}

func delivery(sub *subscription, m Message, n uint64) *frame.Frame {
	id := sub.id + "~" + strconv.FormatUint(n, 10)
	f := frame.New(frame.MESSAGE, frame.Subscription, sub.id, frame.MessageId, id)
	if !sub.auto {
		f.Header.Add(frame.Ack, id)
	}
	for i := range m.headers.Len() {
		if name, value := m.headers.GetAt(i); name != frame.Receipt && name != frame.Transaction {
			f.Header.Add(name, value)
		}
	}
	f.Body = m.Body
	return f
}

// ack takes the client's acknowledgement; one that names nothing is ignored.
func (s *session) ack(id string) {
	name, number, _ := strings.Cut(id, "~")
	n, err := strconv.ParseUint(number, 10, 64)
	if sub := s.subs[name]; sub != nil && err == nil {
		sub.ack(n)
	}
}
