package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

func span(lo, hi int64) record.Range { return record.Range{Lo: lo, Hi: hi} }

// ranges are the gaps without their ages, which must have been given.
func (c carrier) ranges() (all []record.Range) {
	c.t.Helper()
	found, err := c.Gaps(c.t.Context(), feed)
	require.NoError(c.t, err)
	for _, g := range found {
		all = append(all, g.Range)
	}
	return all
}

func TestGapsChangeWithTheDumpOrNotAtAll(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := newCarrier(t, w.open(t), "one")
		first := Dump{Feed: feed, Instance: one.id, LastRead: 20, Records: bunch(1, 5, 20),
			Gaps: []Gap{{Range: span(2, 4)}, {Range: span(6, 19), Age: time.Hour, Dirty: true}}}
		p, _, err := one.Dump(t.Context(), first)
		require.NoError(t, err)
		found, err := one.Gaps(t.Context(), feed)
		require.NoError(t, err)
		require.Equal(t, []record.Range{span(2, 4), span(6, 19)}, one.ranges())
		require.Less(t, found[0].Age, time.Minute)
		require.False(t, found[0].Dirty)
		require.InDelta(t, time.Hour.Seconds(), found[1].Age.Seconds(), 60, "the age goes on by the store's clock")
		require.True(t, found[1].Dirty)

		late := Dump{Feed: feed, Instance: one.id, Seen: p, LastRead: 20, Records: bunch(3), Gone: []int64{2},
			Gaps: []Gap{{Range: span(2, 2), Age: found[0].Age}, {Range: span(4, 4), Age: found[0].Age}}}
		stale := late
		stale.Seen.Version = 0
		_, _, err = one.Dump(t.Context(), stale)
		require.ErrorIs(t, err, ErrStale)
		require.Equal(t, []record.Range{span(2, 4), span(6, 19)}, one.ranges())
		p, inserted, err := one.Dump(t.Context(), late)
		require.NoError(t, err)
		require.Equal(t, []Dumped{{Seq: 3, ClaimNo: 1}}, inserted)
		require.EqualValues(t, 2, p.Version, "a late row moves the version alone")
		require.EqualValues(t, 20, p.LastRead)
		require.Equal(t, []record.Range{span(2, 2), span(4, 4), span(6, 19)}, one.ranges())

		known, err := one.Known(t.Context(), feed, []int64{2, 3, 5, 7, 20, 99})
		require.NoError(t, err)
		require.Equal(t, []int64{3, 5, 20}, known)
		o, err := one.Overview(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 3, o.Feeds[0].Gaps)
		require.InDelta(t, time.Hour.Seconds(), o.Feeds[0].OldestGap.Seconds(), 60)
	})
}

func TestABeginningRemembersWhatLiesBelow(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		s := w.open(t)
		b := Beginning{Start: 9, Identity: []byte(`{}`), Skipped: []int64{5, 8}, Gaps: []record.Range{span(6, 7), span(9, 9)}}
		_, err := s.CreateFeed(t.Context(), feed, b)
		require.NoError(t, err)
		one := newCarrier(t, s, "one")
		require.Equal(t, []record.Range{span(6, 7), span(9, 9)}, one.ranges(), "a second beginning changes nothing")
		row := one.row(8)
		require.Equal(t, record.Completed, row.Status)
		require.Equal(t, "SKIPPED", *row.Outcome)
		require.Equal(t, s.ID()+".orders.8", row.MessageID)
	})
}

func TestAStoppedFeedIsStoppedForAllUntilItIsRewound(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := newCarrier(t, w.open(t), "one")
		one.dump(1, 2, 3)
		before, err := one.Position(t.Context(), feed)
		require.NoError(t, err)
		require.NoError(t, one.StopFeed(t.Context(), feed, before.Version, &record.Stop{Code: record.SourceWentBack, Text: "numbers began anew"}))
		_, _, err = one.Dump(t.Context(), Dump{Feed: feed, Instance: one.id, Seen: before, LastRead: 4, Records: bunch(4)})
		require.ErrorIs(t, err, ErrStale)
		p, err := one.Position(t.Context(), feed)
		require.NoError(t, err)
		require.Equal(t, record.SourceWentBack, p.StopCode)
		require.Equal(t, "numbers began anew", p.StopText)
		require.ErrorIs(t, one.StopFeed(t.Context(), feed, before.Version, &record.Stop{}), ErrStale, "a stop that comes late")
		_, err = one.Rewind(t.Context(), feed, Rewind{To: 3}, Audit{})
		require.ErrorIs(t, err, ErrStopped)
		_, err = one.Rewind(t.Context(), feed, Rewind{To: 3, Resend: true, Identity: []byte(`{"server":""}`)}, Audit{Reason: "it was restored"})
		require.NoError(t, err)
		p, err = one.Position(t.Context(), feed)
		require.NoError(t, err)
		require.Empty(t, p.StopCode)
		require.Equal(t, `{"server":""}`, string(p.Identity))
		require.ErrorIs(t, one.StopFeed(t.Context(), "unknown", 0, &record.Stop{}), ErrStale)
	})
}

