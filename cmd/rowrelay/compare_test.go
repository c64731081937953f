package main

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// twoSides is a source and a store in memory. Its hooks let a daemon be busy between the readings.
type twoSides struct {
	t        *testing.T
	numbers  []record.Number
	rows     []store.Standing
	gaps     []store.Gap
	position store.Position
	page     int
	between  func() // before the store is read
	looked   func() // before the position is read
}

func (s *twoSides) Numbers(_ context.Context, within record.Range, limit int) (record.Probe, error) {
	require.Equal(s.t, s.page, limit)
	p := record.Probe{Range: within, Reached: within.Hi}
	for _, n := range s.numbers {
		if !within.Holds(n.Seq) {
			continue
		}
		if p.Found = append(p.Found, n); len(p.Found) == limit {
			p.Reached = n.Seq
			break
		}
	}
	return p, nil
}

func (s *twoSides) Between(_ context.Context, _ string, within record.Range, limit int) (rows []store.Standing, gaps []store.Gap, err error) {
	require.Equal(s.t, s.page, limit)
	if s.between != nil {
		s.between()
	}
	for _, g := range s.gaps {
		if g.Lo <= within.Hi && g.Hi >= within.Lo {
			gaps = append(gaps, g)
		}
	}
	for _, r := range s.rows {
		if within.Holds(r.Seq) && len(rows) < limit {
			rows = append(rows, r)
		}
	}
	return rows, gaps, nil
}

func (s *twoSides) Position(context.Context, string) (store.Position, error) {
	if s.looked != nil {
		s.looked()
	}
	return s.position, nil
}

func (s *twoSides) exists(seqs ...int64) {
	for _, seq := range seqs {
		s.numbers = append(s.numbers, record.Number{Seq: seq, Wanted: true})
	}
	slices.SortFunc(s.numbers, func(a, b record.Number) int { return cmp.Compare(a.Seq, b.Seq) })
}

func (s *twoSides) holds(seqs ...int64) {
	for _, seq := range seqs {
		s.rows = append(s.rows, store.Standing{Seq: seq, Status: record.Completed, Outcome: new(record.Sent)})
	}
	slices.SortFunc(s.rows, func(a, b store.Standing) int { return cmp.Compare(a.Seq, b.Seq) })
}

func (s *twoSides) watches(lo, hi int64, dirty bool) {
	s.gaps = append(s.gaps, store.Gap{Range: record.Range{Lo: lo, Hi: hi}, Dirty: dirty})
}

func (s *twoSides) reconcile() *reconciled {
	s.t.Helper()
	c := &comparer{feed: "orders", source: s, store: s, page: s.page}
	found, err := c.reconcile(s.t.Context(), record.Range{Lo: s.position.StartSeq + 1, Hi: s.position.LastRead}, s.position.High, time.Millisecond)
	require.NoError(s.t, err)
	require.Equal(s.t, found.Source, found.Sent+found.Filtered+found.Skipped+found.New+found.Failed+found.InGaps+found.MissingRows)
	return found
}

func newSides(t *testing.T, page int, last int64) *twoSides {
	return &twoSides{t: t, page: page, position: store.Position{LastRead: last, High: last}}
}

// expected is what a reconciliation must find, looked up number by number.
func (s *twoSides) expected() (missing, unexpected, gone []int64, source int64) {
	for seq := s.position.StartSeq + 1; seq <= s.position.LastRead; seq++ {
		i, there := slices.BinarySearchFunc(s.numbers, seq, func(n record.Number, seq int64) int { return cmp.Compare(n.Seq, seq) })
		wanted := there && s.numbers[i].Wanted
		_, held := slices.BinarySearchFunc(s.rows, seq, func(r store.Standing, seq int64) int { return cmp.Compare(r.Seq, seq) })
		at := slices.IndexFunc(s.gaps, func(g store.Gap) bool { return g.Holds(seq) })
		if wanted {
			source++
		}
		switch {
		case wanted && !held && at < 0:
			missing = append(missing, seq)
		case held && !there:
			gone = append(gone, seq)
		case held && at >= 0 && !s.gaps[at].Dirty:
			unexpected = append(unexpected, seq)
		}
	}
	return missing, unexpected, gone, source
}

