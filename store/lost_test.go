package store

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/testbed"
)

// through leads the world's store through a proxy that can hide the answer to a COMMIT.
func (w world) through(t *testing.T) (world, *testbed.PostgresProxy) {
	u, err := url.Parse(w.Connection.URL)
	require.NoError(t, err)
	proxy := testbed.NewPostgresProxy(t, u.Host)
	w.Connection.URL = proxy.URL(t, w.Connection.URL)
	return w, proxy
}

// requireLost: the answer is lost, and the store says that it does not know.
func requireLost(t *testing.T, err error) {
	t.Helper()
	var outage *record.Outage
	require.ErrorAs(t, err, &outage)
	require.Equal(t, record.ConnLost, outage.Code)
}

func TestLostAnswersLoseNoRowAndDoubleNone(t *testing.T) {
	w, proxy := newPostgresWorld(t).through(t)
	one := newCarrier(t, w.open(t), "one")
	for i := range int64(50) {
		seq := i + 1
		require.NoError(t, one.Heartbeat(t.Context(), one.id, []byte(`{}`))) // a loaded machine takes longer than the TTL for all rounds
		proxy.CutAfterCommit(1, "INSERT INTO dumped_data")
		_, inserted, err := one.Dump(t.Context(), Dump{
			Feed: feed, Instance: one.id, Seen: Position{LastRead: i, Version: i}, LastRead: seq, Records: bunch(seq),
		})
		requireLost(t, err)
		require.Empty(t, inserted)
		p, err := one.Position(t.Context(), feed)
		require.NoError(t, err)
		require.Equal(t, seq, p.LastRead)

		proxy.CutAfterCommit(1, "orphaned AS")
		records, err := one.Claim(t.Context(), feed, one.id, 10, nil)
		requireLost(t, err)
		require.Empty(t, records)
		records = one.claim(10)
		require.Equal(t, []int64{seq}, seqs(records))
		require.Equal(t, 3, records[0].ClaimNo)

		proxy.CutAfterCommit(1, "m.to_status")
		hit, err := one.Mark(t.Context(), feed, one.id, []Mark{fails(seq, 3)})
		requireLost(t, err)
		require.Empty(t, hit)
		require.Empty(t, one.mark(fails(seq, 3)), "repeated")
		require.Equal(t, 1, one.row(seq).Attempts)

		proxy.CutAfterCommit(1, "INSERT INTO audit")
		_, _, err = one.Retry(t.Context(), Filter{Feed: feed}, 0, 0, Audit{})
		requireLost(t, err)
		require.Zero(t, one.retry(Filter{Feed: feed}))
		require.Equal(t, []int64{seq}, seqs(one.claim(10)))
		require.Empty(t, one.mark(sent(seq, 3)), "from before the retry")
		require.Equal(t, []int64{seq}, one.mark(sent(seq, 4)))
	}
	require.Equal(t, 4*50, proxy.Cuts())
}

func TestLostAnswerOfARetirementIsGivenAgain(t *testing.T) {
	w, proxy := newPostgresWorld(t).through(t)
	one := newCarrier(t, w.open(t), "one")
	proxy.CutAfterCommit(1, "stopped_at")
	_, err := one.Retire(t.Context(), one.id)
	requireLost(t, err)
	_, err = one.Retire(t.Context(), one.id)
	require.NoError(t, err)
	require.ErrorIs(t, one.Heartbeat(t.Context(), one.id, []byte(`{}`)), ErrFenced)
}

func TestSilentStoreIsAnOutageWithinTheTimeOut(t *testing.T) {
	w, proxy := newPostgresWorld(t).through(t)
	w.Connection.RequestTimeout, w.Connection.ConnectTimeout = time.Millisecond, time.Second
	w.Migrate = false
	proxy.Hold(true)
	_, err := Open(t.Context(), w.Options)
	var outage *record.Outage
	require.ErrorAs(t, err, &outage)
	require.Equal(t, record.ConnTimeout, outage.Code)
}
