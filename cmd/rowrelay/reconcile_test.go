package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

func init() { settling = 20 * time.Millisecond }

// compared is a world with a source beside its store.
type compared struct {
	*world
	exec func(query string)
}

// newCompared makes a SQLite source with the orders 1 to 9, of which 9 is not released, and begins the feed there.
func newCompared(t *testing.T) *compared {
	t.Helper()
	t.Setenv("STATE_DIRECTORY", t.TempDir())
	url := erp(t)
	db, err := database.Open(database.Options{Name: "erp", URL: url})
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return beginCompared(t, sqlExec(t, db), file(t, "rowrelay.yaml", fmt.Sprintf(`connections:
  erp: { url: %q }
  mq: { url: "stomp://127.0.0.1:61613" }
store: { id: acme-prod }
feeds:
  orders:
    source: { connection: erp, table: orders, where: "note <> 'draft'", sequence: order_seq, start: first }
    message: { root: Order }
    sink: { connection: mq, queue: ERP.ORDERS }
`, url)))
}

func sqlExec(t *testing.T, db *sqlx.DB) func(string) {
	return func(query string) {
		t.Helper()
		_, err := db.Exec(query)
		require.NoError(t, err)
	}
}

func beginCompared(t *testing.T, exec func(string), path string) *compared {
	t.Helper()
	w := &compared{world: &world{t: t, path: path}, exec: exec}
	for seq := 1; seq <= 9; seq++ {
		exec(fmt.Sprintf(`INSERT INTO orders (order_seq, note) VALUES (%d, '%s')`, seq, map[bool]string{true: "draft", false: "released"}[seq == 9]))
	}
	loaded, found := config.Load(path, config.Process(), config.Run)
	require.NoError(t, found.Err())
	var err error
	w.store, err = openStore(t.Context(), loaded, true)
	require.NoError(t, err)
	t.Cleanup(func() { _ = w.store.Close() })
	w.id, err = w.store.Register(t.Context(), "relay-1", []byte(`{}`))
	require.NoError(t, err)
	src, err := newSource(loaded, "orders")
	require.NoError(t, err)
	defer src.Close()
	d, err := src.Open(t.Context())
	require.NoError(t, err)
	identity, err := json.Marshal(d.Identity)
	require.NoError(t, err)
	_, err = w.store.CreateFeed(t.Context(), "orders", store.Beginning{Identity: identity})
	require.NoError(t, err)
	return w
}

func (w *compared) document(line string) (found reconciled, code int) {
	w.t.Helper()
	got := w.types(line + " -o json")
	require.NoError(w.t, json.Unmarshal([]byte(got.out), &found), got.err)
	return found, got.code
}

// lacks records 1 to 9 save some.
func (w *compared) lacks(missing ...int64) {
	w.t.Helper()
	var seqs []int64
	for _, seq := range numbers(1, 8) {
		if !strings.Contains(fmt.Sprint(missing), fmt.Sprint(seq)) {
			seqs = append(seqs, seq)
		}
	}
	w.dumps(w.position("orders"), "orders", 9, seqs...)
	w.sends("orders", seqs[1:], seqs[1])
}

func TestReconcileBalancesTheSourceWithTheStore(t *testing.T) {
	w := newCompared(t)
	got := w.types("reconcile orders")
	require.Equal(t, exitOK, got.code, got.err)
	require.Contains(t, got.out, "has read nothing yet")
	w.lacks()
	w.exec(`DELETE FROM orders WHERE order_seq IN (5, 6)`)
	got = w.types("reconcile orders --rate 100000/s")
	require.Equal(t, exitOK, got.code, got.err)
	require.Equal(t, "orders, numbers 1 to 9\n"+
		"6 rows in the source = 4 sent + 0 filtered + 0 skipped + 1 NEW + 1 FAILED + 0 in open gaps + 0 missing\n"+
		"2 rows more are recorded and gone from the source: 5-6\n[ok] nothing is missing\n", got.out)
	w.exec(`UPDATE orders SET note = 'draft' WHERE order_seq = 3`)
	require.Contains(t, w.types("reconcile orders").out, "1 row more is recorded and left out by source.where now")
}

