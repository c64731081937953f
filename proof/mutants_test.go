package proof

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/gap"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
)

// reader is the source and the ledger without a store: what a poll finds is delivered at once. Its fields break one rule each.
type reader struct {
	name   string
	source source.Source
	ledger *gap.Ledger
	pause  time.Duration // between evidence and probe, where a writer may do anything

	plain         bool // no ledger at all: the naive rule
	extraLook     bool // birth+1: a look that sees no new writer brings the horizon one nearer
	lookAfter     bool // evidence after the probe
	forgets       bool // the first sight of a writer is not remembered
	closesUnknown bool // gaps are closed without a probe

	mu    sync.Mutex
	seen  map[int64]time.Time
	twice int
	last  int64
	most  int // open gaps
	polls int

	holders []string // of the last look
}

// reading makes a reader of the world's source.
func (w *world) reading(name string, rules gap.Rules, change func(*reader)) *reader {
	w.t.Helper()
	u, err := url.Parse(w.reader.URL)
	require.NoError(w.t, err)
	u.User = nil
	db, err := database.Open(database.Options{Name: "erp", URL: u.String(), User: w.reader.Name, Password: w.reader.Password, ReadOnly: true, MaxOpen: 2})
	require.NoError(w.t, err)
	s, err := source.New(source.Options{Feed: "orders", Connection: "erp", Table: "orders", Sequence: "id", RequireReadOnly: true}, db)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { s.Close() })
	d, err := s.Open(w.t.Context())
	require.NoError(w.t, err)
	require.Equal(w.t, source.ByEvidence, d.Numbers.Rule, d.Numbers.Text)
	r := &reader{name: name, source: s, ledger: gap.New(rules), seen: map[int64]time.Time{}}
	if change != nil {
		change(r)
	}
	return r
}

// run polls until ctx ends, and a last time then.
func (r *reader) run(ctx context.Context, every time.Duration) error {
	pace := time.NewTicker(every)
	defer pace.Stop()
	for {
		ending := ctx.Err() != nil
		if err := r.poll(context.WithoutCancel(ctx)); err != nil || ending {
			return err
		}
		<-pace.C
	}
}

// poll is one cycle as the poller and the dump actor do it.
func (r *reader) poll(ctx context.Context) error {
	ranges := r.ledger.Due(time.Now()) // none of a ledger that learns of no gap
	e, err := r.look(ctx)
	if err != nil {
		return err
	}
	time.Sleep(r.pause)
	page, err := r.source.Read(ctx, source.Query{After: r.last, Limit: source.Limit{Rows: 1000, Bytes: 8 << 20}, Probes: ranges})
	if err != nil {
		return err
	}
	if r.lookAfter {
		time.Sleep(r.pause)
		if e, err = r.look(ctx); err != nil {
			return err
		}
	}
	r.take(e, page)
	return nil
}

func (r *reader) look(ctx context.Context) (source.Evidence, error) {
	if len(r.ledger.Gaps()) == 0 {
		return source.Evidence{}, nil
	}
	e, err := r.source.Evidence(ctx)
	if r.forgets {
		for i := range e.Holders {
			e.Holders[i] += fmt.Sprintf(" at look %d", r.polls)
		}
	}
	return e, err
}

func (r *reader) take(e source.Evidence, page source.Page) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.polls++
	late, unsure := r.ledger.Late(page.Probes)
	for _, seq := range unsure {
		if _, known := r.seen[seq]; !known {
			late = append(late, seq)
		}
	}
	if r.closesUnknown {
		page.Probes = r.unknown(page.Probes)
	}
	if r.extraLook {
		old := e
		old.Holders = slices.DeleteFunc(slices.Clone(e.Holders), func(h string) bool { return !slices.Contains(r.holders, h) })
		r.holders = e.Holders
		r.ledger.Take(time.Now(), gap.Reading{Evidence: gap.Evidence(old), Server: page.Server, After: r.last})
	}
	if !r.plain {
		r.ledger.Take(time.Now(), gap.Reading{Evidence: gap.Evidence(e), Server: page.Server, After: r.last, Seen: page.Numbers, Probes: page.Probes})
	}
	r.most = max(r.most, len(r.ledger.Gaps()))
	for _, seq := range append(late, page.Numbers...) {
		if _, known := r.seen[seq]; known {
			r.twice++
		}
		r.seen[seq], r.last = time.Now(), max(r.last, seq)
	}
}

// unknown claims that gaps which were not due have been looked into.
func (r *reader) unknown(probes []record.Probe) []record.Probe {
	for _, g := range r.ledger.Gaps() {
		if !slices.ContainsFunc(probes, func(p record.Probe) bool { return p.Holds(g.Lo) }) {
			probes = append(probes, record.Probe{Range: g.Range, Reached: g.Hi})
		}
	}
	return probes
}

// lost counts the committed rows that the reader has not seen, and of them those that it does not look for any more.
func (r *reader) lost(committed []int64) (lost, forgotten int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range committed {
		if _, ok := r.seen[id]; !ok {
			if lost++; id <= r.last && !r.ledger.Holds(id) {
				forgotten++
			}
		}
	}
	return lost, forgotten
}

// haveAll waits until right readers have seen what was committed last.
func (w *world) haveAll(committed []int64, readers ...*reader) {
	w.t.Helper()
	for _, r := range readers {
		w.until(r.name+" has every row", func() bool { lost, _ := r.lost(committed); return lost == 0 })
	}
}

// TestGapsBrokenRulesLoseRows: right and broken readers on the same rows of a real server.
func TestGapsBrokenRulesLoseRows(t *testing.T) {
	w := newWorld(t).sequenced("")
	rules := gap.Rules{Watch: time.Hour, Poll: quickPolls, Evidence: true}
	small := rules
	small.Cap = 12
	const pause = 25 * time.Millisecond
	paused := func(r *reader) { r.pause = pause }
	readers := []*reader{
		w.reading("as it is", rules, nil),
		w.reading("as it is, paused", rules, paused),
		w.reading("as it is, cap 12, paused", small, paused),
		w.reading("quiet at birth+1", rules, func(r *reader) { r.pause, r.extraLook = pause, true }),
		w.reading("evidence after the probe", rules, func(r *reader) { r.pause, r.lookAfter = pause, true }),
		w.reading("first sight forgotten", rules, func(r *reader) { r.pause, r.forgets = pause, true }),
		w.reading("closed without a probe", rules, func(r *reader) { r.pause, r.closesUnknown = pause, true }),
	}
	right := 3
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, len(readers))
	for _, r := range readers {
		go func() { ended <- r.run(ctx, quickPolls) }()
	}
	all := w.write(manyWriters, 300*time.Millisecond, everyShape...)
	time.Sleep(stressFor())
	w.until("every broken rule has lost a row", func() bool {
		committed := w.committed()
		return !slices.ContainsFunc(readers[right:], func(r *reader) bool { _, n := r.lost(committed); return n == 0 })
	})
	all.halt()
	committed := w.committed()
	w.haveAll(committed, readers[:right]...)
	cancel()
	for range readers {
		require.NoError(t, <-ended)
	}
	for i, r := range readers {
		lost, forgotten := r.lost(committed)
		show(t, "%-26s rows %d, lost %d, double %d, open gaps at most %d", r.name+":", len(committed), lost, r.twice, r.most)
		if i < right {
			require.Zero(t, lost+r.twice, r.name)
		} else {
			require.Positive(t, forgotten, r.name)
		}
	}
	require.Equal(t, 12, readers[2].most)
}
