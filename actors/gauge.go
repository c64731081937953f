package actors

import (
	"log/slog"
	"time"

	"github.com/rowrelay/rowrelay/gap"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// failedLines is how many rows of one code are logged one by one in a minute; the rest are counted.
const failedLines = 5

// gauge counts what one feed does. The board's lock guards it.
type gauge struct {
	board *Board
	feed  *Feed
	record.FeedState

	drained  bool   // the last page was not full
	past     window // what the process did before the window began
	window   window
	sent     rate
	failed   map[record.Code]int
	closings int // lines about gaps in this window
}

// window counts one minute.
type window struct {
	began                  time.Time
	read, sent, failed     int
	filtered, late, closed int
}

// count adds what another window has counted.
func (w *window) count(o window) {
	w.read, w.sent, w.failed = w.read+o.read, w.sent+o.sent, w.failed+o.failed
	w.filtered, w.late, w.closed = w.filtered+o.filtered, w.late+o.late, w.closed+o.closed
}

func (g *gauge) set(change func()) {
	g.board.mu.Lock()
	defer g.board.mu.Unlock()
	change()
}

// gapLines is how many closed gaps are logged one by one in a minute; the rest are counted in the summary.
const gapLines = 5

// closed counts late rows, and counts and logs gaps that were given up.
func (g *gauge) closed(log *slog.Logger, gaps []gap.Closed, late int) {
	g.board.mu.Lock()
	defer g.board.mu.Unlock()
	g.LateRows += int64(late)
	g.window.late += late
	g.window.closed += len(gaps)
	for _, c := range gaps {
		switch c.Reason {
		case gap.Filled:
			g.GapsClosed.Filled++
		case gap.Proven:
			g.GapsClosed.Evidence++
		case gap.Outdated:
			g.GapsClosed.Age++
		}
		if g.closings++; g.closings <= gapLines {
			log.Info("gap closed", "from", c.Lo, "to", c.Hi, "reason", c.Reason, "age", c.Age.Round(time.Millisecond))
		}
	}
}

// begin is the state of a feed whose rooms were just built.
func (g *gauge) begin(workers int) {
	g.set(func() {
		g.State, g.Code, g.Text = record.Running, "", ""
		g.Workers, g.InFlight, g.drained = workers, 0, false
	})
}

// finished counts committed marks and logs failed rows.
func (g *gauge) finished(log *slog.Logger, batch []*RecordMessage, marks []store.Mark) {
	g.board.mu.Lock()
	defer g.board.mu.Unlock()
	now := time.Now()
	for i, m := range batch {
		switch k := marks[i]; {
		case k.Status == record.Failed:
			g.window.failed++
			g.logFailed(log, m, k)
		case k.Status != record.Completed:
		case m.Filtered:
			g.window.filtered++
		default:
			g.window.sent++
			g.LastSent = now
			g.sent.add(now)
		}
	}
}

func (g *gauge) logFailed(log *slog.Logger, m *RecordMessage, k store.Mark) {
	if g.failed == nil {
		g.failed = map[record.Code]int{}
	}
	if g.failed[k.Code]++; g.failed[k.Code] > failedLines {
		return
	}
	args := []any{"seq", k.Seq, "code", k.Code, "attempts", m.Record.Attempts + 1, "err", k.Text}
	if m.Record.Key != nil {
		args = append(args, "key", *m.Record.Key)
	}
	log.Error("row failed", args...)
}

// summarize logs what happened in the window and begins the next one.
func (g *gauge) summarize(log *slog.Logger) {
	g.board.mu.Lock()
	defer g.board.mu.Unlock()
	w := g.window
	if w.read+w.sent+w.filtered+w.failed+w.late+w.closed > 0 {
		log.Info("summary", "window", time.Since(w.began).Round(time.Second), "read", w.read, "late", w.late, "sent", w.sent, "filtered", w.filtered, "failed", w.failed,
			"in_flight", g.InFlight, "gaps_open", g.GapsOpen, "gaps_closed", w.closed)
	}
	for code, n := range g.failed {
		if n > failedLines {
			log.Warn("more rows failed the same way", "code", code, "count", n-failedLines, "window", time.Since(w.began).Round(time.Second))
		}
	}
	g.past.count(w)
	g.window, g.failed, g.closings = window{began: time.Now()}, nil, 0
}
