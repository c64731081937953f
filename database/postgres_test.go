package database_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/testbed"
)

// world is an account of a PostgreSQL server and how to reach it.
type world struct {
	server *testbed.Postgres
	port   string
}

func newWorld(t *testing.T) world {
	server := testbed.SharedPostgres(t)
	_, port, err := net.SplitHostPort(server.Addr)
	require.NoError(t, err)
	return world{server, port}
}

func (w world) options(host, query string) database.Options {
	return database.Options{
		Name: "erp", URL: "postgres://" + host + ":" + w.port + "/postgres" + query,
		User: w.server.User, Password: w.server.Password,
	}
}

func open(t *testing.T, o database.Options) *sqlx.DB {
	db, err := database.Open(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// trouble is what the first statement of a new pool ends with.
func trouble(t *testing.T, o database.Options) error {
	_, err := open(t, o).ExecContext(t.Context(), `SELECT 1`)
	return database.Trouble(o.Name, err)
}

func requireOutage(t *testing.T, err error, code record.Code, words ...string) {
	t.Helper()
	var outage *record.Outage
	require.ErrorAs(t, err, &outage)
	require.Equal(t, code, outage.Code, err)
	require.Equal(t, "erp", outage.Connection)
	for _, word := range words {
		require.ErrorContains(t, err, word)
	}
}

func TestSessionIsNamedInUTCAndBounded(t *testing.T) {
	o := newWorld(t).options("127.0.0.1", "?sslmode=disable")
	o.RequestTimeout, o.ReadOnly = 7*time.Second, true
	db := open(t, o)
	for setting, want := range map[string]string{
		"TimeZone": "UTC", "application_name": "rowrelay", "statement_timeout": "7s", "lock_timeout": "3500ms",
		"idle_in_transaction_session_timeout": "7s", "default_transaction_read_only": "on",
	} {
		var got string
		require.NoError(t, db.Get(&got, `SELECT current_setting($1)`, setting))
		require.Equal(t, want, got, setting)
	}
}

func TestServerMustProveItsNameUnlessToldOtherwise(t *testing.T) {
	w := newWorld(t)
	ca := database.TLS{CAFile: w.server.CAFile}
	with := func(o database.Options, tls database.TLS) database.Options { o.TLS = tls; return o }

	require.NoError(t, trouble(t, with(w.options("localhost", ""), ca)))
	require.NoError(t, trouble(t, w.options("localhost", "?sslmode=require")))
	requireOutage(t, trouble(t, with(w.options("127.0.0.1", ""), ca)), record.ConnTLS, "certificate is valid for localhost, not 127.0.0.1")
	requireOutage(t, trouble(t, w.options("localhost", "")), record.ConnTLS, "signed by CN=rowrelay test CA, an unknown authority")

	byName := database.TLS{CAFile: w.server.CAFile, ServerName: "localhost"}
	require.NoError(t, trouble(t, with(w.options("127.0.0.1", ""), byName)))
	wrong := database.TLS{CAFile: w.server.CAFile, ServerName: "db.example.org"}
	requireOutage(t, trouble(t, with(w.options("localhost", ""), wrong)), record.ConnTLS, "certificate is valid for localhost, not db.example.org")
}

func TestPasswordStandsAsItIs(t *testing.T) {
	w := newWorld(t)
	password := `p@ss:w/o?r#d% '"\ ü`
	owner := w.server.Database(t)
	account := owner.Account(t)
	owner.ExecSuper(t, fmt.Sprintf(`ALTER ROLE %s PASSWORD '%s'`, account.Name, strings.ReplaceAll(password, `'`, `''`)))
	o := w.options("127.0.0.1", "?sslmode=disable")
	o.User, o.Password = account.Name, password
	require.NoError(t, trouble(t, o))
	o.Password += "x"
	err := trouble(t, o)
	requireOutage(t, err, record.ConnAuth, account.Name)
	require.NotContains(t, err.Error(), o.Password)
}

func TestSeveralHostsAreTriedInOrder(t *testing.T) {
	w := newWorld(t)
	o := w.options("127.0.0.1", "?sslmode=disable")
	o.URL = fmt.Sprintf("postgres://127.0.0.1:%d,127.0.0.1:%s/postgres?sslmode=disable", closedPort(t), w.port)
	require.NoError(t, trouble(t, o))
	require.Equal(t, strings.TrimSuffix(strings.TrimPrefix(o.URL, "postgres://"), "?sslmode=disable"), database.Address(o))
}

func TestUnreachableServersAreToldApart(t *testing.T) {
	o := database.Options{Name: "erp", ConnectTimeout: time.Second, RequestTimeout: time.Second}
	o.URL = fmt.Sprintf("postgres://127.0.0.1:%d/x?sslmode=disable", closedPort(t))
	requireOutage(t, trouble(t, o), record.ConnRefused)
	o.URL = "postgres://no-such-host.invalid/x?sslmode=disable"
	requireOutage(t, trouble(t, o), record.ConnDNS, "no-such-host.invalid")
	o.URL = "postgres:///x?host=" + t.TempDir()
	requireOutage(t, trouble(t, o), record.ConnRefused)
	o.URL = "postgres://" + silent(t) + "/x?sslmode=disable"
	requireOutage(t, trouble(t, o), record.ConnTimeout)
}

func TestKnockTellsWhetherAnybodyListensWithoutALogin(t *testing.T) {
	w := newWorld(t)
	closed := fmt.Sprintf("127.0.0.1:%d", closedPort(t))
	sockets := t.TempDir()
	l, err := net.Listen("unix", sockets+"/.s.PGSQL.5432")
	require.NoError(t, err)
	defer l.Close()
	for url, code := range map[string]record.Code{
		"postgres://127.0.0.1:" + w.port + "/nowhere?sslmode=disable": "",
		"postgres://" + closed + ",127.0.0.1:" + w.port + "/x":        "",
		"postgres://" + silent(t) + "/x":                              "", // who listens and says nothing is found out by logging in
		"postgres:///x?host=" + sockets:                               "",
		"postgres:///x?host=" + t.TempDir():                           record.ConnRefused,
		"postgres://" + closed + "/x":                                 record.ConnRefused,
		"postgres://no-such-host.invalid/x?sslmode=require":           record.ConnDNS,
	} {
		err := database.Trouble("erp", database.Knock(t.Context(), database.Options{Name: "erp", URL: url}))
		if code == "" {
			require.NoError(t, err, url)
			continue
		}
		requireOutage(t, err, code)
	}
}

func TestSlowStatementIsATimeOut(t *testing.T) {
	o := newWorld(t).options("127.0.0.1", "?sslmode=disable")
	o.RequestTimeout = 50 * time.Millisecond
	_, err := open(t, o).ExecContext(t.Context(), `SELECT pg_sleep(60)`)
	requireOutage(t, database.Trouble("erp", err), record.ConnTimeout)
}

func TestKilledSessionIsLostAndTheNextStatementGoesOn(t *testing.T) {
	db := open(t, newWorld(t).options("127.0.0.1", "?sslmode=disable"))
	tx, err := db.Beginx()
	require.NoError(t, err)
	var pid int
	require.NoError(t, tx.Get(&pid, `SELECT pg_backend_pid()`))
	_, err = db.Exec(`SELECT pg_terminate_backend($1, 10000)`, pid)
	require.NoError(t, err)
	requireOutage(t, database.Trouble("erp", tx.Commit()), record.ConnLost)
	require.NoError(t, db.Ping())
}

func TestStatementsAndCancellationAreNoOutage(t *testing.T) {
	db := open(t, newWorld(t).options("127.0.0.1", "?sslmode=disable"))
	_, err := db.Exec(`SELECT nothing`)
	require.Same(t, err, database.Trouble("erp", err))
	require.Equal(t, "42703", database.State(err))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = db.ExecContext(ctx, `SELECT 1`)
	require.ErrorIs(t, database.Trouble("erp", err), context.Canceled)
	require.NoError(t, database.Trouble("erp", nil))
}

func TestBadOptionsAreRefusedWithoutTheirSecrets(t *testing.T) {
	files := database.TLS{CAFile: "ca.pem"}
	for _, o := range []database.Options{
		{URL: "postgres://relay:secret@db/x"},
		{URL: "postgres://db/x?password=secret"},
		{URL: "oracle://db/x", Password: "secret"},
		{URL: "postgres:db"},
		{URL: "postgres://db:port/x", Password: "secret"},
		{URL: "postgres://db/x?sslmode=prefer", Password: "secret"},
		{URL: "postgres://db/x?sslmode=disable", Password: "secret", TLS: files},
		{URL: "postgres://db/x?sslmode=require", TLS: database.TLS{ServerName: "db.internal"}},
		{URL: "postgres://db/x", TLS: database.TLS{CertFile: "relay.crt"}},
		{URL: "sqlite:"},
		{URL: "sqlite://relative.db"},
		{URL: "sqlite:x.db", Password: "secret"},
	} {
		o.Name = "erp"
		_, err := database.Open(o)
		require.ErrorContains(t, err, "connection erp: ", o.URL)
		require.NotContains(t, err.Error(), "secret")
	}
}

// closedPort is a port of this machine that nobody listens on.
func closedPort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// silent takes connections and never answers.
func silent(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
		}
	}()
	return l.Addr().String()
}
