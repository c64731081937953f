package process_test

import (
	"context"
	"errors"
	"net/url"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/process"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/testbed"
)

func TestMain(m *testing.M) { testbed.Main(m) }

// erp is a database that lookups ask, as an account that may read it.
type erp struct {
	t    testing.TB
	db   *sqlx.DB
	exec func(statements string)
}

const customers = `CREATE TABLE customers (id text, name text, blocked boolean, credit numeric(12,2));
	INSERT INTO customers VALUES ('C7', 'Nord AG', false, 1000.50), ('C8', 'Twin', false, NULL), ('C8', 'Twin', true, NULL);
	CREATE TABLE lines (order_no text, line_no integer, sku text);
	INSERT INTO lines VALUES ('A-1', 2, 'Y'), ('A-1', 1, 'X')`

// each runs a test on both databases.
func each(t *testing.T, test func(t *testing.T, e *erp)) {
	t.Run("postgres", func(t *testing.T) { test(t, newPostgres(t, func(*database.Options) {})) })
	t.Run("sqlite", func(t *testing.T) { test(t, newSQLite(t)) })
}

func newPostgres(t testing.TB, edit func(*database.Options)) *erp {
	d := testbed.SharedPostgres(t).Database(t)
	d.Exec(t, customers)
	return &erp{t: t, db: openAs(t, d.Owner, edit), exec: func(statements string) { d.Exec(t, statements) }}
}

func openAs(t testing.TB, a testbed.Account, edit func(*database.Options)) *sqlx.DB {
	u, err := url.Parse(a.URL)
	require.NoError(t, err)
	u.User = nil
	return open(t, database.Options{Name: "erp", URL: u.String(), User: a.Name, Password: a.Password, ReadOnly: true}, edit)
}

func newSQLite(t testing.TB) *erp {
	file := "sqlite:" + t.TempDir() + "/erp.db"
	w := open(t, database.Options{Name: "w", URL: file}, func(*database.Options) {})
	exec := func(statements string) {
		_, err := w.Exec(statements)
		require.NoError(t, err)
	}
	exec(customers)
	return &erp{t: t, db: open(t, database.Options{Name: "erp", URL: file, ReadOnly: true}, func(*database.Options) {}), exec: exec}
}

func open(t testing.TB, o database.Options, edit func(*database.Options)) *sqlx.DB {
	edit(&o)
	db, err := database.Open(o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// columns and order are what the source hands out.
var columns = []record.Column{
	{Name: "order_seq", Kind: record.Integer, Type: "bigint"}, {Name: "order_no", Kind: record.Text, Type: "text"},
	{Name: "customer_id", Kind: record.Text, Type: "text"}, {Name: "AMOUNT", Kind: record.Decimal, Type: "numeric"},
}

func order(no, customer, amount string) *expression.Scope {
	return &expression.Scope{Feed: "orders", Seq: 4711, Row: record.Row{Columns: columns, Values: []record.Value{
		{Kind: record.Integer, Text: "4711"}, {Text: no}, {Text: customer}, {Kind: record.Decimal, Text: amount},
	}}}
}

// lookup is an item that asks the database.
func (e *erp) lookup(into string, rows process.Rows, sql string, edit ...func(*process.Lookup)) process.Item {
	l := &process.Lookup{Into: into, Connection: "erp", SQL: sql, Rows: rows, DB: e.db}
	for _, f := range edit {
		f(l)
	}
	return process.Item{Path: "feeds.orders.process[0]", Name: into, Lookup: l}
}

func filter(expr string) process.Item {
	return process.Item{Path: "feeds.orders.process[0]", Name: "released only", Filter: expr}
}

func when(condition string, i process.Item) process.Item {
	i.When = condition
	return i
}

func prepare(t testing.TB, items ...process.Item) *process.Plan {
	p, err := process.New("orders", items).Prepare(deadline(t), columns)
	require.NoError(t, err)
	return p
}

func run(t testing.TB, p *process.Plan, s *expression.Scope) process.Verdict {
	v, err := p.Run(deadline(t), s)
	require.NoError(t, err)
	return v
}

// value looks one expression up.
func (e *erp) value(sql string, edit ...func(*process.Lookup)) record.Value {
	e.t.Helper()
	s := order("A-1", "C7", "10.50")
	run(e.t, prepare(e.t, e.lookup("found", process.One, sql, edit...)), s)
	return s.Into[0].Row.Values[0]
}

func failure(t testing.TB, code record.Code, err error) *record.Failure {
	t.Helper()
	f, ok := errors.AsType[*record.Failure](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, code, f.Code, f.Text)
	return f
}

func outage(t testing.TB, code record.Code, err error) *record.Outage {
	t.Helper()
	o, ok := errors.AsType[*record.Outage](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, "erp", o.Connection)
	require.Equal(t, code, o.Code, o.Err)
	return o
}

func stopped(t testing.TB, err error) *record.Stop {
	t.Helper()
	s, ok := errors.AsType[*record.Stop](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, record.ConfigInvalid, s.Code)
	require.NotEmpty(t, s.Remedy)
	return s
}

// deadline ends a test that hangs, and nothing else.
func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}
