// Package database opens a pool from a connection of the file, and tells an outage from a bad statement.
package database

import (
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// Options is one connection of the file.
type Options struct {
	Name           string // its name in the file, for errors
	URL            string // postgres://host:port/db?... or sqlite:path, without user and password
	User, Password string // as they are: nothing is URL-encoded
	TLS            TLS
	Schema         string        // PostgreSQL: what names without a schema mean (search_path), unquoted; empty: the account's own
	ReadOnly       bool          // SQLite: mode=ro; PostgreSQL: default_transaction_read_only on, beside the READ ONLY transactions
	MaxOpen        int           // 0: 10; a SQLite file that may be written has always one
	MaxIdle        int           // 0: 5
	MaxLifetime    time.Duration // 0: 30 minutes
	ConnectTimeout time.Duration // 0: 5 s; bounds the whole of logging in, per host; cut to whole seconds, at least one
	RequestTimeout time.Duration // 0: 30 s; bounds every statement, on the server and by deadlines on the socket
}

// TLS is a connection's tls block; empty fields mean the system's CAs, no client certificate, the URL's host.
type TLS struct {
	CAFile, CertFile, KeyFile, ServerName string
}

// Dialects, as the driver names of a pool that Open made.
const (
	Postgres = "postgres"
	SQLite   = "sqlite"
)

// Dialect names the database behind a URL: Postgres, SQLite, or "" for a scheme that is not known.
func Dialect(url string) string {
	switch scheme, _, _ := strings.Cut(url, ":"); scheme {
	case "postgres", "postgresql":
		return Postgres
	case "sqlite":
		return SQLite
	}
	return ""
}

// Open makes a pool and connects nowhere: an error is about the options alone. The pool's
// DriverName is its dialect. What its statements return goes through Trouble.
func Open(o Options) (*sqlx.DB, error) {
	o = o.withDefaults()
	open := map[string]func(Options) (*sqlx.DB, error){Postgres: openPostgres, SQLite: openSQLite}[Dialect(o.URL)]
	if open == nil {
		return nil, fmt.Errorf("connection %s: its url begins neither with sqlite: nor with postgres", o.Name)
	}
	db, err := open(o)
	if err != nil {
		return nil, fmt.Errorf("connection %s: %w", o.Name, err)
	}
	db.SetMaxOpenConns(o.MaxOpen)
	db.SetMaxIdleConns(min(o.MaxIdle, o.MaxOpen))
	db.SetConnMaxLifetime(o.MaxLifetime)
	return db, nil
}

func (o Options) withDefaults() Options {
	def := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	def(&o.MaxLifetime, 30*time.Minute)
	def(&o.ConnectTimeout, 5*time.Second)
	def(&o.RequestTimeout, 30*time.Second)
	if o.MaxOpen <= 0 {
		o.MaxOpen = 10
	}
	if o.MaxIdle <= 0 {
		o.MaxIdle = 5
	}
	if Dialect(o.URL) == SQLite && !o.ReadOnly {
		o.MaxOpen, o.MaxLifetime = 1, 0 // SQLite has one writer; waiting for it in Go is fair and cannot time out as SQLITE_BUSY
	}
	return o
}

// Address names the database for people: host, port and database, or a file's absolute path.
func Address(o Options) string {
	if Dialect(o.URL) == SQLite {
		path, err := sqlitePath(o.URL)
		if err != nil {
			return o.URL
		}
		return path
	}
	p, err := parsePostgres(o.URL)
	if err != nil {
		return "PostgreSQL"
	}
	return p.address()
}

// Quote writes an identifier for SQL, in either dialect, whatever it contains.
func Quote(identifier string) string { return pq.QuoteIdentifier(identifier) }

// Array makes a slice a PostgreSQL array, as a parameter or, from a pointer, as what a column is scanned into.
func Array(slice any) any { return pq.Array(slice) }
