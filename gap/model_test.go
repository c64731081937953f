package gap

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

// writer is a transaction of the model: it owns numbers, which become visible at once, and it lets go of its lock later.
type writer struct {
	name    string
	numbers []int64
	ended   bool // visible or rolled back; the lock is still listed
}

// database is a history of visibility: what PostgreSQL shows to somebody who may only read.
type database struct {
	*rand.Rand
	next    int64
	started int
	server  int
	writers []*writer
	visible map[int64]bool
	step    int64 // INCREMENT
}

// between returns a random number, both ends included.
func (d *database) between(least, most int) int { return least + d.IntN(most-least+1) }

// act lets one of the writers do something.
func (d *database) act() {
	kind := d.between(0, 9)
	switch {
	case kind < 4 || len(d.writers) == 0:
		d.begin()
	case kind < 5:
		w := d.pick()
		if !w.ended {
			w.numbers = append(w.numbers, d.take())
		}
	default:
		d.end(d.pick(), kind < 8)
	}
}

func (d *database) begin() {
	d.started++
	w := &writer{name: fmt.Sprintf("%d/%d", d.started%7, d.started)}
	for range d.between(1, 3) {
		w.numbers = append(w.numbers, d.take())
	}
	d.writers = append(d.writers, w)
}

func (d *database) take() int64 {
	d.next += d.step
	return d.next
}

func (d *database) pick() *writer {
	return d.writers[d.between(0, len(d.writers)-1)]
}

// end makes the rows visible first, and takes the lock off the list later: the order of PostgreSQL.
func (d *database) end(w *writer, commit bool) {
	if w.ended {
		d.writers = slices.DeleteFunc(d.writers, func(o *writer) bool { return o == w })
		return
	}
	w.ended = true
	if commit {
		for _, n := range w.numbers {
			d.visible[n] = true
		}
	}
}

// restart ends every transaction without a commit.
func (d *database) restart() {
	d.server++
	d.writers = nil
}

func (d *database) evidence() Evidence {
	e := Evidence{Valid: true, Server: fmt.Sprint(d.server)}
	for _, w := range d.writers {
		e.Holders = append(e.Holders, w.name)
	}
	return e
}

// read is one snapshot: new rows above after, and probes, each bounded.
func (d *database) read(after int64, ranges []record.Range, rows, found int) Reading {
	r := Reading{Server: fmt.Sprint(d.server), After: after}
	all := make([]int64, 0, len(d.visible))
	for n := range d.visible {
		all = append(all, n)
	}
	slices.Sort(all)
	for _, n := range all {
		if n > after && len(r.Seen) < rows {
			r.Seen = append(r.Seen, n)
		}
	}
	for _, span := range ranges {
		r.Probes = append(r.Probes, probeOf(all, span, found))
	}
	return r
}

func probeOf(all []int64, span record.Range, limit int) record.Probe {
	p := record.Probe{Range: span, Reached: span.Hi}
	for _, n := range all {
		if !span.Holds(n) {
			continue
		}
		if p.Found = append(p.Found, record.Number{Seq: n, Wanted: true}); len(p.Found) == limit {
			p.Reached = n
			break
		}
	}
	return p
}

// keeper is the reader of the model with its store: what is committed survives.
type keeper struct {
	t      *testing.T
	db     *database
	rules  Rules
	now    time.Time
	ledger *Ledger

	last   int64
	stored map[int64]Gap
	dumped map[int64]int
	closed []Closed
	mutate mutant
}

// mutant breaks one rule, to show that the checks notice.
type mutant int

const (
	none mutant = iota
	birthPlusOne
	evidenceAfterProbe
	forgetsFirstSeen
	closesWithoutProbe
)

func newKeeper(t *testing.T, db *database, rules Rules, m mutant) *keeper {
	return &keeper{t: t, db: db, rules: rules, now: time.Unix(0, 0), ledger: New(rules), stored: map[int64]Gap{}, dumped: map[int64]int{}, mutate: m}
}

// acts lets the writers go on for a while.
func (k *keeper) acts() {
	for range k.db.between(0, 8) {
		k.db.act()
	}
}

// cycle is one poll, with pauses wherever a reader may be held up.
func (k *keeper) cycle() {
	k.now = k.now.Add(time.Duration(k.db.between(0, 20)) * time.Second)
	ranges := k.ledger.Due(k.now)
	e := k.look()
	k.acts() // a pause between evidence and probe
	r := k.db.read(k.last, ranges, k.db.between(1, 6), k.db.between(1, 6))
	k.acts()
	if k.mutate == evidenceAfterProbe {
		e = k.look()
	}
	r.Evidence = e
	if k.mutate == closesWithoutProbe {
		for _, g := range k.ledger.Gaps() {
			if covering(r.Probes, g.Lo) == nil {
				r.Probes = append(r.Probes, record.Probe{Range: g.Range, Reached: g.Hi})
			}
		}
	}
	k.commit(r)
}

