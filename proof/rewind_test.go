package proof

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

// reconciled is what the proofs read of `reconcile -o json`.
type reconciled struct {
	Source, Sent, Skipped int64
	InGaps                int64 `json:"in_gaps"`
	MissingRows           int64 `json:"missing_rows"`
	UnexpectedRows        int64 `json:"unexpected_rows"`
	GoneRows              int64 `json:"gone_rows"`
	Delivered             int64
}

// reconcile runs the command, which must end with code.
func (w *world) reconcile(code int, args ...string) (r reconciled) {
	w.t.Helper()
	out, problem, got := w.run(append([]string{"reconcile", "orders", "-o", "json"}, args...)...)
	require.Equal(w.t, code, got, "%s\n%s", out, problem)
	require.NoError(w.t, json.Unmarshal([]byte(out), &r), out)
	return r
}

// stopsWith waits until `status` says that the feed is stopped.
func (w *world) stopsWith(code string) {
	w.t.Helper()
	w.until("the feed is stopped with "+code, func() bool {
		s := w.status()
		return len(s.Feeds) == 1 && s.Feeds[0].State == "stopped" && s.Feeds[0].Code == code
	})
}

// idsOf counts what was delivered by the ids' last part, which is a number, or a number with .r1 behind it.
func (w *world) idsOf(b *testbed.Broker, least int) map[string]int {
	w.t.Helper()
	seen := map[string]int{}
	for _, d := range testbed.Drain(w.t, b, w.queue, least) {
		seen[strings.TrimPrefix(d.Properties["dedupId"], "proof.orders.")]++
	}
	return seen
}

// TestGapsAreNotNumbersThatAreGivenOutAgain: a table that is emptied and begins anew stops the feed; a rewind sends the new rows under
// fresh ids, which Artemis does not take for the old ones.
func TestGapsAreNotNumbersThatAreGivenOutAgain(t *testing.T) {
	broker := testbed.SharedBroker(t, testbed.Artemis)
	w := newWorld(t).to(broker).sequenced("").watching("0s", "1h")
	w.source.Exec(t, `INSERT INTO orders (note) SELECT 'before' FROM generate_series(1, 100)`)
	r := w.start()
	w.settled(100)
	w.source.Exec(t, `TRUNCATE orders; ALTER SEQUENCE orders_seq RESTART`)
	w.until("the empty table was seen", w.polledAgain)
	w.source.Exec(t, `INSERT INTO orders (note) SELECT 'anew' FROM generate_series(1, 30)`)
	w.stopsWith("SOURCE_WENT_BACK")
	require.Zero(t, r.stop())
	r = w.start()
	w.stopsWith("SOURCE_WENT_BACK") // also after a restart

	_, problem, code := w.run("rewind", "orders", "--to", "0", "--reason", "restored", "--yes")
	require.Equal(t, 1, code)
	require.Contains(t, problem, "--resend completed")
	_, problem, code = w.run("rewind", "orders", "--to", "first", "--resend", "completed", "--reason", "restored", "--yes")
	require.Zero(t, code, problem)
	db := w.store.Open(t)
	w.until("the new rows are sent", func() bool {
		return w.number(db, `SELECT count(*) FROM rowrelay.dumped_data WHERE resends = 1 AND status = 'COMPLETED'`) == 30
	})
	w.source.Exec(t, `INSERT INTO orders (note) VALUES ('anew')`)
	w.until("and those that follow", func() bool {
		return w.number(db, `SELECT count(*) FROM rowrelay.dumped_data WHERE resends = 1 AND status = 'COMPLETED'`) == 31
	})
	require.Zero(t, r.stop())
	seen := w.idsOf(broker, 131)
	require.Len(t, seen, 131)
	for n := 1; n <= 31; n++ {
		require.Equal(t, 1, seen[fmt.Sprintf("%d.r1", n)])
	}
	found := w.reconcile(0)
	require.EqualValues(t, 31, found.Source)
	require.EqualValues(t, 31, found.Sent)
	require.EqualValues(t, 1, w.number(db, `SELECT count(*) FROM rowrelay.audit WHERE feed = 'orders' AND reason = 'restored'`))
	show(t, "TRUNCATE and RESTART after 100 rows: stopped with SOURCE_WENT_BACK, also after a restart of the daemon; rewind without --resend completed refused; with it 31 new rows delivered once each under fresh ids (.r1); audited; reconcile agrees")
}

