package testbed

import (
	"crypto/rand"
	"database/sql"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Database is an empty database of one test, owned by an account of its own that is no superuser.
type Database struct {
	Name   string
	Server *Postgres
	Owner  Account
}

// Account is a role that may log in.
type Account struct {
	Name     string
	Password string
	URL      string // of the database it was made for, without TLS
}

// Database makes an empty database and drops it, with its accounts, when the test ends.
func (p *Postgres) Database(t testing.TB) *Database {
	t.Helper()
	d := &Database{Name: "db_" + suffix(), Server: p}
	d.Owner = d.Account(t) // registers its DROP ROLE first, so that it runs after DROP DATABASE
	p.exec(t, "CREATE DATABASE "+quoted(d.Name)+" OWNER "+quoted(d.Owner.Name))
	t.Cleanup(func() { p.exec(t, "DROP DATABASE "+quoted(d.Name)+" WITH (FORCE)") })
	return d
}

// Account makes a further role without any grants of its own, and drops it when the test ends.
func (d *Database) Account(t testing.TB) Account {
	t.Helper()
	a := Account{Name: "role_" + suffix(), Password: "p/w:" + suffix()}
	a.URL = postgresURL(d.Server.Addr, d.Name, a.Name, a.Password)
	d.Server.exec(t, "CREATE ROLE "+quoted(a.Name)+" LOGIN PASSWORD '"+a.Password+"'")
	t.Cleanup(func() { d.dropAccount(t, a) })
	return a
}

// dropAccount runs before DROP DATABASE for all but the owner, so the grants in the database go first.
func (d *Database) dropAccount(t testing.TB, a Account) {
	if a != d.Owner {
		d.ExecSuper(t, "DROP OWNED BY "+quoted(a.Name))
	}
	d.Server.exec(t, "DROP ROLE "+quoted(a.Name))
}

// Open connects as the owner; the test's end closes it.
func (d *Database) Open(t testing.TB) *sql.DB {
	t.Helper()
	return open(t, d.Owner.URL)
}

// Exec runs statements as the owner.
func (d *Database) Exec(t testing.TB, statements string) {
	t.Helper()
	run(t, d.Owner.URL, statements)
}

// ExecSuper runs statements in this database as the server's superuser.
func (d *Database) ExecSuper(t testing.TB, statements string) {
	t.Helper()
	run(t, d.Server.URL(d.Name), statements)
}

func (p *Postgres) exec(t testing.TB, statement string) {
	t.Helper()
	run(t, p.URL("postgres"), statement)
}

func run(t testing.TB, url, statements string) {
	t.Helper()
	db, err := sql.Open("postgres", url)
	require.NoError(t, err)
	defer db.Close()
	_, err = db.Exec(statements)
	require.NoError(t, err, statements)
}

func open(t testing.TB, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func suffix() string { return strings.ToLower(rand.Text()[:12]) }
