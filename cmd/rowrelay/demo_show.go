package main

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/rowrelay/rowrelay/record"
)

// tally is what one look found.
type tally struct {
	source   int64 // rows in the source
	Sent     int64 `db:"sent"`
	Filtered int64 `db:"filtered"`
	Failed   int64 `db:"failed"`
	arrived  int64 // different ids at the consumer
}

// toDo is how many rows have no end yet.
func (t tally) toDo() int64 { return t.source - t.Sent - t.Filtered - t.Failed }

// demoShow tells on stderr how things go: one line that is rewritten on a terminal, elsewhere a line a second.
type demoShow struct {
	v       *voice
	began   time.Time
	quiet   bool
	live    bool
	drawn   bool      // a live line stands on the terminal
	next    time.Time // of the plain line
	outages map[string]time.Time
}

func newDemoShow(g *globals, began time.Time) *demoShow {
	v := g.console.err
	live := isTerminal(v.w) && os.Getenv("TERM") != "dumb" && !g.Verbose // a log would tear the line apart
	return &demoShow{v: v, began: began, quiet: g.Quiet, live: live, next: began, outages: map[string]time.Time{}}
}

// opening says what is going to happen.
func (s *demoShow) opening(p *play) {
	if s.quiet {
		return
	}
	s.v.printf("A source (SQLite) with %d orders gets %g more a second, %g%% of them bad.\n"+
		"The daemon leaves drafts out, looks up each order's customer and sends a message\n"+
		"to a broker, which refuses some at first, and where a consumer counts.\n"+
		"All of it is in this process and takes about 20 s.\n",
		p.backlog, float64(p.Rate), float64(p.Fail))
}

// event says one thing that happened, in a line of its own.
func (s *demoShow) event(text string) {
	if s.quiet {
		return
	}
	s.endLive()
	s.v.printf("%s  %s\n", s.clock(), s.v.paint(warn.colour, printable(text)))
}

// look shows one count, and what changed since the last one.
func (s *demoShow) look(t tally, state record.InstanceState) {
	if s.quiet {
		return
	}
	s.changes(state.Connections)
	s.progress(t, state)
}

// changes tells once of every connection that went away or came back.
func (s *demoShow) changes(now map[string]record.ConnectionState) {
	for name, c := range now {
		since, known := s.outages[name]
		switch {
		case !c.Up && c.Code != "" && !known:
			s.outages[name] = c.Since
			s.event(fmt.Sprintf("rowrelay waits for %s: %s %s", name, c.Code, c.Text))
		case c.Up && known:
			delete(s.outages, name)
			s.event(fmt.Sprintf("rowrelay has %s back after %s", name, span(c.Since.Sub(since))))
		}
	}
}

func (s *demoShow) progress(t tally, state record.InstanceState) {
	line := fmt.Sprintf("%s  source %d, sent %d, filtered %d, failed %d, to do %d", s.clock(), t.source, t.Sent, t.Filtered, t.Failed, t.toDo())
	if f := state.Feeds["orders"]; f.State == record.Waiting {
		line += ", waiting for " + f.WaitingFor
	}
	line += fmt.Sprintf(", consumer %d", t.arrived)
	switch {
	case s.live:
		s.v.printf("\r%s\x1b[K", cut(line, s.width()-1))
		s.drawn = true
	case !time.Now().Before(s.next):
		s.v.printf("%s\n", line)
		s.next = s.next.Add(time.Second)
	}
}

func (s *demoShow) clock() string { return fmt.Sprintf("%5.1fs", time.Since(s.began).Seconds()) }

// width is the terminal's: a longer line would wrap, and could not be rewritten.
func (s *demoShow) width() int {
	if f, ok := s.v.w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 1 {
			return columns
		}
	}
	return 80
}

// endLive leaves the live line as it stands and begins a new one.
func (s *demoShow) endLive() {
	if s.drawn {
		s.v.printf("\n")
		s.drawn = false
	}
}
