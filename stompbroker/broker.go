// Package stompbroker is a small STOMP 1.2 broker in memory that confirms only what it has stored
// and breaks on purpose: the demo runs on it, and so do the tests of faults.
package stompbroker

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Options say how a broker looks to its clients. The zero value is a broker without a login on a
// free loopback port that calls itself ActiveMQ.
type Options struct {
	Addr      string        // "127.0.0.1:0" by default
	TLS       *tls.Config   // nil: plain TCP
	Server    string        // the `server` header, by which clients tell brokers apart; "ActiveMQ/5.18.0" by default
	Heartbeat time.Duration // offered and asked for; 0: 10 s; negative: none (`heart-beat:0,0`)
	User      string        // with Password; both empty: everybody may connect
	Password  string
	MaxFrame  int  // a longer body closes the connection without ERROR, as RabbitMQ does; 0: no limit
	CountOnly bool // keep no message that nobody is subscribed to, only its count

	// OnMessage is called for every message when it has been stored and before its receipt. It may
	// be called concurrently and must not change the message.
	OnMessage func(Message)
}

// Broker is a running broker. Its methods may be called concurrently.
type Broker struct {
	opts   Options
	addr   string
	faults faults
	store  store

	mu       sync.Mutex
	listener net.Listener // nil while down
	sessions map[*session]struct{}
	accepted int
	closed   bool
	running  sync.WaitGroup
}

// New starts a broker. The caller closes it.
func New(o Options) (*Broker, error) {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Server == "" {
		o.Server = "ActiveMQ/5.18.0"
	}
	if o.Heartbeat == 0 {
		o.Heartbeat = 10 * time.Second
	}
	b := &Broker{opts: o, addr: o.Addr, sessions: map[*session]struct{}{}}
	b.faults.changed = make(chan struct{})
	b.store.init(o.CountOnly, o.OnMessage)
	if err := b.Up(); err != nil {
		return nil, err
	}
	return b, nil
}

// Addr is the address as host:port; it stays the same across Down and Up.
func (b *Broker) Addr() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.addr
}

// Connections tells how many connections were accepted since the start.
func (b *Broker) Connections() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.accepted
}

// Up accepts connections again after Down, on the same address. It does nothing while the broker is up.
func (b *Broker) Up() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return errors.New("the broker is closed")
	}
	if b.listener != nil {
		return nil
	}
	l, err := net.Listen("tcp", b.addr)
	if err != nil {
		return fmt.Errorf("listen for STOMP: %w", err)
	}
	b.addr = l.Addr().String()
	if b.opts.TLS != nil {
		l = tls.NewListener(l, b.opts.TLS)
	}
	b.listener = l
	b.running.Go(func() { b.accept(l) })
	return nil
}

// Down refuses new connections until Up and closes those that are open. Messages stay.
func (b *Broker) Down() {
	b.mu.Lock()
	if b.listener != nil {
		b.listener.Close()
		b.listener = nil
	}
	b.mu.Unlock()
	b.Cut()
}

// Cut closes all open connections at once, without a word.
func (b *Broker) Cut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for s := range b.sessions {
		s.close()
	}
}

// Close ends the broker and waits for its goroutines.
func (b *Broker) Close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.Down()
	b.running.Wait()
}

func (b *Broker) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		s := newSession(b, conn)
		if !b.enter(s, l) {
			conn.Close()
			return
		}
		b.running.Go(func() {
			defer b.leave(s)
			s.run()
		})
	}
}

// enter counts a session in, unless its listener was closed while it was being accepted.
func (b *Broker) enter(s *session, l net.Listener) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.listener != l {
		return false
	}
	b.sessions[s] = struct{}{}
	b.accepted++
	return true
}

func (b *Broker) leave(s *session) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.sessions, s)
}
