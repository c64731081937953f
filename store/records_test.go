package store

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

func TestRowsOfALivingOwnerAreNotClaimed(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		s := w.open(t)
		one, two := newCarrier(t, s, "one"), newCarrier(t, s, "two")
		one.dump(1, 2, 3)
		require.Empty(t, two.claim(10))
		require.Empty(t, one.claim(10, 1, 2, 3))
		require.Equal(t, one.id, *one.row(1).Owner)
	})
}

func TestLostAnswerOfADumpIsClaimedAgainByItsOwner(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := newCarrier(t, w.open(t), "one")
		one.dump(1, 2, 3)
		records := one.claim(10, 2)
		require.Equal(t, []int64{1, 3}, seqs(records))
		require.Equal(t, 2, records[0].ClaimNo)
		require.Zero(t, records[0].Crashes)
		require.Equal(t, `{"seq":1}`, records[0].Metadata)
		require.Equal(t, "acme.orders.1", records[0].MessageID)
	})
}

func TestDeathIsFinalAndItsRowsAreClaimedInRisingOrderUpToTheLimit(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		s := w.open(t)
		one, two := newCarrier(t, s, "one"), newCarrier(t, s, "two")
		one.dump(5, 6, 7, 8, 9)
		one.expire()
		require.Equal(t, []int64{5, 6, 7}, seqs(two.claim(3)))
		require.Equal(t, []int64{8, 9}, seqs(two.claim(3, 5, 6, 7)))
		require.ErrorIs(t, one.Heartbeat(t.Context(), one.id, []byte(`{}`)), ErrFenced)
		_, err := one.Claim(t.Context(), feed, one.id, 1, nil)
		require.ErrorIs(t, err, ErrFenced)
		require.Empty(t, one.mark(sent(5, 1), sent(5, 2)), "a mark of the dead hits nothing that another has claimed")
	})
}

func TestMarksOfALapsedInstanceHitWhatNobodyClaimed(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := newCarrier(t, w.open(t), "one")
		one.dump(1)
		one.expire()
		require.ErrorIs(t, one.Heartbeat(t.Context(), one.id, []byte(`{}`)), ErrFenced)
		require.Equal(t, []int64{1}, one.mark(sent(1, 1)))
	})
}

func TestCrashesCountDeathsButNotStops(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		s := w.open(t)
		one, two := newCarrier(t, s, "one"), newCarrier(t, s, "two")
		one.dump(1, 2)
		one.expire()
		require.Equal(t, 1, two.claim(10)[0].Crashes)

		two.expire()
		three := newCarrier(t, s, "three")
		require.Equal(t, 2, three.claim(10)[0].Crashes)
		require.Equal(t, []int64{2}, three.mark(again(2, 3, 0)))
		require.Zero(t, three.row(2).Crashes, "an attempt was made")

		_, err := three.Retire(t.Context(), three.id)
		require.NoError(t, err)
		four := newCarrier(t, s, "four")
		records := four.claim(10)
		require.Equal(t, []int64{1, 2}, seqs(records))
		require.Zero(t, records[0].Crashes, "a clean stop")
		require.Equal(t, 1, records[1].Attempts)
	})
}

func TestBeyondASuspectOnlyDeathsAloneCount(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		s := w.open(t)
		newCarrier(t, s, "one").dump(1, 2)
		var records []*record.Record
		var last carrier
		for range SuspectCrashes + 4 {
			last = newCarrier(t, s, "one")
			records = last.claim(10)
		}
		require.Equal(t, SuspectCrashes, records[0].Crashes)

		for range 2 { // the answer to the first one was lost
			ours, err := s.Alone(t.Context(), last.id, records[0])
			require.NoError(t, err)
			require.True(t, ours)
		}
		next := newCarrier(t, s, "one")
		after := next.claim(10)
		require.Equal(t, SuspectCrashes+1, after[0].Crashes)
		require.Equal(t, SuspectCrashes, after[1].Crashes, "it was never alone")

		ours, err := s.Alone(t.Context(), last.id, records[0])
		require.NoError(t, err)
		require.False(t, ours, "another claim has it")
		require.Equal(t, []int64{1}, next.mark(again(1, after[0].ClaimNo, 0)))
		require.Zero(t, next.row(1).Crashes)
	})
}

func TestARestartUnderTheNameTakesItsRowsBackAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		s := w.open(t)
		before := newCarrier(t, s, "one")
		before.dump(1, 2)
		require.Equal(t, []int64{1, 2}, seqs(newCarrier(t, s, "one").claim(10)))
	})
}

