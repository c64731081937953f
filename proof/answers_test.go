package proof

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

// What the statements of the three transactions hold that no other statement does.
const (
	dumpSQL  = "INSERT INTO dumped_data"
	claimSQL = "free AS MATERIALIZED"
	markSQL  = "SET status = 'COMPLETED'"
)

// hide lets n commits of the statement happen without their answer: one after the other, each after rows were marked
// since the one before.
func (w *world) hide(proxy *testbed.PostgresProxy, statement string, n int) {
	w.t.Helper()
	db := w.store.Open(w.t)
	marked := func() int64 { return w.number(db, `SELECT count(*) FROM rowrelay.dumped_data WHERE status <> 'NEW'`) }
	for range n {
		before := proxy.Cuts()
		proxy.CutAfterCommit(1, statement)
		w.until("an answer to "+statement+" was hidden", func() bool { return proxy.Cuts() > before })
		done := marked()
		w.until("rows are marked again", func() bool { return marked() > done })
	}
}

// requireNothingCost shows that no row is lost, delivered twice, or failed for an attempt.
func (w *world) requireNothingCost(b *testbed.Broker, rows int) {
	w.t.Helper()
	w.requireStoreAgrees(rows)
	require.Zero(w.t, w.number(w.store.Open(w.t), `SELECT count(*) FROM rowrelay.dumped_data WHERE attempts <> 1`))
	seen := w.delivered(b, rows)
	require.Len(w.t, seen, rows)
	require.Empty(w.t, moreThanOnce(seen), "the broker was never disturbed")
}

func TestALostAnswerNeitherLosesNorDoublesARow(t *testing.T) {
	cuts, rows := size(8, 50), size(4000, 20000)
	bunch := rows / (8 * cuts)
	for _, at := range []struct {
		name, statement string
		inFlight        int // so that there are about three times as many such commits as are hidden
		again           bool
	}{
		{"dump", dumpSQL, 4 * bunch, true},
		{"claim", claimSQL, 5 * bunch, true},
		{"mark", markSQL, 2 * bunch, false},
	} {
		t.Run(at.name, func(t *testing.T) {
			broker := testbed.SharedBroker(t, testbed.ActiveMQ)
			w := newWorld(t).to(broker)
			w.bunch = bunch
			w.fill(1, rows)
			if at.statement == claimSQL {
				w.feed["max_in_flight"] = strconv.Itoa(2 * rows)
				w.leaveNew(rows)
			}
			proxy := testbed.NewPostgresProxy(t, w.store.Server.Addr)
			w.feed["max_in_flight"], w.through = strconv.Itoa(at.inFlight), proxy.Addr
			usual := 1 + w.claims()
			r := w.start()
			w.hide(proxy, at.statement, cuts)
			w.settled(rows)
			require.Zero(t, r.stop())
			w.requireNothingCost(broker, rows)
			more := w.number(w.store.Open(t), `SELECT count(*) FROM rowrelay.dumped_data WHERE claim_no > `+strconv.FormatInt(usual, 10))
			require.Equal(t, at.again, more > 0)
			show(t, "%d answers to a committed %s hidden, rows %d: lost 0, duplicates 0, rows claimed because of it %d", cuts, at.name, rows, more)
		})
	}
}

// claims is the highest claim_no of any row.
func (w *world) claims() int64 {
	w.t.Helper()
	return max(0, w.number(w.store.Open(w.t), `SELECT max(claim_no) FROM rowrelay.dumped_data`))
}
