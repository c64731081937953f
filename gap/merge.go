package gap

import (
	"cmp"
	"slices"
)

// merge keeps the ledger at its cap: the neighbours that together span the fewest numbers become one dirty gap, as young as the
// younger of them. To go by the space between them alone would let one gap swallow all that follow at even spaces: it would never get
// old, and a look into it never come to an end.
func (l *Ledger) merge(gaps []Gap) []Gap {
	excess := len(gaps) - l.rules.Cap
	if excess <= 0 {
		return gaps
	}
	after := make([]int, len(gaps)-1)
	for i := range after {
		after[i] = i
	}
	slices.SortFunc(after, func(a, b int) int { return cmp.Compare(together(gaps, a), together(gaps, b)) })
	joined := make([]bool, len(gaps)) // with the one before
	for _, i := range after[:min(excess, len(after))] {
		joined[i+1] = true
	}
	merged := gaps[:0:0]
	for i, g := range gaps {
		if joined[i] {
			merged[len(merged)-1].join(g)
		} else {
			merged = append(merged, g)
		}
	}
	return merged
}

func together(gaps []Gap, i int) uint64 { return uint64(gaps[i+1].Hi) - uint64(gaps[i].Lo) }

// join takes in the next gap and the numbers between, which are known. A look under way goes on to the new end, but the
// next one decides whether the gap may be closed.
func (g *Gap) join(next Gap) {
	g.Hi, g.Dirty = next.Hi, true
	g.cycle = max(g.cycle, next.cycle)
	if next.Born.After(g.Born) {
		g.Born = next.Born
	}
	if next.probed.Before(g.probed) {
		g.probed = next.probed
	}
	g.ripe = false
}
