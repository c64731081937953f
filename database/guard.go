package database

import (
	"context"
	"net"
	"sync"
	"time"
)

// guard dials connections on which no single read or write lasts longer than limit. A context's
// deadline alone does not end a read from a server that has gone silent (lib/pq#620).
type guard struct{ limit time.Duration }

// Dial is part of pq.Dialer.
func (g guard) Dial(network, address string) (net.Conn, error) {
	return g.DialContext(context.Background(), network, address)
}

// DialTimeout is part of pq.Dialer.
func (g guard) DialTimeout(network, address string, limit time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return g.DialContext(ctx, network, address)
}

// DialContext is pq.DialerContext.
func (g guard) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &guarded{Conn: conn, limit: g.limit}, nil
}

// guarded gives every read and write a deadline of its own, and keeps an earlier one that was set from outside.
type guarded struct {
	net.Conn
	limit time.Duration

	mu          sync.Mutex
	read, write time.Time // set from outside; zero is none
}

func (g *guarded) Read(b []byte) (int, error) {
	if err := g.Conn.SetReadDeadline(g.earlier(&g.read)); err != nil {
		return 0, err
	}
	return g.Conn.Read(b)
}

func (g *guarded) Write(b []byte) (int, error) {
	if err := g.Conn.SetWriteDeadline(g.earlier(&g.write)); err != nil {
		return 0, err
	}
	return g.Conn.Write(b)
}

func (g *guarded) earlier(outer *time.Time) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	own := time.Now().Add(g.limit)
	if outer.IsZero() || own.Before(*outer) {
		return own
	}
	return *outer
}

func (g *guarded) SetDeadline(t time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.read, g.write = t, t
	return g.Conn.SetDeadline(t)
}

func (g *guarded) SetReadDeadline(t time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.read = t
	return g.Conn.SetReadDeadline(t)
}

func (g *guarded) SetWriteDeadline(t time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.write = t
	return g.Conn.SetWriteDeadline(t)
}
