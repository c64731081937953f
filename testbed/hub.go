package testbed

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
)

// Shared starts each server when it is first asked for and stops them all in Close. The zero value is ready to use.
type Shared struct {
	mu      sync.Mutex
	closed  bool
	entries map[Part]*entry
}

// entry is one server that was asked for; its fields are set once, when it runs or has failed to.
type entry struct {
	once   sync.Once
	server json.RawMessage
	err    error
	remove func()
}

// ask returns the address of the part's server as JSON, and starts it first if nobody has asked before.
func (s *Shared) ask(part Part) (json.RawMessage, error) {
	e, err := s.entry(part)
	if err != nil {
		return nil, err
	}
	e.once.Do(func() { e.start(part) })
	return e.server, e.err
}

func (s *Shared) entry(part Part) (*entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errors.New("the shared servers have been stopped")
	}
	if s.entries == nil {
		s.entries = map[Part]*entry{}
	}
	if s.entries[part] == nil {
		s.entries[part] = &entry{}
	}
	return s.entries[part], nil
}

func (e *entry) start(part Part) {
	var address any
	switch part {
	case PostgreSQL:
		p, err := newPostgres()
		if e.err = err; err == nil {
			address, e.remove = p.Postgres, p.remove
		}
	case ActiveMQ, Artemis, RabbitMQ:
		b, err := newBroker(part, small)
		if e.err = err; err == nil {
			address, e.remove = b.Broker, b.remove
		}
	default:
		e.err = fmt.Errorf("%q is no server that can be shared", part)
	}
	if e.err == nil {
		e.server, e.err = json.Marshal(address)
	}
}

// Close stops every server that runs, waits for those that are starting, and refuses further ones.
func (s *Shared) Close() {
	s.mu.Lock()
	s.closed = true
	entries := s.entries
	s.mu.Unlock()
	var all sync.WaitGroup
	for _, e := range entries {
		all.Go(e.close)
	}
	all.Wait()
}

func (e *entry) close() {
	e.once.Do(func() {}) // waits for a start that is under way
	if e.remove != nil {
		e.remove()
	}
}
