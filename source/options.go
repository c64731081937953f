package source

import (
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
)

// Options are one feed's `source` block, with what its connection adds. Exactly one of Table and
// Query is set. Names are taken as the database spells them, or in the database's double quotes.
type Options struct {
	Feed        string
	Connection  string // its name in the file, for errors and remedies
	Table       string // orders or sales.orders
	Query       string
	Columns     []string // of the message, in its order; none means all
	Where       string   // SQL, with Table only
	Sequence    string
	BusinessKey string // "" is none
	Created     string // "" is none

	Zone            *time.Location // what a timestamp without a zone means; nil is UTC
	RequireReadOnly bool           // refuse an account that may write to Table
}

// New prepares a source on a pool of database.Open, without connecting. The source owns db from
// here on: Close closes it.
func New(o Options, db *sqlx.DB) (*SQL, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	o.Query = strings.TrimRight(strings.TrimSpace(o.Query), "; \t\r\n")
	s := &SQL{o: o, db: db}
	switch db.DriverName() {
	case database.Postgres:
		s.dialect = &postgres{o: o}
	case database.SQLite:
		s.dialect = &sqlite{o: o}
	default:
		return nil, fmt.Errorf("connections.%s: %s cannot be a source", o.Connection, db.DriverName())
	}
	return s, nil
}

// key names a key of this feed's source in the file.
func (o Options) key(name string) string {
	return fmt.Sprintf("feeds.%s.source.%s", o.Feed, name)
}
