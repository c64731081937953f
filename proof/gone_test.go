package proof

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

// nobody is an address that refuses every connection.
const nobody = "127.0.0.1:1"

// leaveNew dumps rows 1..rows while the broker refuses connections, and stops: they are NEW and unsent.
func (w *world) leaveNew(rows int) {
	w.t.Helper()
	broker := w.sink
	w.sink = nobody
	r := w.start()
	db := w.store.Open(w.t)
	w.until("all rows are NEW", func() bool {
		return w.number(db, `SELECT count(*) FROM rowrelay.dumped_data WHERE status = 'NEW'`) == int64(rows)
	})
	require.Zero(w.t, r.stop())
	w.sink = broker
}

func TestARowThatIsGoneFailsAndIsSentByRetryWhenItIsBack(t *testing.T) {
	const rows, gone = 20, 7
	broker := testbed.SharedBroker(t, testbed.ActiveMQ)
	w := newWorld(t).to(broker)
	w.feed["retry"] = "{ max_attempts: 2, initial: 100ms }"
	w.fill(1, rows)
	w.leaveNew(rows)
	w.source.Exec(t, `CREATE TABLE kept AS SELECT * FROM orders WHERE id = 7; DELETE FROM orders WHERE id = 7`)

	r := w.start()
	w.settled(rows)
	db := w.store.Open(t)
	var status, code, text string
	var attempts int
	row := `SELECT status, coalesce(error_code, ''), coalesce(error_text, ''), attempts FROM rowrelay.dumped_data WHERE seq = $1`
	require.NoError(t, db.QueryRow(row, gone).Scan(&status, &code, &text, &attempts))
	require.Equal(t, []any{"FAILED", "SOURCE_ROW_GONE", 2}, []any{status, code, attempts})
	require.Contains(t, text, "id = 7")
	require.Len(t, testbed.Drain(t, broker, w.queue, rows-1), rows-1)

	w.source.Exec(t, `INSERT INTO orders SELECT * FROM kept`)
	out, problem, exit := w.run("retry", "orders", "7", "--yes", "--reason", "row restored")
	require.Zero(t, exit, problem)
	w.settled(rows)
	w.requireStoreAgrees(rows)
	again := testbed.Drain(t, broker, w.queue, 1)
	require.Len(t, again, 1)
	require.EqualValues(t, gone, requireOrder(t, again[0]))
	require.EqualValues(t, 1, w.number(db, `SELECT count(*) FROM rowrelay.audit WHERE reason = 'row restored' AND changed = 1 AND feed = 'orders'`))
	require.Zero(t, r.stop())
	show(t, "deleted between dump and replay: FAILED SOURCE_ROW_GONE after %d attempts (%s); the other %d delivered; back and retried (%s): delivered once, audited", attempts, text, rows-1, strings.TrimSpace(out))
}

func TestOnceEndsWhenTheSourceIsEmpty(t *testing.T) {
	const rows = 500
	broker := testbed.SharedBroker(t, testbed.ActiveMQ)
	w := newWorld(t).to(broker)
	w.fill(1, rows)
	require.Zero(t, w.start("--once").wait())
	w.requireStoreAgrees(rows)
	require.Len(t, testbed.Drain(t, broker, w.queue, rows), rows)
	require.Zero(t, w.start("--once").wait())
	w.requireStoreAgrees(rows)
	show(t, "run --once: %d rows delivered once each, exit 0; again with nothing to do: exit 0", rows)
}

func TestOnceSaysWhenARowFailed(t *testing.T) {
	const rows = 50
	broker := testbed.SharedBroker(t, testbed.ActiveMQ)
	w := newWorld(t).to(broker)
	w.fill(1, rows)
	w.source.Exec(t, `UPDATE orders SET note = E'\x01' WHERE id = 7`)
	require.Equal(t, 1, w.start("--once").wait())
	db := w.store.Open(t)
	require.EqualValues(t, 7, w.number(db, `SELECT seq FROM rowrelay.dumped_data WHERE status = 'FAILED' AND error_code = 'XML_INVALID_CHAR'`))
	require.EqualValues(t, rows-1, w.number(db, `SELECT count(*) FROM rowrelay.dumped_data WHERE outcome = 'SENT'`))
	require.Len(t, testbed.Drain(t, broker, w.queue, rows-1), rows-1)
	require.Zero(t, w.start("--once").wait(), "the row failed in an earlier run")
	show(t, "run --once with one bad row of %d: %d delivered, exit 1; again: exit 0, the row failed in the run before", rows, rows-1)
}

func TestOnceGivesUpOnABrokerThatStaysAway(t *testing.T) {
	if !*full {
		t.Skip("waits a minute: in `make proof`")
	}
	const rows = 50
	w := newWorld(t)
	w.sink, w.queue = nobody, "ORDERS"
	w.fill(1, rows)
	r := w.start("--once")
	require.Equal(t, 69, r.wait())
	r.says("mq")
	require.EqualValues(t, rows, w.number(w.store.Open(t), `SELECT count(*) FROM rowrelay.dumped_data WHERE status = 'NEW' AND attempts = 0 AND owner IS NULL`))
	show(t, "run --once with the broker away: exit 69 after a minute, %d rows stay NEW without an owner, no attempt used", rows)
}

func TestASecondProcessOfTheSameNameNamesTheHolder(t *testing.T) {
	const rows = 200
	broker := testbed.SharedBroker(t, testbed.ActiveMQ)
	w := newWorld(t).to(broker)
	w.grace = "2s"
	w.fill(1, rows/2)
	first := w.start()
	w.settled(rows / 2)
	second := w.start()
	second.says("waiting for the instance's name")
	require.Equal(t, 69, second.wait())
	said := second.log.String()
	require.Contains(t, said, "relay-1")
	require.Contains(t, said, "pid "+first.pid())
	w.fill(rows/2+1, rows)
	w.settled(rows)
	require.Zero(t, first.stop())
	w.requireStoreAgrees(rows)
	require.Len(t, testbed.Drain(t, broker, w.queue, rows), rows)
	show(t, "a second process named relay-1 waited shutdown_grace, then exit 69: %s; the first went on, %d rows once each", second.line("held by"), rows)
}