func (k *keeper) look() Evidence {
	if k.db.between(0, 9) == 0 {
		return Evidence{}
	}
	e := k.db.evidence()
	switch k.mutate {
	case birthPlusOne: // a look that sees nobody brings the horizon one nearer
		k.ledger.witness.looks++
	case forgetsFirstSeen:
		k.ledger.witness.first = nil
	}
	return e
}

// commit dumps late and new rows with the ledger's change, or fails and loads what is stored.
func (k *keeper) commit(r Reading) {
	late := k.late(&r)
	change := k.ledger.Take(k.now, r)
	switch k.db.between(0, 9) {
	case 0: // it failed
		k.load()
		return
	case 1: // and so did the process, after the commit
		defer func() { k.ledger = New(k.rules); k.load() }()
	}
	for _, n := range append(late, r.Seen...) {
		k.dumped[n]++
		k.last = max(k.last, n)
	}
	for _, lo := range change.Gone {
		require.Contains(k.t, k.stored, lo, "a gap that is not stored cannot go")
		delete(k.stored, lo)
	}
	for _, g := range change.New {
		k.stored[g.Lo] = Gap{Range: g.Range, Born: g.Born, Dirty: g.Dirty}
	}
	k.closed = append(k.closed, change.Closed...)
	k.check()
}

// late returns the rows in gaps that were not dumped, and sometimes takes only some of them.
func (k *keeper) late(r *Reading) []int64 {
	late, unsure := k.ledger.Late(r.Probes)
	for _, n := range unsure {
		if k.dumped[n] == 0 {
			late = append(late, n)
		}
	}
	slices.Sort(late)
	if len(late) < 2 || k.db.between(0, 1) == 0 {
		return late
	}
	late = late[:1]
	for i, p := range r.Probes {
		r.Probes[i] = p.Until(late[0])
	}
	return late
}

func (k *keeper) load() {
	var gaps []Gap
	for _, g := range k.stored {
		gaps = append(gaps, g)
	}
	k.ledger.Load(gaps)
}

// check holds the ledger to its invariants.
func (k *keeper) check() {
	gaps := k.ledger.Gaps()
	require.Len(k.t, k.stored, len(gaps), "the store and the ledger agree")
	require.LessOrEqual(k.t, len(gaps), k.ledger.rules.Cap)
	before := int64(0)
	for _, g := range gaps {
		was, ok := k.stored[g.Lo]
		require.True(k.t, ok && was.Range == g.Range && was.Dirty == g.Dirty && was.Born.Equal(g.Born))
		require.Less(k.t, before, g.Lo)
		require.LessOrEqual(k.t, g.Lo, g.Hi)
		require.Less(k.t, g.Hi, k.last)
		before = g.Hi
	}
	for n := range k.dumped {
		if g := at(gaps, n); g != nil {
			require.True(k.t, g.Dirty, "%d was dumped and lies in a clean gap", n)
		}
	}
	for n := int64(1); n <= k.last; n++ {
		if k.dumped[n] == 0 && at(gaps, n) == nil {
			require.True(k.t, slices.ContainsFunc(k.closed, func(c Closed) bool { return c.Holds(n) }), "%d was forgotten", n)
		}
	}
}

// drain ends all writers and polls until nothing changes; then every committed row must have been dumped, once.
func (k *keeper) drain() (lost int) {
	for len(k.db.writers) > 0 {
		k.db.end(k.db.writers[0], true)
	}
	for range 400 {
		k.now = k.now.Add(10 * time.Minute)
		r := k.db.read(k.last, k.ledger.Due(k.now), 1000, 1000)
		r.Evidence = k.db.evidence()
		late, unsure := k.ledger.Late(r.Probes)
		for _, n := range unsure {
			if k.dumped[n] == 0 {
				late = append(late, n)
			}
		}
		k.ledger.Take(k.now, r)
		for _, n := range append(late, r.Seen...) {
			k.dumped[n]++
			k.last = max(k.last, n)
		}
		if len(k.ledger.Gaps()) == 0 && len(r.Seen) == 0 {
			break
		}
	}
	require.Empty(k.t, k.ledger.Gaps(), "gaps that nobody can fill are closed")
	for n := range k.db.visible {
		if k.dumped[n] == 0 {
			lost++
		}
	}
	for n, times := range k.dumped {
		require.Equal(k.t, 1, times, "row %d was dumped twice", n)
		require.True(k.t, k.db.visible[n], "row %d was never committed", n)
	}
	return lost
}

