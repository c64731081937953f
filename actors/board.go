package actors

import (
	"log/slog"
	"slices"
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
	isolated    string // the feed that carries a record alone, while all others wait
}

// NewBoard makes a board for a process; state names it.
func NewBoard(log *slog.Logger, state record.InstanceState) *Board {
	return &Board{log: log, state: state, connections: map[string]*connection{}, feeds: map[string]*gauge{}}
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
		s.Connections[name] = c.shown
	}
	s.Feeds = map[string]record.FeedState{}
	for name, g := range b.feeds {
		s.Feeds[name] = b.feedState(g)
	}
	return s
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

// feedState works out what a feed waits for.
func (b *Board) feedState(g *gauge) record.FeedState {
	s := g.FeedState
	s.SentPerMin = g.sent.sum(time.Now())
	if s.State != record.Running {
		return s
	}
	for _, name := range g.feed.connections() {
		if code := b.connections[name].trouble(g.feed.Name); code != "" {
			s.State, s.WaitingFor, s.Code = record.Waiting, name, code
			return s
		}
	}
	return s
}

// inFlight counts the rows that the feeds hold; those of one connection's feeds if it has a name.
func (b *Board) inFlight(connection string) int {
	n := 0
	for _, g := range b.feeds {
		if connection == "" || slices.Contains(g.feed.connections(), connection) {
			n += g.InFlight
		}
	}
	return n
}

// isolate lets one feed carry a record alone: false while another feed does.
func (b *Board) isolate(feed string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.isolated != "" && b.isolated != feed {
		return false
	}
	b.isolated = feed
	return true
}

// rejoin ends a feed's isolation.
func (b *Board) rejoin(feed string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.isolated == feed {
		b.isolated = ""
	}
}

// mustWait tells a feed that another one carries a record alone.
func (b *Board) mustWait(feed string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.isolated != "" && b.isolated != feed
}

// alone tells whether one record is in flight in the whole process.
func (b *Board) alone() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.inFlight("") == 1
}

// Drained tells whether the feed's last page was not full and nothing is in flight.
func (b *Board) Drained(feed string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	g, ok := b.feeds[feed]
	return ok && g.drained && g.InFlight == 0
}

// FailedRows counts the rows that ended FAILED since this process started.
func (b *Board) FailedRows() int64 { return int64(b.total().failed) }

// total is what all feeds have done since this process started.
func (b *Board) total() window {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all window
	for _, g := range b.feeds {
		all.count(g.past)
		all.count(g.window)
	}
	return all
}