// polledAgain tells whether the daemon has polled and reported since it was asked last.
func (w *world) polledAgain() bool {
	since := w.status().Now
	for range 100 {
		for _, i := range w.status().Instances {
			if i.Alive && i.Feeds["orders"].LastPoll.After(since) {
				return true
			}
		}
	}
	return false
}

// TestGapsThatWereClosedAreReconciled: a row that no rule can foresee, committed under an old number long after its gap was closed, is found
// and delivered by reconcile while the daemon runs.
func TestGapsThatWereClosedAreReconciled(t *testing.T) {
	broker := testbed.SharedBroker(t, testbed.Artemis)
	w := newWorld(t).to(broker).sequenced("").watching("0s", "1h")
	w.source.Exec(t, `INSERT INTO orders (id, note) SELECT n, 'x' FROM generate_series(1, 2000) n WHERE n NOT IN (700, 1500); SELECT setval('orders_seq', 2000)`)
	r := w.start()
	w.settled(2000)
	w.until("both gaps are closed", func() bool { open, _ := w.ledger(); return open == 0 })
	require.EqualValues(t, 1998, w.reconcile(0).Source)
	w.source.Exec(t, `INSERT INTO orders (id, note) VALUES (700, 'by hand'), (1500, 'by hand'); DELETE FROM orders WHERE id <= 100`)
	found := w.reconcile(1)
	require.EqualValues(t, 2, found.MissingRows)
	require.EqualValues(t, 100, found.GoneRows)
	require.Zero(t, found.UnexpectedRows)
	found = w.reconcile(0, "--deliver", "--reason", "entered by hand", "--yes")
	require.EqualValues(t, 2, found.Delivered)
	db := w.store.Open(t)
	w.until("both are sent", func() bool {
		return w.number(db, `SELECT count(*) FROM rowrelay.dumped_data WHERE seq IN (700, 1500) AND status = 'COMPLETED'`) == 2
	})
	found = w.reconcile(0)
	require.Zero(t, found.MissingRows)
	require.Zero(t, r.stop())
	requireComplete(t, upTo(2000), w.carried(broker, 2000))
	show(t, "rows 1998 of 2000 numbers: reconcile agrees; two rows entered by hand under numbers that were given up, 100 rows purged: reconcile lists 2 missing and 100 gone (exit 1), --deliver sends both, reconcile agrees; delivered once each 2000")
}

func upTo(n int64) (all []int64) {
	for i := range n {
		all = append(all, i+1)
	}
	return all
}

// onServer runs a statement in a database of a server as its superuser. A promotion takes a moment.
func onServer(t *testing.T, p *testbed.PostgresProcess, database, statement string) {
	t.Helper()
	db, err := sql.Open("postgres", p.URL(database))
	require.NoError(t, err)
	defer db.Close()
	require.Eventually(t, func() bool { _, err = db.Exec(statement); return err == nil }, patience, tick, "%v", err)
}

// TestGapsAndAPromotedStandby: another timeline may miss the last rows, so a person decides where to go on.
func TestGapsAndAPromotedStandby(t *testing.T) {
	primary := testbed.StartPostgres(t)
	w := newWorldOn(t, primary.Postgres, testbed.SharedPostgres(t)).sequenced("").watching("0s", "5s")
	standby := primary.Standby(t)
	w.from = standby.Addr
	a := w.listened()
	w.source.Exec(t, `INSERT INTO orders (note) SELECT 'x' FROM generate_series(1, 50)`)
	replicated(t, primary, standby)
	r := w.start()
	w.settled(50)
	standby.Promote(t)
	w.stopsWith("SOURCE_WENT_BACK")
	_, problem, code := w.run("rewind", "orders", "--to", "50", "--resend", "completed", "--reason", "planned switch-over", "--yes")
	require.Zero(t, code, problem)
	onServer(t, standby, w.source.Name, `INSERT INTO orders (note) SELECT 'x' FROM generate_series(1, 10)`)
	db := w.store.Open(t)
	w.until("the new primary's rows are sent", func() bool {
		return w.number(db, `SELECT count(*) FROM rowrelay.dumped_data WHERE status = 'COMPLETED'`) == 60
	})
	require.Zero(t, r.stop())
	for id, n := range a.times {
		require.Equal(t, 1, n, "row %d", id)
	}
	require.Len(t, a.times, 60)
	show(t, "the standby that is read from is promoted after 50 rows: stopped with SOURCE_WENT_BACK (%s); rewind --to 50: 10 rows of the new primary follow, 60 delivered once each", r.line("feed stopped"))
}