func TestRewindGoesBackCutsTheGapsAndResendsByOrderAlone(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := newCarrier(t, w.open(t), "one")
		p, _, err := one.Dump(t.Context(), Dump{Feed: feed, Instance: one.id, LastRead: 30, Records: bunch(1, 10, 20, 30),
			Gaps: []Gap{{Range: span(2, 9)}, {Range: span(11, 19)}, {Range: span(21, 29)}}})
		require.NoError(t, err)
		one.mark(sent(1, 1), sent(10, 1), sent(20, 1), fails(30, 1))
		counts, err := one.Above(t.Context(), feed, 5)
		require.NoError(t, err)
		require.Equal(t, Counts{Completed: 2, Failed: 1}, counts)

		_, err = one.Rewind(t.Context(), feed, Rewind{To: 31}, Audit{})
		require.ErrorIs(t, err, ErrForward)
		_, err = one.Rewind(t.Context(), "unknown", Rewind{}, Audit{})
		require.ErrorIs(t, err, ErrNoFeed)
		_, err = one.Rewind(t.Context(), feed, Rewind{To: 15, Identity: p.Identity}, Audit{Reason: "look again"})
		require.NoError(t, err)
		require.Equal(t, []record.Range{span(2, 9), span(11, 15)}, one.ranges())
		p = one.at(15)
		p, inserted, err := one.Dump(t.Context(), Dump{Feed: feed, Instance: one.id, Seen: p, LastRead: 30, Records: bunch(20, 30)})
		require.NoError(t, err, "known numbers at or below high are no defect")
		require.Empty(t, inserted, "what is COMPLETED stays so")

		audit, err := one.Rewind(t.Context(), feed, Rewind{To: 5, Resend: true, Identity: p.Identity}, Audit{Reason: "receiver lost all"})
		require.NoError(t, err)
		require.Positive(t, audit)
		known, err := one.Known(t.Context(), feed, []int64{1, 10, 20, 30})
		require.NoError(t, err)
		require.Equal(t, []int64{1, 30}, known, "below the rewind, and FAILED")
		_, inserted, err = one.Dump(t.Context(), Dump{Feed: feed, Instance: one.id, Seen: one.at(5), LastRead: 30, Records: bunch(10, 20, 30)})
		require.NoError(t, err)
		require.Equal(t, []Dumped{{10, "acme.orders.10.r1", 2}, {20, "acme.orders.20.r1", 2}}, inserted)
		require.Empty(t, one.mark(sent(10, 1)), "a mark of the first run comes late")
		require.Len(t, one.mark(sent(10, 2)), 1)

		_, err = one.Rewind(t.Context(), feed, Rewind{To: 5, Identity: p.Identity}, Audit{})
		require.NoError(t, err)
		_, inserted, err = one.Dump(t.Context(), Dump{Feed: feed, Instance: one.id, Seen: one.at(5), LastRead: 20, Records: bunch(10, 20)})
		require.NoError(t, err)
		require.Empty(t, inserted, "what was sent again since stays sent")
		_, err = one.Rewind(t.Context(), feed, Rewind{To: 5, Resend: true, Identity: p.Identity}, Audit{})
		require.NoError(t, err)
		_, inserted, err = one.Dump(t.Context(), Dump{Feed: feed, Instance: one.id, Seen: one.at(5), LastRead: 10, Records: bunch(10)})
		require.NoError(t, err)
		require.Equal(t, []Dumped{{10, "acme.orders.10.r2", 3}}, inserted, "each order has an id of its own")
	})
}

// at is the feed's position, which must stand at seq.
func (c carrier) at(seq int64) Position {
	c.t.Helper()
	p, err := c.Position(c.t.Context(), feed)
	require.NoError(c.t, err)
	require.Equal(c.t, seq, p.LastRead)
	return p
}

// TestARewindThatResendsTakesUnfinishedRowsOutOfEverybodysHands: what is in flight was built from the old row.
func TestARewindThatResendsTakesUnfinishedRowsOutOfEverybodysHands(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := newCarrier(t, w.open(t), "one")
		one.dump(1, 2, 3)
		one.mark(fails(3, 1))
		_, err := one.Rewind(t.Context(), feed, Rewind{To: 1, Resend: true, Identity: []byte(`{}`)}, Audit{Reason: "restored"})
		require.NoError(t, err)
		require.Empty(t, one.mark(sent(2, 1)), "the mark of what was in flight")
		require.Len(t, one.mark(sent(1, 1)), 1, "below the rewind nothing changes")
		row := one.row(2)
		require.Nil(t, row.Owner)
		require.Equal(t, one.ID()+".orders.2.r1", row.MessageID)
		require.Equal(t, one.ID()+".orders.3.r1", one.row(3).MessageID, "a retry sends it under a fresh id")
		require.Equal(t, record.Failed, one.row(3).Status)
		require.Equal(t, []int64{2}, seqs(one.claim(10)))
	})
}

func TestReconcilingReadsAStretchAndDeliversWhatIsMissing(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := newCarrier(t, w.open(t), "one")
		_, _, err := one.Dump(t.Context(), Dump{Feed: feed, Instance: one.id, LastRead: 9, Records: bunch(1, 2, 9), Gaps: []Gap{{Range: span(3, 4)}}})
		require.NoError(t, err)
		one.mark(sent(1, 1))
		rows, found, err := one.Between(t.Context(), feed, span(1, 3), 2)
		require.NoError(t, err)
		require.Equal(t, []Standing{{Seq: 1, Status: record.Completed, Outcome: new(record.Sent)}, {Seq: 2, Status: record.New}}, rows)
		require.Equal(t, span(3, 4), found[0].Range)
		n, audit, err := one.Deliver(t.Context(), feed, bunch(2, 7, 8), Audit{Reason: "missed"})
		require.NoError(t, err)
		require.EqualValues(t, 2, n)
		require.Positive(t, audit)
		require.Nil(t, one.row(7).Owner)
		require.Equal(t, []int64{7, 8}, seqs(one.claim(10, 2, 9)))
	})
}
