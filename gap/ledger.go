package gap

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"github.com/rowrelay/rowrelay/record"
)

// Ledger is the open gaps of one feed. It is changed by Load and Take alone, and is not safe for concurrent use.
type Ledger struct {
	rules   Rules
	witness witness
	lag     time.Duration // of the last valid evidence
	gaps    []Gap         // by Lo
}

// New makes an empty ledger.
func New(r Rules) *Ledger {
	l := &Ledger{}
	l.Tune(r)
	return l
}

// Tune changes the rules.
func (l *Ledger) Tune(r Rules) {
	if r.Cap == 0 {
		r.Cap = DefaultCap
	}
	l.rules = r
}

// sameBirth is how far apart two readings of one birth may be: ages are read from the store, and later than they are computed.
const sameBirth = time.Second

// Load replaces the gaps by those of the store, of which only Range, Born and Dirty are known. A gap that lies within one
// that was known, and was not born later, keeps what was known; any other counts as born now. A look that was under way begins anew: what it had
// found may not have been dumped.
func (l *Ledger) Load(stored []Gap) {
	before := l.gaps
	l.gaps = slices.SortedFunc(slices.Values(stored), byLo)
	for i := range l.gaps {
		g := &l.gaps[i]
		g.cycle = l.witness.looks
		was := at(before, g.Lo)
		if was == nil || !was.Holds(g.Hi) || g.Born.After(was.Born.Add(sameBirth)) {
			continue
		}
		g.cycle, g.probed = was.cycle, was.probed
	}
}

// Gaps returns the open gaps, lowest first. They are not to be changed.
func (l *Ledger) Gaps() []Gap { return l.gaps }

// Holds reports whether a number lies in an open gap.
func (l *Ledger) Holds(seq int64) bool { return at(l.gaps, seq) != nil }

func byLo(a, b Gap) int { return cmp.Compare(a.Lo, b.Lo) }

// at returns the gap that holds seq, or nil.
func at(gaps []Gap, seq int64) *Gap {
	i := sort.Search(len(gaps), func(i int) bool { return gaps[i].Hi >= seq })
	if i < len(gaps) && gaps[i].Lo <= seq {
		return &gaps[i]
	}
	return nil
}

// Late sorts what probes found: a wanted number in a gap is a late row, and in a dirty gap only if it was not dumped
// already. What lies in no gap is known.
func (l *Ledger) Late(probes []record.Probe) (late, unsure []int64) {
	for _, p := range probes {
		for _, n := range p.Found {
			g := at(l.gaps, n.Seq)
			switch {
			case g == nil || !n.Wanted:
			case g.Dirty:
				unsure = append(unsure, n.Seq)
			default:
				late = append(late, n.Seq)
			}
		}
	}
	return late, unsure
}

// Take works a reading in, whose late rows are all about to be dumped, and returns what to write together with them.
// If that fails, the ledger must be loaded again.
func (l *Ledger) Take(now time.Time, r Reading) Change {
	before := l.gaps
	valid := l.look(r)
	var closed []Closed
	kept := make([]Gap, 0, len(before)+1)
	for _, g := range before {
		pieces, c := l.probe(now, g, r.Probes, valid)
		kept, closed = append(kept, pieces...), append(closed, c...)
	}
	kept = append(kept, l.born(now, r)...)
	l.gaps = l.merge(kept)
	change := difference(before, l.gaps)
	change.Closed = closed
	return change
}

// look takes the evidence in if it is of the server that was read.
func (l *Ledger) look(r Reading) (valid bool) {
	if !r.Evidence.Valid || r.Evidence.Server != r.Server {
		return false
	}
	l.lag = r.Evidence.Lag
	if l.witness.look(r.Evidence) {
		for i := range l.gaps {
			l.gaps[i].cycle = l.witness.looks
		}
	}
	return true
}

// born makes a gap of every hole between the numbers that are there.
func (l *Ledger) born(now time.Time, r Reading) []Gap {
	var gaps []Gap
	last := r.After
	for _, seq := range r.Seen {
		if seq-1 > last {
			gaps = append(gaps, Gap{Range: record.Range{Lo: last + 1, Hi: seq - 1}, Born: now, cycle: l.witness.looks, probed: now})
		}
		last = seq
	}
	return gaps
}

// difference is what turns the stored gaps into the new ones.
func difference(before, after []Gap) (c Change) {
	same := func(a, b Gap) bool { return a.Range == b.Range && a.Dirty == b.Dirty && a.Born.Equal(b.Born) }
	for _, g := range before {
		if i, found := slices.BinarySearchFunc(after, g, byLo); !found || !same(g, after[i]) {
			c.Gone = append(c.Gone, g.Lo)
		}
	}
	for _, g := range after {
		if i, found := slices.BinarySearchFunc(before, g, byLo); !found || !same(g, before[i]) {
			c.New = append(c.New, g)
		}
	}
	return c
}
