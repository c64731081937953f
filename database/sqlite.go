package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // the driver
)

func init() { sqlx.BindDriver(SQLite, sqlx.QUESTION) } // sqlx v1.4.0 knows only the cgo driver's name

func openSQLite(o Options) (*sqlx.DB, error) {
	path, err := sqlitePath(o.URL)
	if err != nil {
		return nil, err
	}
	if o.User != "" || o.Password != "" || o.TLS != (TLS{}) {
		return nil, errors.New("a SQLite file has no user, password or tls")
	}
	db, err := sqlx.Open(SQLite, sqliteDSN(path, o))
	if err != nil {
		return nil, err
	}
	return sqlx.NewDb(sql.OpenDB(sqliteFile{db.Driver(), sqliteDSN(path, o), path}), SQLite), db.Close()
}

// sqliteFile opens connections to a file, and names it where it cannot: SQLite does not, and where a relative path leads
// depends on the working directory.
type sqliteFile struct {
	driver    driver.Driver
	dsn, path string
}

func (f sqliteFile) Connect(context.Context) (driver.Conn, error) {
	conn, err := f.driver.Open(f.dsn)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	return conn, nil
}

func (f sqliteFile) Driver() driver.Driver { return f.driver }

// sqlitePath returns the absolute path in sqlite:rel/path.db or sqlite:///abs/path.db.
func sqlitePath(raw string) (string, error) {
	path := strings.TrimPrefix(raw, "sqlite:")
	if after, ok := strings.CutPrefix(path, "//"); ok {
		if !strings.HasPrefix(after, "/") {
			return "", errors.New("a SQLite url is sqlite:path, or sqlite:///path with three slashes for an absolute one")
		}
		path = after
	}
	if path == "" || strings.HasSuffix(path, "/") {
		return "", errors.New("the SQLite url names no file")
	}
	return filepath.Abs(path)
}

// sqliteDSN: a writer begins with BEGIN IMMEDIATE, so no transaction fails half-way for the lock, and
// a commit is on the disk when it returns. A reader is mode=ro and not immutable: the file may grow under it.
func sqliteDSN(path string, o Options) string {
	q := url.Values{"_busy_timeout": {strconv.FormatInt(o.RequestTimeout.Milliseconds(), 10)}}
	if o.ReadOnly {
		q.Set("mode", "ro")
	} else {
		q.Set("_txlock", "immediate")
		q.Set("_journal_mode", "WAL")
		q.Set("_synchronous", "FULL")
		q.Set("_foreign_keys", "1")
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: q.Encode()}
	return u.String()
}
