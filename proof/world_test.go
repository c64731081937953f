package proof

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

const (
	patience = 3 * time.Minute // bounds every wait for a fact; no expectation of speed
	tick     = 20 * time.Millisecond
)

// world is a source table, a store and a destination for the program, and what its file says.
type world struct {
	t      *testing.T
	dir    string
	source *testbed.Database
	reader testbed.Account // may SELECT, nothing else
	store  *testbed.Database
	sink   string // STOMP address
	login  [2]string
	queue  string

	instance    string
	grace       string // shutdown_grace
	through     string // address of a proxy that the program takes for the store's; empty: the store's own
	from        string // address of another server that the program reads from; empty: the source's own
	bunch       int
	pool        string            // further keys of the source's connection
	connections string            // further connections
	gaps        string            // the source's gaps block; empty: the defaults
	where       string            // the source's where; empty: none
	feed        map[string]string // keys of the feed that are not left to the defaults
	facts       *sql.DB           // the store, for ledger
	extra       string            // further top-level blocks
}

// newWorld makes the databases; the sink is set by the test.
func newWorld(t *testing.T) *world {
	pg := testbed.SharedPostgres(t)
	return newWorldOn(t, pg, pg)
}

// newWorldOn is newWorld on servers that the test may stop.
func newWorldOn(t *testing.T, source, store *testbed.Postgres) *world {
	w := &world{t: t, dir: t.TempDir(), source: source.Database(t), store: store.Database(t), instance: "relay-1", grace: "25s", bunch: 1000, feed: map[string]string{}}
	w.reader = w.source.Account(t)
	w.source.Exec(t, `CREATE TABLE orders (id bigint PRIMARY KEY, key text NOT NULL, note text, amount numeric, made timestamptz NOT NULL DEFAULT now())`)
	w.source.Exec(t, fmt.Sprintf(`GRANT SELECT ON orders TO %q`, w.reader.Name))
	return w
}

// to sends to a real broker.
func (w *world) to(b *testbed.Broker) *world {
	w.sink, w.login, w.queue = b.STOMP, [2]string{b.User, b.Password}, b.Queue(w.t)
	return w
}

// hostile are values that try to break XML, STOMP headers and SQL.
var hostile = []string{
	`plain`, `<a>&amp;</a>`, `]]>`, `<![CDATA[x]]>`, `'; DROP TABLE orders; --`, `"quoted" 'single'`, "tab\tand\nnewline", "carriage\rreturn\r\n",
	"colon:and\\back\\nslash\\c", "\u00a0\u2028\U0001F600 Müller & Söhne", `%s%d%n$1 ?`, "content-length:3\n\nreceipt:x", strings.Repeat("long ", 200), ``,
}

// fill inserts rows first..last; every row's note is one of the hostile values.
func (w *world) fill(first, last int) {
	w.t.Helper()
	require.NoError(w.t, insert(w.source.Open(w.t), first, last))
}

func insert(db *sql.DB, first, last int) error {
	_, err := db.Exec(`INSERT INTO orders (id, key, note, amount)
		SELECT i, 'A-' || i, (ARRAY[`+placeholders(len(hostile), 3)+`])[1 + i % `+fmt.Sprint(len(hostile))+`], i / 7.0
		FROM generate_series($1::bigint, $2::bigint) i`, append([]any{first, last}, anys(hostile)...)...)
	return err
}

func placeholders(n, from int) string {
	var p []string
	for i := range n {
		p = append(p, fmt.Sprintf("$%d::text", from+i))
	}
	return strings.Join(p, ",")
}

func anys(values []string) []any {
	var a []any
	for _, v := range values {
		a = append(a, v)
	}
	return a
}

// config writes the file and returns its path. Tests that edit the file call it again.
func (w *world) config() string {
	w.t.Helper()
	var feed strings.Builder
	for k, v := range w.feed {
		fmt.Fprintf(&feed, "    %s: %s\n", k, v)
	}
	file := fmt.Sprintf(`
instance: %s
shutdown_grace: %s
log: { format: text, level: info }
connections:
  erp: %s
  relaydb: %s
  mq: { url: "stomp://%s", user: %q, password: %q }%s
store: { connection: relaydb, id: proof }
feeds:
  orders:
%s    source: { connection: erp, table: public.orders, sequence: id, start: first, business_key: key, bunch: %d%s }
    message: { root: Order, max_size: 16MiB }
    sink: { connection: mq, queue: %s }
%s`, w.instance, w.grace, w.sourceConnection(), w.storeConnection(), w.sink, w.login[0], w.login[1], w.connections, feed.String(), w.bunch, w.sourceExtras(), w.queue, w.extra)
	path := w.path()
	temporary := path + ".new"
	require.NoError(w.t, os.WriteFile(temporary, []byte(file), 0o600))
	require.NoError(w.t, os.Rename(temporary, path))
	return path
}

// sourceExtras are the keys of the source that most tests leave out.
func (w *world) sourceExtras() string {
	extras := ""
	if w.gaps != "" {
		extras += ", gaps: " + w.gaps
	}
	if w.where != "" {
		extras += fmt.Sprintf(", where: %q", w.where)
	}
	return extras
}

// path is where config writes the file.
func (w *world) path() string { return filepath.Join(w.dir, w.instance+".yaml") }

func (w *world) sourceConnection() string {
	c := w.postgres(elsewhere(w.reader, w.source.Server.Addr, w.from))
	return strings.TrimSuffix(c, " }") + w.pool + " }"
}

func (w *world) storeConnection() string {
	return w.postgres(elsewhere(w.store.Owner, w.store.Server.Addr, w.through))
}

// elsewhere is the account at another address, if there is one.
func elsewhere(a testbed.Account, own, other string) testbed.Account {
	if other != "" {
		a.URL = strings.Replace(a.URL, own, other, 1)
	}
	return a
}

// postgres writes a connection for an account; login and password are keys of their own.
func (w *world) postgres(a testbed.Account) string {
	u, err := url.Parse(a.URL)
	require.NoError(w.t, err)
	u.User = nil
	return fmt.Sprintf("{ url: %q, user: %q, password: %q }", u.String(), a.Name, a.Password)
}

// number returns the answer to a query for one number, or -1 while it cannot be answered.
func (w *world) number(db *sql.DB, statement string) int64 {
	var n sql.NullInt64
	if err := db.QueryRow(statement).Scan(&n); err != nil {
		return -1
	}
	return n.Int64
}

// settled waits until rows 1..last are all read, and none is NEW.
func (w *world) settled(last int) {
	w.t.Helper()
	db := w.store.Open(w.t)
	require.Eventually(w.t, func() bool {
		return w.number(db, `SELECT last_read_seq FROM rowrelay.read_data_info WHERE feed = 'orders'`) == int64(last) &&
			w.number(db, `SELECT count(*) FROM rowrelay.dumped_data WHERE status = 'NEW'`) == 0
	}, patience, tick, "rows did not settle")
}

// requireStoreAgrees compares DUMPED_DATA with the source: every row once, all SENT.
func (w *world) requireStoreAgrees(rows int) {
	w.t.Helper()
	db := w.store.Open(w.t)
	require.EqualValues(w.t, rows, w.number(db, `SELECT count(*) FROM rowrelay.dumped_data WHERE status = 'COMPLETED' AND outcome = 'SENT'`))
	require.EqualValues(w.t, rows, w.number(db, `SELECT count(*) FROM rowrelay.dumped_data`))
	require.EqualValues(w.t, rows, w.number(w.source.Open(w.t), `SELECT count(*) FROM orders`))
}