func TestReconcileNamesWhatIsMissingAndDeliversIt(t *testing.T) {
	w := newCompared(t)
	w.lacks(4, 6, 7)
	got := w.types("reconcile orders")
	require.Equal(t, exitNo, got.code)
	require.Empty(t, got.err)
	require.Contains(t, got.out, "8 rows in the source = 3 sent + 0 filtered + 0 skipped + 1 NEW + 1 FAILED + 0 in open gaps + 3 missing")
	require.Contains(t, got.out, "[fail] missing: 4, 6-7\n  → rowrelay -c "+w.path+" reconcile orders --from=4 --to=7 --deliver --reason ...\n")

	refused := w.types("reconcile orders --deliver --reason test")
	require.Equal(t, exitNo, refused.code)
	require.Contains(t, refused.err, "3 rows of orders become NEW and are sent. Nobody can be asked here")
	require.Contains(t, refused.err, "--deliver --reason test -c "+w.path+" --yes")

	found, code := w.document("reconcile orders --deliver --reason test --yes")
	require.Equal(t, exitOK, code)
	require.EqualValues(t, 3, found.Delivered)
	require.Len(t, found.Audit, 1)
	require.Equal(t, stretches{{4, 4, 1}, {6, 7, 2}}, found.Missing)
	row, err := w.store.Row(t.Context(), "orders", 6)
	require.NoError(t, err)
	require.Equal(t, record.New, row.Status)
	require.Equal(t, "acme-prod.orders.6", row.MessageID)
	require.Nil(t, row.Owner)

	found, code = w.document("reconcile orders --deliver --reason test --yes")
	require.Equal(t, exitOK, code)
	require.Zero(t, found.MissingRows)
	require.EqualValues(t, 4, found.New)
	require.Empty(t, found.Audit)
}

func TestReconcileLooksAtThePartThatItIsTold(t *testing.T) {
	w := newCompared(t)
	w.lacks(4)
	found, code := w.document("reconcile orders --from 5 --to 99")
	require.Equal(t, exitOK, code)
	require.Equal(t, []int64{5, 9, 4}, []int64{found.From, found.To, found.Source})
	found, code = w.document("reconcile orders --from=-7 --to 4")
	require.Equal(t, exitNo, code)
	require.Equal(t, stretches{{4, 4, 1}}, found.Missing)
	got := w.types("reconcile orders --from 10")
	require.Equal(t, exitNo, got.code)
	require.Contains(t, got.err, "began above 0 and has read up to 9")
}

func TestReconcileDeliversNothingWhereTheSourceWentBack(t *testing.T) {
	w := newCompared(t)
	w.lacks(4)
	w.stops("orders", "it rose")
	got := w.types("reconcile orders --deliver --reason test --yes")
	require.Equal(t, exitNo, got.code)
	require.Contains(t, got.err, "SOURCE_WENT_BACK")
	require.Equal(t, exitNo, w.types("reconcile orders").code, "looking is allowed")
}

func TestReconcileNeedsTheSourceThatWasRead(t *testing.T) {
	w := newCompared(t)
	w.lacks()
	require.NoError(t, w.store.SetIdentity(t.Context(), "orders", []byte(`{"relation":"orders","sequence":"order_seq","server":"/another.db"}`)))
	got := w.types("reconcile orders")
	require.Equal(t, exitNo, got.code)
	require.Contains(t, got.err, "SOURCE_WENT_BACK")

	w.carries("old_orders", 0, 1, 3)
	got = w.types("reconcile old_orders")
	require.Equal(t, exitNo, got.code)
	require.Contains(t, got.err, "not in the file")
}

func TestASourceThatIsAwayCannotBeReconciled(t *testing.T) {
	w := newWorld(t)
	w.carries("orders", 0, 1, 3)
	content := strings.Replace(sound, "postgres://erp-db:5432/erp", "postgres://"+strings.TrimPrefix(nobody(t), "stomp://")+"/erp?sslmode=disable", 1)
	w.path = file(t, "rowrelay.yaml", content)
	got := w.types("reconcile orders")
	require.Equal(t, exitAway, got.code, got.err)
	require.Contains(t, got.err, "CONN_REFUSED")
	require.Contains(t, got.err, "connections.erp")
}

func TestReconcileAndRewindOnPostgreSQL(t *testing.T) {
	r := newReal(t)
	r.Exec(t, `ALTER TABLE orders ADD COLUMN note text`)
	w := beginCompared(t, func(query string) { r.Exec(t, query) }, r.file(t, "order_seq", r.reader.Password))
	w.lacks(4)
	found, code := w.document("reconcile orders")
	require.Equal(t, exitNo, code)
	require.Equal(t, stretches{{4, 4, 1}, {9, 9, 1}}, found.Missing)
	require.EqualValues(t, 9, found.Source)

	r.Exec(t, `DELETE FROM orders WHERE order_seq = 2`)
	found, code = w.document("reconcile orders --deliver --reason test --yes")
	require.Equal(t, exitOK, code)
	require.EqualValues(t, 2, found.Delivered)
	require.Equal(t, stretches{{2, 2, 1}}, found.Gone)

	var done move
	require.NoError(t, json.Unmarshal([]byte(w.types("rewind orders --to 3 --resend completed --reason test --yes -o json").out), &done))
	require.Equal(t, move{From: 9, To: 3, Completed: 4, Unfinished: 2, Resend: true, Audit: done.Audit}, done)
	found, code = w.document("reconcile orders")
	require.Equal(t, exitOK, code, "what is above the position is still to be read")
	require.Equal(t, []int64{1, 3}, []int64{found.From, found.To})
}
