package proof

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/gap"
)

// delayPolls is the poll interval of both readers: ten times as often as the default.
const delayPolls = 100 * time.Millisecond

// pair is one run of both readers on the same rows.
type pair struct {
	rows              int
	ours, naive       [2]time.Duration // p50 and p99 from the commit's answer to the reader's sight
	lost, naivelyLost int
}

// delays lets a reader with the ledger and one without read the same rows, and compares when they saw those that both saw:
// rows above holes, for there is always one.
func delays(t *testing.T, d time.Duration) pair {
	w := newWorld(t).sequenced("")
	ours := w.reading("ours", gap.Rules{Watch: time.Hour, Poll: delayPolls, Evidence: true}, nil)
	naive := w.reading("naive", gap.Rules{Watch: time.Hour}, func(r *reader) { r.plain = true })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	for _, r := range []*reader{ours, naive} {
		go func() { ended <- r.run(ctx, delayPolls) }()
	}
	all := w.write(manyWriters, 300*time.Millisecond, everyShape...)
	time.Sleep(d)
	all.halt()
	committed := w.committed()
	w.haveAll(committed, ours)
	cancel()
	for range 2 {
		require.NoError(t, <-ended)
	}
	p := pair{rows: len(committed)}
	p.lost, _ = ours.lost(committed)
	p.naivelyLost, _ = naive.lost(committed)
	var a, b []time.Duration
	for id, at := range naive.seen {
		a, b = append(a, max(0, ours.seen[id].Sub(all.times[id]))), append(b, max(0, at.Sub(all.times[id])))
	}
	p.ours, p.naive = percentiles(a), percentiles(b)
	return p
}

func percentiles(d []time.Duration) [2]time.Duration {
	slices.Sort(d)
	return [2]time.Duration{d[len(d)/2], d[len(d)*99/100]}
}

func TestGapsHoldNoRowUp(t *testing.T) {
	var p50, p99 []float64
	for i := range 3 {
		p := delays(t, stressFor()/3)
		require.Zero(t, p.lost)
		p50 = append(p50, float64(p.ours[0])/float64(p.naive[0]))
		p99 = append(p99, float64(p.ours[1]-p.naive[1])/float64(delayPolls))
		show(t, "pair %d, %d rows, polls of %s: with the ledger p50 %s, p99 %s, lost 0; naive p50 %s, p99 %s, lost %d", i+1, p.rows, delayPolls,
			p.ours[0].Round(100*time.Microsecond), p.ours[1].Round(100*time.Microsecond), p.naive[0].Round(100*time.Microsecond), p.naive[1].Round(100*time.Microsecond), p.naivelyLost)
	}
	slices.Sort(p50)
	slices.Sort(p99)
	show(t, "median of 3 pairs: p50 %.0f %% of the naive one, p99 %+.2f polls", 100*p50[1], p99[1])
	if *full { // a cut is too short to be compared, and CI's machine is not ours alone
		require.LessOrEqual(t, p50[1], 1.1)
		require.LessOrEqual(t, p99[1], 1.0)
	}
}
