package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
)

// TTL is how long an instance lives after a heart-beat.
const TTL = 10 * time.Second

// Options says which store to open, and how.
type Options struct {
	Connection database.Options // Schema and ReadOnly are set by Open
	Schema     string           // PostgreSQL: where the tables are; empty: rowrelay
	ID         string           // store.id as the file has it; empty: the store's own
	Migrate    bool             // make missing tables and bring older ones up to date; else they are refused
	TTL        time.Duration    // 0: TTL; for tests
}

// IDError says that the file names another store than the one it leads to.
type IDError struct{ Given, Stored string }

func (e *IDError) Error() string {
	return fmt.Sprintf("store.id is %s in the file, but this store is %s: its message ids begin with that. "+
		"→ set store.id: %s, or lead store.connection to the right store", e.Given, e.Stored, e.Stored)
}

// Open connects to the store. Errors that callers branch on: *record.Outage (it is away), *SchemaError
// (its tables are missing or of another version), *IDError, *HeldError (a SQLite store that has to be migrated is in use).
func Open(ctx context.Context, o Options) (Store, error) {
	if o.Schema == "" {
		o.Schema = "rowrelay"
	}
	if o.TTL == 0 {
		o.TTL = TTL
	}
	o.Connection.ReadOnly = false
	o.Connection.Schema = o.Schema
	db, err := database.Open(o.Connection)
	if err != nil {
		return nil, err
	}
	s := &SQL{db: db, dialect: dialects[db.DriverName()], name: o.Connection.Name, options: o}
	if err := s.prepare(ctx); err != nil {
		db.Close()
		return nil, s.trouble(ctx, "open the store "+s.Where(), err)
	}
	return s, nil
}

// SQL is a Store in PostgreSQL or SQLite.
type SQL struct {
	db      *sqlx.DB
	dialect dialect
	name    string // of the connection
	options Options
	id      string
}

// dialect is what differs between the databases beyond the spelling of statements.
type dialect interface {
	sql(statement string) string                                // a statement as PostgreSQL spells it, for this database
	list(slice any) any                                         // a parameter for = ANY
	dumped(first int, rows []dumped) (table string, args []any) // the table x(seq, metadata, message, key), of parameters from $first on
	tables(ctx context.Context, s *SQL) (exist bool, err error)
	migrate(ctx context.Context, s *SQL) error
	lock(ctx context.Context, s *SQL, name string) (NameLock, error)
	where(o Options) string
}

var dialects = map[string]dialect{database.Postgres: postgres{}, database.SQLite: sqlite{}}

func (s *SQL) prepare(ctx context.Context) error {
	if err := s.migrate(ctx); err != nil {
		return err
	}
	if err := s.get(ctx, s.db, &s.id, `SELECT store_id FROM store_info`); err != nil {
		return err
	}
	if s.options.ID != "" && s.options.ID != s.id {
		return &IDError{Given: s.options.ID, Stored: s.id}
	}
	return nil
}

// ID implements Store.
func (s *SQL) ID() string { return s.id }

// Where implements Store.
func (s *SQL) Where() string { return s.dialect.where(s.options) }

// Close implements Store.
func (s *SQL) Close() error { return s.db.Close() }

// newID makes 8 random lower-case letters.
func newID() (string, error) {
	id := make([]byte, 8)
	for i := range id {
		n, err := rand.Int(rand.Reader, big.NewInt(26))
		if err != nil {
			return "", err
		}
		id[i] = byte('a' + n.Int64())
	}
	return string(id), nil
}
