package source

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/sqlvalue"
)

// dialect is what differs between databases.
type dialect interface {
	// begin opens a read-only transaction of one snapshot in which values are written as this package reads them.
	begin(ctx context.Context, db *sqlx.DB) (*sqlx.Tx, peer, error)

	// glance answers a statement of one number in as few round trips as there can be, in a read-only transaction of its own.
	// ok is false where that spares nothing.
	glance(ctx context.Context, db *sqlx.DB, query string) (who peer, number *int64, ok bool, err error)

	// locate finds the table or query and learns its columns.
	locate(ctx context.Context, tx *sqlx.Tx) (*relation, error)

	// numbering settles r.numbers.
	numbering(ctx context.Context, tx *sqlx.Tx, r *relation, sequence column) error

	// inspect looks at what could be wrong with the account and the sequence column.
	inspect(ctx context.Context, tx *sqlx.Tx, r *relation, sequence column) error

	// evidence is asked for outside of a transaction.
	evidence(ctx context.Context, db *sqlx.DB) (Evidence, error)

	// probe counts what there is in ranges, each up to a limit: statement's parameters are their two ends, as numbers makes them.
	probe(list, from, sequence string, limit int) string

	// compile reports what is wrong with one statement and runs none.
	compile(ctx context.Context, tx *sqlx.Tx, query string) error

	// above and among are conditions on a column with one parameter; numbers makes among's.
	above(column string) string
	among(column string) string
	numbers(seqs []int64) string

	// each hands the rows of query to p until it has enough.
	each(ctx context.Context, tx *sqlx.Tx, query string, arg any, p *page) error
}

// peer is who answered.
type peer struct {
	server string // its identity, or "" where it cannot be known
	life   string // which of its lives: another after each restart and each promotion
}

// relation is a table or query as locate found it.
type relation struct {
	from     string // stands after FROM
	alias    string // qualifies columns of from
	columns  []column
	server   string // for people
	timeline int64
	unique   bool // two rows can never share a number
	notes    []string

	oid     uint32 // PostgreSQL's, of a table
	standby bool
	plain   bool // a table that rows are inserted into, or its root
	numbers Numbering
}

// column is what can be read, and how.
type column struct {
	sqlvalue.Column
	notNull bool
	number  int // its attnum
}

// note adds a sentence for people.
func (r *relation) note(text string) { r.notes = append(r.notes, text) }