func TestRowsOfAnOwnerThatNoInstanceNamesAreClaimed(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		s := w.open(t)
		one, two := newCarrier(t, s, "one"), newCarrier(t, s, "two")
		one.dump(1)
		s.db.MustExec(s.dialect.sql(`DELETE FROM instance WHERE id = $1`), one.id)
		require.ErrorIs(t, one.Heartbeat(t.Context(), one.id, []byte(`{}`)), ErrFenced)
		require.Equal(t, []int64{1}, seqs(two.claim(10)))
	})
}

func TestFailedAttemptWaitsForItsTimeAndLeavesTheRowToAll(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		s := w.open(t)
		one, two := newCarrier(t, s, "one"), newCarrier(t, s, "two")
		one.dump(1, 2)
		require.Equal(t, []int64{1, 2}, one.mark(again(1, 1, time.Hour), again(2, 1, 0)))
		require.Equal(t, []int64{2}, seqs(two.claim(10)))
		row := one.row(1)
		require.Equal(t, record.New, row.Status)
		require.Nil(t, row.Owner)
		require.Equal(t, 1, row.Attempts)
		require.Equal(t, "SEND_REJECTED", *row.ErrorCode)
		require.Equal(t, "too large", *row.ErrorText)
		require.InDelta(t, time.Hour, row.NextAttemptAt.Sub(row.ReadAt), float64(time.Minute))
		require.Nil(t, row.FinishedAt)
	})
}

func TestReleasedRowIsAsItWas(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := newCarrier(t, w.open(t), "one")
		one.dump(1)
		one.mark(again(1, 1, 0))
		one.claim(10)
		before := one.row(1)
		require.Equal(t, []int64{1}, one.mark(Mark{Seq: 1, ClaimNo: 2, Status: record.New}))
		after := one.row(1)
		before.Owner, before.OwnerName = nil, nil
		require.Equal(t, before, after)
	})
}

func TestMarkHitsOnceAndOnlyItsOwnClaim(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		s := w.open(t)
		one, two := newCarrier(t, s, "one"), newCarrier(t, s, "two")
		one.dump(1, 2, 3)
		require.Empty(t, two.mark(sent(1, 1)), "another's row")
		require.Empty(t, one.mark(sent(1, 2)), "another claim")
		require.Equal(t, []int64{1, 2}, one.mark(fails(2, 1), sent(1, 1)))
		require.Empty(t, one.mark(sent(1, 1), fails(2, 1)), "its answer was lost and it is repeated")
		require.EqualValues(t, 1, one.retry(Filter{Feed: feed}))
		require.Equal(t, []int64{2}, seqs(one.claim(10, 3)))
		require.Empty(t, one.mark(fails(2, 1)), "it comes late, after a retry")
		require.Equal(t, []int64{2}, one.mark(sent(2, 2)))

		row := one.row(2)
		require.Equal(t, record.Completed, row.Status)
		require.Equal(t, "SENT", *row.Outcome)
		require.Nil(t, row.ErrorCode)
		require.NotNil(t, row.FinishedAt)
	})
}

func TestFailedRowTellsWhy(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := newCarrier(t, w.open(t), "one")
		one.dump(1)
		m := fails(1, 1)
		m.Text = "ü\x00\xff" + strings.Repeat("ü", 3000)
		require.Equal(t, []int64{1}, one.mark(m))
		row := one.row(1)
		require.Equal(t, record.Failed, row.Status)
		require.Equal(t, "XML_TYPE", *row.ErrorCode)
		require.Equal(t, "ü\uFFFD\uFFFD"+strings.Repeat("ü", 1997), *row.ErrorText)
		require.Equal(t, 1, row.Attempts)
		require.Nil(t, row.NextAttemptAt)
	})
}

func TestOldDeadInstancesAreForgottenUnlessANewRowNamesThem(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		s := w.open(t)
		one, two := newCarrier(t, s, "one"), newCarrier(t, s, "two")
		one.dump(1)
		s.db.MustExec(s.dialect.sql(`UPDATE instance SET dead = true, alive_until = clock_timestamp() - $1 * interval '1 second'`), (keepDead + time.Hour).Seconds())
		three := newCarrier(t, s, "three")
		var ids []string
		require.NoError(t, s.db.Select(&ids, `SELECT id FROM instance`))
		require.ElementsMatch(t, []string{one.id, three.id}, ids)
		require.NotContains(t, ids, two.id)
	})
}
