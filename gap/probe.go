package gap

import (
	"cmp"
	"slices"
	"time"

	"github.com/rowrelay/rowrelay/record"
)

// Due returns the ranges to look into now: they cover every gap that is due, and known numbers between them.
func (l *Ledger) Due(now time.Time) []record.Range {
	var due []record.Range
	for i := range l.gaps {
		if g := &l.gaps[i]; !now.Before(g.next(l.rules.Poll)) {
			due = append(due, g.rest())
		}
	}
	return cover(due)
}

// next is when the gap is to be looked into again: the older it is, the less often.
func (g *Gap) next(poll time.Duration) time.Time {
	if g.probed.IsZero() || g.begun {
		return time.Time{}
	}
	pause := g.probed.Sub(g.Born) / ageShare
	return g.probed.Add(min(max(pause, poll), max(mostPause, poll)))
}

// rest is the part of the gap that the present look has not covered.
func (g *Gap) rest() record.Range {
	if g.begun {
		return record.Range{Lo: g.resume, Hi: g.Hi}
	}
	return g.Range
}

// cover joins ranges until there are few: the widest spaces between them stay out.
func cover(ranges []record.Range) []record.Range {
	if len(ranges) <= maxRanges {
		return ranges
	}
	after := make([]int, len(ranges)-1) // after[i] is the space after range i
	for i := range after {
		after[i] = i
	}
	slices.SortFunc(after, func(a, b int) int { return cmp.Compare(space(ranges, b), space(ranges, a)) })
	cuts := after[:maxRanges-1]
	slices.Sort(cuts)
	var covers []record.Range
	from := 0
	for _, i := range append(cuts, len(ranges)-1) {
		covers = append(covers, record.Range{Lo: ranges[from].Lo, Hi: ranges[i].Hi})
		from = i + 1
	}
	return covers
}

// space is how many numbers lie after range i and before the next one; the difference of two int64 fits into uint64.
func space(ranges []record.Range, i int) uint64 { return uint64(ranges[i+1].Lo) - uint64(ranges[i].Hi) }

// probe applies what was looked at to one gap: numbers that have appeared split it, and what is left is closed if it
// may be and if the look has covered all of it.
func (l *Ledger) probe(now time.Time, g Gap, probes []record.Probe, valid bool) (pieces []Gap, closed []Closed) {
	p := covering(probes, g.rest().Lo)
	if p == nil {
		return []Gap{g}, nil
	}
	mayClose := l.mayClose(now, &g, valid)
	if g.Dirty {
		pieces = []Gap{g.looked(now, *p, mayClose)}
		mayClose = pieces[0].ripe
	} else {
		pieces = g.split(now, *p)
	}
	if len(pieces) == 0 {
		return nil, []Closed{l.close(now, g, Filled)}
	}
	if !mayClose {
		return pieces, nil
	}
	open := pieces[:0:0]
	for _, piece := range pieces {
		if piece.Hi > p.Reached {
			open = append(open, piece)
			continue
		}
		closed = append(closed, l.close(now, piece, l.reason()))
	}
	return open, closed
}

// covering returns the probe that looked at seq, or nil.
func covering(probes []record.Probe, seq int64) *record.Probe {
	for i := range probes {
		if p := &probes[i]; p.Lo <= seq && seq <= min(p.Hi, p.Reached) {
			return p
		}
	}
	return nil
}

// split cuts the numbers that have appeared out of a clean gap, and what was not reached off.
func (g Gap) split(now time.Time, p record.Probe) []Gap {
	var pieces []Gap
	lo, end := g.Lo, min(g.Hi, p.Reached)
	piece := func(hi int64, probed time.Time) {
		if lo <= hi {
			part := g
			part.Range, part.probed = record.Range{Lo: lo, Hi: hi}, probed
			pieces = append(pieces, part)
		}
	}
	for _, n := range p.Found {
		if n.Seq < lo || n.Seq > end {
			continue
		}
		piece(n.Seq-1, now)
		if lo = n.Seq + 1; n.Seq == g.Hi {
			return pieces
		}
	}
	piece(end, now)
	if end < g.Hi {
		lo = end + 1
		piece(g.Hi, g.probed)
	}
	return pieces
}

// looked notes how far a look into a dirty gap has come.
func (g Gap) looked(now time.Time, p record.Probe, mayClose bool) Gap {
	if p.Lo <= g.Lo {
		g.ripe = mayClose
	}
	if p.Reached >= g.Hi {
		g.probed, g.begun = now, false
		return g
	}
	g.begun, g.resume = true, p.Reached+1
	return g
}

// mayClose tells whether a look that finds nothing closes the gap.
func (l *Ledger) mayClose(now time.Time, g *Gap, valid bool) bool {
	age := now.Sub(g.Born)
	switch {
	case !valid:
		return false
	case !l.rules.Evidence:
		return age >= l.rules.Watch+l.lag
	case l.rules.Pooled:
		return age >= l.rules.Watch && l.witness.quiet(g)
	}
	return age >= l.rules.MinWatch && l.witness.quiet(g)
}

func (l *Ledger) reason() Reason {
	if l.rules.Evidence {
		return Proven
	}
	return Outdated
}

func (l *Ledger) close(now time.Time, g Gap, why Reason) Closed {
	return Closed{Range: g.Range, Reason: why, Age: now.Sub(g.Born)}
}