func TestReconcileFindsEveryDifferenceWhateverThePagesAre(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 7))
		s := newSides(t, 1+r.IntN(6), 60)
		inSource, inStore := r.Float64(), r.Float64()
		for seq := int64(1); seq <= 60; seq++ {
			if r.Float64() < inSource {
				s.numbers = append(s.numbers, record.Number{Seq: seq, Wanted: r.IntN(5) > 0})
			}
			if r.Float64() < inStore {
				s.holds(seq)
			}
		}
		for lo := int64(r.IntN(20)); lo < 60; lo += int64(6 + r.IntN(30)) {
			s.watches(lo, lo+int64(r.IntN(5)), r.IntN(2) == 0)
		}
		missing, unexpected, gone, source := s.expected()
		found := s.reconcile()
		require.Equal(t, stretchesOf(missing), found.Missing, seed)
		require.Equal(t, stretchesOf(unexpected), found.Unexpected, seed)
		require.Equal(t, source, found.Source, seed)
		require.EqualValues(t, len(gone), found.GoneRows, seed)
		var covered int64
		for _, g := range found.Gone {
			covered += g.Rows
			require.Contains(t, gone, g.Lo)
			require.Contains(t, gone, g.Hi)
		}
		require.Equal(t, found.GoneRows, covered, seed)
	}
}

func TestWhatASourceHasPurgedIsOneRangeHoweverManyNumbersItNeverHad(t *testing.T) {
	s := newSides(t, 3, 100)
	s.holds(10, 20, 30, 40, 50)
	s.exists(50)
	require.Equal(t, stretches{{10, 40, 4}}, s.reconcile().Gone)
}

func TestARowThatIsRecordedBetweenTheReadingsIsNotGone(t *testing.T) {
	s := newSides(t, 5, 9)
	s.watches(4, 4, false)
	once := true
	s.between = func() {
		if once {
			once, s.gaps = false, nil
			s.exists(4)
			s.holds(4)
		}
	}
	found := s.reconcile()
	require.Zero(t, found.GoneRows)
	require.EqualValues(t, 1, found.Sent)
}

func TestARowThatLeavesItsGapWhileItIsLookedAtIsNotUnexpected(t *testing.T) {
	s := newSides(t, 5, 9)
	s.watches(4, 4, false)
	s.exists(4)
	s.holds(4)
	s.looked = func() { s.gaps = nil }
	found := s.reconcile()
	require.Zero(t, found.UnexpectedRows)
	require.EqualValues(t, 1, found.Sent)
}

func TestWhatArrivesBeforeTheSecondLookIsNotMissing(t *testing.T) {
	s := newSides(t, 2, 9)
	s.exists(1, 3, 5, 7, 9)
	s.holds(1)
	s.looked = func() { // 3 is recorded, 5 is deleted, 7 and 9 are to be read again
		s.looked = nil
		s.holds(3)
		s.numbers = slices.DeleteFunc(s.numbers, func(n record.Number) bool { return n.Seq == 5 })
		s.position.LastRead = 6
	}
	found := s.reconcile()
	require.Zero(t, found.MissingRows)
	require.EqualValues(t, 2, found.Sent)
}

func TestRowsAboveTheHighestNumberAreUnexpectedUnlessItHasRisen(t *testing.T) {
	s := newSides(t, 2, 4)
	s.holds(7, 8, 9, math.MaxInt64)
	s.looked = func() { s.position.High = 7 }
	require.Equal(t, stretches{{8, 9, 2}, {math.MaxInt64, math.MaxInt64, 1}}, s.reconcile().Unexpected)
}

func TestTheWholeRangeOfNumbersIsWalked(t *testing.T) {
	s := newSides(t, 2, math.MaxInt64)
	s.position.StartSeq = math.MinInt64
	s.exists(math.MinInt64+1, 0, math.MaxInt64)
	s.holds(0)
	require.Equal(t, stretches{{math.MinInt64 + 1, math.MinInt64 + 1, 1}, {math.MaxInt64, math.MaxInt64, 1}}, s.reconcile().Missing)
}

func TestRangesAreShortForPeople(t *testing.T) {
	require.Equal(t, "17, 20-25", stretchesOf([]int64{17, 20, 21, 22, 23, 24, 25}).String())
	require.Equal(t, "-3 to -2", stretchesOf([]int64{-3, -2}).String())
	var odd []int64
	for seq := int64(1); seq < 60; seq += 2 {
		odd = append(odd, seq)
	}
	require.Contains(t, stretchesOf(odd).String(), "37, 39 and 10 ranges more")
}

func TestAPaceKeepsTheRate(t *testing.T) {
	p := pace{rate: 1000}
	begin := time.Now()
	for range 10 {
		require.NoError(t, p.wait(t.Context(), 10))
	}
	require.GreaterOrEqual(t, time.Since(begin), 99*time.Millisecond)
}
