package actors

import (
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/rowrelay/rowrelay/record"
)

// Board is where the rooms say how they are: it writes one log line a change of state, and it is what
// the heart-beat reports. It is safe for concurrent use.
type Board struct {
	log         *slog.Logger
	mu          sync.Mutex
	state       record.InstanceState
	connections map[string]*connection
	feeds       map[string]*gauge
}

type connection struct {
	record.ConnectionState
	tries int
}

// NewBoard makes a board for a process; state names it.
func NewBoard(log *slog.Logger, state record.InstanceState) *Board {
	return &Board{log: log, state: state, connections: map[string]*connection{}, feeds: map[string]*gauge{}}
}

// Down says that a connection does not work and when it is tried again.
func (b *Board) Down(o *record.Outage, next time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.connection(o.Connection)
	changed := c.Up || c.Code != o.Code
	if c.Up || c.Since.IsZero() {
		c.Since, c.tries = time.Now(), 0
	}
	c.Up, c.Code, c.Text, c.NextTry = false, o.Code, o.Err.Error(), time.Now().Add(next)
	c.tries++
	if changed {
		b.log.Warn("connection lost", "connection", o.Connection, "code", o.Code, "err", o.Err,
			"rows_waiting", b.waiting(o.Connection), "next_try", next.Round(time.Millisecond))
	}
}

// Up says that a connection works. peer is what answered; empty leaves what was known.
func (b *Board) Up(name, peer string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.connection(name)
	if peer != "" {
		c.Peer = peer
	}
	if c.Up {
		return
	}
	if c.Code != "" {
		b.log.Info("connection restored", "connection", name, "down_for", time.Since(c.Since).Round(time.Millisecond), "tries", c.tries)
	}
	c.Up, c.Code, c.Text, c.NextTry, c.Since = true, "", "", time.Time{}, time.Now()
}

// SetFile says how the configuration file was taken.
func (b *Board) SetFile(f record.FileState) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.state.File = f
}

// SetFeed says how a feed is that has no rooms: disabled, or stopped before it began.
func (b *Board) SetFeed(name string, s record.FeedState) {
	g := b.gauge(&Feed{Name: name})
	b.mu.Lock()
	defer b.mu.Unlock()
	g.FeedState = s
}

// State returns a copy of everything that is known.
func (b *Board) State() record.InstanceState {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.state
	s.Connections = map[string]record.ConnectionState{}
	for name, c := range b.connections {
		s.Connections[name] = c.ConnectionState
	}
	s.Feeds = map[string]record.FeedState{}
	for name, g := range b.feeds {
		s.Feeds[name] = b.feedState(g)
	}
	return s
}

// Outage returns the trouble of a connection, or nil while it works or was never tried.
func (b *Board) Outage(name string) *record.ConnectionState {
	b.mu.Lock()
	defer b.mu.Unlock()
	c, ok := b.connections[name]
	if !ok || c.Up || c.Code == "" {
		return nil
	}
	s := c.ConnectionState
	return &s
}

// gauge returns the feed's gauge; one that has rooms again keeps its counts.
func (b *Board) gauge(f *Feed) *gauge {
	b.mu.Lock()
	defer b.mu.Unlock()
	g, ok := b.feeds[f.Name]
	if !ok {
		g = &gauge{board: b, FeedState: record.FeedState{State: record.Running}, window: window{began: time.Now()}}
		b.feeds[f.Name] = g
	}
	g.feed = f
	return g
}

func (b *Board) connection(name string) *connection {
	c, ok := b.connections[name]
	if !ok {
		c = &connection{}
		b.connections[name] = c
	}
	return c
}

// feedState works out what a feed waits for.
func (b *Board) feedState(g *gauge) record.FeedState {
	s := g.FeedState
	s.SentPerMin = g.perMinute()
	if s.State != record.Running {
		return s
	}
	for _, name := range []string{g.feed.StoreName, g.feed.SourceName, g.feed.SinkName} {
		if c, ok := b.connections[name]; ok && !c.Up && c.Code != "" {
			s.State, s.WaitingFor, s.Code = record.Waiting, name, c.Code
			return s
		}
	}
	return s
}

// waiting counts the rows that a connection's feeds hold.
func (b *Board) waiting(name string) int {
	n := 0
	for g := range maps.Values(b.feeds) {
		if g.feed.SinkName == name || g.feed.SourceName == name || g.feed.StoreName == name {
			n += g.InFlight
		}
	}
	return n
}

// Drained tells whether the feed's last poll found nothing while nothing was in flight.
func (b *Board) Drained(feed string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	g, ok := b.feeds[feed]
	return ok && g.drained && g.InFlight == 0
}

// FailedRows counts the rows that ended FAILED since this process started.
func (b *Board) FailedRows() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := int64(0)
	for _, g := range b.feeds {
		n += g.failedTotal
	}
	return n
}