// history runs one history and returns how many rows were lost.
func history(t *testing.T, seed uint64, rules Rules, m mutant) int {
	db := &database{Rand: rand.New(rand.NewPCG(seed, 0)), visible: map[int64]bool{}, step: 1}
	if db.between(0, 2) == 0 {
		db.step = 50
	}
	k := newKeeper(t, db, rules, m)
	for range db.between(3, 30) {
		k.acts()
		if db.between(0, 19) == 0 {
			db.restart()
		}
		k.cycle()
	}
	return k.drain()
}

var histories = flag.Uint64("histories", 2000, "histories of visibility to try, each from its own seed")

func each(t *testing.T, rules Rules, m mutant) (lost int) {
	for seed := range *histories {
		n := history(t, seed, rules, m)
		require.False(t, n > 0 && m == none, "history %d lost %d rows", seed, n)
		if lost += n; lost > 0 {
			t.Logf("history %d lost %d rows", seed, n)
			return lost
		}
	}
	return lost
}

var evident = Rules{Watch: time.Hour, Poll: time.Second, Evidence: true}

func TestNoHistoryLosesOrDoublesARow(t *testing.T) {
	each(t, evident, none)
}

func TestNoHistoryLosesOrDoublesARowAtTheCap(t *testing.T) {
	rules := evident
	rules.Cap = 3
	each(t, rules, none)
}

// TestEveryMutantIsCaught breaks one rule after the other: the same histories must show a loss.
func TestEveryMutantIsCaught(t *testing.T) {
	for name, m := range map[string]mutant{
		"quiet after one look": birthPlusOne, "evidence after the probe": evidenceAfterProbe,
		"first sight forgotten": forgetsFirstSeen, "closed without a probe": closesWithoutProbe,
	} {
		t.Run(name, func(t *testing.T) {
			require.Positive(t, each(t, evident, m))
		})
	}
}

// TestAtTheCapALateRowIsFoundAndGapsCloseUnderSteadyTraffic: every second number is used elsewhere, far more holes than the ledger keeps apart,
// while rows go on coming. The row of a transaction that was open for three minutes must be found soon, and no gap may stay young for ever.
func TestAtTheCapALateRowIsFoundAndGapsCloseUnderSteadyTraffic(t *testing.T) {
	const perSecond, limit, late = 1500, 1000, int64(40_001)
	l := New(Rules{MinWatch: time.Minute, Watch: time.Hour, Poll: time.Second, Evidence: true})
	now, last := time.Unix(0, 0), int64(0)
	found := 0
	for second := 1; second <= 600 && found == 0; second++ {
		now = now.Add(time.Second)
		ranges := l.Due(now)
		e := Evidence{Valid: true, Server: "1"}
		visible := second >= 180
		if !visible {
			e.Holders = []string{"3/1"}
		}
		r := Reading{Evidence: e, Server: "1", After: last}
		for range perSecond {
			last += 2
			r.Seen = append(r.Seen, last)
		}
		for _, span := range ranges {
			r.Probes = append(r.Probes, evens(span, min(limit, 32_000/len(ranges)), late, visible))
		}
		rows, unsure := l.Late(r.Probes)
		for _, n := range append(rows, unsure...) {
			if n == late {
				found = second
			}
		}
		l.Take(now, r)
	}
	require.Positive(t, found, "the late row was not found in ten minutes")
	require.LessOrEqual(t, found, 240, "it was found a minute after it had become visible at the latest")
	widest := int64(0)
	for _, g := range l.Gaps() {
		widest = max(widest, g.Hi-g.Lo)
	}
	require.Less(t, widest, last/100, "no gap swallows the others")
}

// evens is a probe of a table of even numbers, and of one odd one when it is visible.
func evens(span record.Range, limit int, odd int64, visible bool) record.Probe {
	p := record.Probe{Range: span, Reached: span.Hi}
	for n := span.Lo; n <= span.Hi; n++ {
		if n%2 != 0 && (n != odd || !visible) {
			continue
		}
		if p.Found = append(p.Found, record.Number{Seq: n, Wanted: true}); len(p.Found) == limit {
			p.Reached = n
			break
		}
	}
	return p
}
