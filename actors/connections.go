package actors

import (
	"maps"
	"strings"
	"time"

	"github.com/rowrelay/rowrelay/record"
)

// Process is the reporter of what concerns no single feed.
const Process = "process"

// connection is up while none of its reporters says otherwise: feeds and publishers share it, and what
// one of them cannot do the others may.
type connection struct {
	shown record.ConnectionState // the newest trouble, or none
	down  map[string]record.Code // by reporter
	tries int
}

// trouble returns why the feed, or the whole process, cannot use the connection; empty if it can.
func (c *connection) trouble(feed string) record.Code {
	if c == nil {
		return ""
	}
	for reporter, code := range c.down {
		if of, _, _ := strings.Cut(reporter, "/"); of == feed || of == Process {
			return code
		}
	}
	return ""
}

// Down says that a connection does not work for a reporter, "feed/room" or Process, and when it is
// tried again.
func (b *Board) Down(reporter string, o *record.Outage, next time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.connection(o.Connection)
	changed := len(c.down) == 0 || c.down[reporter] != "" && c.down[reporter] != o.Code
	if len(c.down) == 0 {
		c.shown.Since, c.tries = time.Now(), 0
	}
	c.down[reporter] = o.Code
	c.shown.Up, c.shown.Code, c.shown.Text, c.shown.NextTry = false, o.Code, o.Err.Error(), time.Now().Add(next)
	c.tries++
	if changed {
		b.log.Warn("connection lost", "connection", o.Connection, "code", o.Code, "err", o.Err,
			"rows_waiting", b.inFlight(o.Connection), "next_try", next.Round(time.Millisecond))
	}
}

// Up says that a connection works for a reporter. peer is what answered; empty leaves what was known.
func (b *Board) Up(reporter, name, peer string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.connection(name)
	if peer != "" {
		c.shown.Peer = peer
	}
	if _, was := c.down[reporter]; !was && (len(c.down) > 0 || c.shown.Up) {
		return
	}
	delete(c.down, reporter)
	if len(c.down) > 0 {
		return
	}
	if c.shown.Code != "" {
		b.log.Info("connection restored", "connection", name, "down_for", time.Since(c.shown.Since).Round(time.Millisecond), "tries", c.tries)
	}
	c.shown = record.ConnectionState{Up: true, Since: time.Now(), Peer: c.shown.Peer}
}

// forget drops what the rooms of a feed said that are gone. Whether a connection works is then said by
// whoever uses it next.
func (b *Board) forget(feed string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.connections {
		maps.DeleteFunc(c.down, func(reporter string, _ record.Code) bool {
			of, _, _ := strings.Cut(reporter, "/")
			return of == feed
		})
	}
}

func (b *Board) connection(name string) *connection {
	c, ok := b.connections[name]
	if !ok {
		c = &connection{down: map[string]record.Code{}}
		b.connections[name] = c
	}
	return c
}
