package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

// someFailed leaves 1..6 with 2, 4, 6 FAILED, 6 by another code, 1 COMPLETED and 3, 5 NEW.
func someFailed(t *testing.T, w world) carrier {
	one := newCarrier(t, w.open(t), "one")
	records := bunch(1, 2, 3, 4, 5, 6)
	records[3].Key = new("A-4690")
	_, _, err := one.Dump(t.Context(), Dump{Feed: feed, Instance: one.id, LastRead: 6, Records: records})
	require.NoError(t, err)
	rejected := Mark{Seq: 6, ClaimNo: 1, Status: record.Failed, Code: record.SendRejected, Text: "too large", Attempt: true}
	one.mark(sent(1, 1), fails(2, 1))
	one.mark(fails(4, 1))
	one.mark(rejected)
	return one
}

func TestFailedRowsAreGroupedListedAndCounted(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := someFailed(t, w)
		groups, err := one.FailedGroups(t.Context(), Filter{})
		require.NoError(t, err)
		require.Len(t, groups, 2)
		require.Equal(t, record.XMLType, groups[0].Code)
		require.EqualValues(t, 2, groups[0].Rows)
		require.Equal(t, "column amount: NaN", groups[0].Example)
		require.Equal(t, *one.row(2).FinishedAt, groups[0].First)
		require.Equal(t, *one.row(4).FinishedAt, groups[0].Last)
		require.Equal(t, record.SendRejected, groups[1].Code)

		rows, err := one.FailedRows(t.Context(), Filter{Feed: feed}, 2, 1)
		require.NoError(t, err)
		require.Equal(t, []Row{one.row(4)}, rows)

		for want, filters := range map[int64][]Filter{
			0: {{Feed: "other"}, {Code: record.Internal}, {Key: "A"}, {Seqs: []int64{1, 3}}, {Since: time.Nanosecond}},
			1: {{Code: record.SendRejected}, {Key: "A-4690"}, {Seqs: []int64{1, 2, 3}}},
			3: {{}, {Feed: feed}, {Since: time.Hour}, {Seqs: []int64{2, 4, 6}, Feed: feed, Since: time.Hour}},
		} {
			for _, f := range filters {
				n, err := one.Count(t.Context(), f)
				require.NoError(t, err)
				require.Equal(t, want, n, "%+v", f)
			}
		}
	})
}

func TestRetryMakesRowsAsGoodAsNewAndIsAudited(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := someFailed(t, w)
		a := Audit{Actor: "anna", Origin: "erp-relay-1", Command: "rowrelay retry orders", Reason: "the \x00 table is back"}
		f := Filter{Feed: feed, Code: record.XMLType}
		n, id, err := one.Retry(t.Context(), f, 1, 0, a)
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		row := one.row(2)
		require.Equal(t, record.New, row.Status)
		require.Zero(t, row.Attempts)
		require.Nil(t, row.Owner)
		require.Nil(t, row.ErrorCode)
		require.Nil(t, row.ErrorText)
		require.Nil(t, row.NextAttemptAt)
		require.Equal(t, 1, row.ClaimNo)
		require.Equal(t, record.Failed, one.row(4).Status, "above the limit")
		require.Equal(t, []int64{2}, seqs(one.claim(10, 3, 5)))

		var audited struct {
			Actor, Origin, Command, Feed, Filter, Reason string
			Changed                                      int64
		}
		require.NoError(t, one.get(t.Context(), one.db, &audited,
			`SELECT actor, origin, command, feed, filter, reason, changed FROM audit WHERE id = $1`, id))
		require.Equal(t, "anna", audited.Actor)
		require.Equal(t, "the \uFFFD table is back", audited.Reason)
		require.Contains(t, audited.Filter, "XML_TYPE")
		require.EqualValues(t, 1, audited.Changed)
	})
}

func TestAuditIsWrittenForPeople(t *testing.T) {
	text, err := readable(Filter{Feed: "orders", Key: "A&B <1>", Since: 2 * time.Hour}.told())
	require.NoError(t, err)
	require.Equal(t, `{"feed":"orders","key":"A&B <1>","since":"2h0m0s"}`, text)
	text, err = readable(Filter{Code: record.XMLType, Seqs: []int64{7}}.told())
	require.NoError(t, err)
	require.Equal(t, `{"code":"XML_TYPE","seqs":[7]}`, text)
}

func TestRetryKeepsARateBySpreadingTheRows(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := someFailed(t, w)
		n, _, err := one.Retry(t.Context(), Filter{Feed: feed}, 0, 0.001, Audit{})
		require.NoError(t, err)
		require.EqualValues(t, 3, n)
		require.Equal(t, []int64{2}, seqs(one.claim(10, 3, 5)), "the others are due in 1,000 and 2,000 s")
		apart := one.row(6).NextAttemptAt.Sub(*one.row(4).NextAttemptAt)
		require.InDelta(t, 1000*time.Second, apart, float64(time.Minute))
	})
}

func TestOverviewCountsAndNamesTheInstances(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := someFailed(t, w)
		second := newCarrier(t, one.SQL, "one")
		_, err := one.CreateFeed(t.Context(), "empty", Beginning{Start: 7, Identity: []byte(`{}`)})
		require.NoError(t, err)
		_, err = one.exec(t.Context(), one.db, `UPDATE dumped_data SET read_at = clock_timestamp() - $1 * interval '1 second' WHERE seq = 5`, 3600)
		require.NoError(t, err)

		o, err := one.Overview(t.Context())
		require.NoError(t, err)
		require.Len(t, o.Instances, 1)
		require.Equal(t, second.id, o.Instances[0].ID)
		require.True(t, o.Instances[0].Alive)
		require.Equal(t, 4711, o.Instances[0].State.PID)
		require.WithinDuration(t, o.Now, o.Instances[0].LastSeen, time.Minute)

		require.Len(t, o.Feeds, 2)
		require.Equal(t, FeedCounts{Feed: "empty", Position: Position{LastRead: 7, High: 7, StartSeq: 7, Identity: []byte(`{}`)}}, o.Feeds[0])
		orders := o.Feeds[1]
		require.EqualValues(t, 2, orders.New)
		require.EqualValues(t, 3, orders.Failed)
		require.InDelta(t, time.Hour, orders.OldestUnsent, float64(time.Minute))
		require.Equal(t, *one.row(6).FinishedAt, orders.LastFinished)
		require.Equal(t, *one.row(1).FinishedAt, orders.LastSent)

		second.expire()
		o, err = one.Overview(t.Context())
		require.NoError(t, err)
		require.False(t, o.Instances[0].Alive)
	})
}

func TestTheTablesRefuseStatesThatDoNotExist(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := someFailed(t, w)
		for _, change := range []string{
			`status = 'DONE'`,
			`outcome = 'SENT'`,
			`status = 'COMPLETED', finished_at = read_at`,
			`status = 'FAILED', finished_at = read_at`,
			`finished_at = read_at`,
			`claim_no = 0`,
		} {
			_, err := one.db.Exec(`UPDATE dumped_data SET ` + change + ` WHERE seq = 3`)
			require.ErrorContains(t, err, "onstraint", change)
		}
		_, err := one.db.Exec(`UPDATE dumped_data SET next_attempt_at = read_at WHERE seq = 1`)
		require.ErrorContains(t, err, "onstraint")
	})
}
