package source_test

import (
	"context"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/testbed"
)

func TestMain(m *testing.M) { testbed.Main(m) }

// page is what a test reads at once unless bounds are its matter.
var page = source.Limit{Rows: 1000, Bytes: 8 << 20}

// world is a PostgreSQL database with a table `orders`, and an account that may only read it.
type world struct {
	*testbed.Database
	t      testing.TB
	reader testbed.Account
}

func newWorld(t testing.TB) *world {
	db := testbed.SharedPostgres(t).Database(t)
	w := &world{Database: db, t: t, reader: db.Account(t)}
	w.Exec(t, `CREATE TABLE orders (order_seq bigint PRIMARY KEY, order_no text, amount numeric(12,2), created_at timestamptz)`)
	w.grant("orders")
	return w
}

func (w *world) grant(table string) {
	w.Exec(w.t, fmt.Sprintf(`GRANT SELECT ON %s TO "%s"`, table, w.reader.Name))
}

func (w *world) fill(from, to int) {
	w.Exec(w.t, fmt.Sprintf(`INSERT INTO orders SELECT n, 'A-' || n, n + 0.5, '2026-09-01T12:00:00Z' FROM generate_series(%d, %d) n`, from, to))
}

// source is one of the reader's on `orders`, changed by edit.
func (w *world) source(edit ...func(*source.Options)) *source.SQL {
	return w.sourceAs(w.reader, edit...)
}

func (w *world) sourceAs(a testbed.Account, edit ...func(*source.Options)) *source.SQL {
	o := source.Options{Feed: "orders", Connection: "erp", Table: "orders", Sequence: "order_seq", RequireReadOnly: true}
	return newSource(w.t, database.Options{Name: "erp", URL: bare(w.t, a.URL), User: a.Name, Password: a.Password, ReadOnly: true}, o, edit)
}

func newSource(t testing.TB, c database.Options, o source.Options, edit []func(*source.Options)) *source.SQL {
	for _, e := range edit {
		e(&o)
	}
	db, err := database.Open(c)
	require.NoError(t, err)
	s, err := source.New(o, db)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// bare takes user and password out of a URL, as the file wants it.
func bare(t testing.TB, full string) string {
	u, err := url.Parse(full)
	require.NoError(t, err)
	u.User = nil
	return u.String()
}

func withWhere(where string) func(*source.Options) {
	return func(o *source.Options) { o.Where = where }
}

func open(t testing.TB, s source.Source) source.Description {
	d, err := s.Open(deadline(t))
	require.NoError(t, err)
	return d
}

// deadline ends a test that hangs, and nothing else.
func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}
