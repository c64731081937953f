// Package source reads the rows of a sequential table that rowrelay may read but never write.
package source

import (
	"context"

	"github.com/rowrelay/rowrelay/record"
)

// Source is one feed's table or query. Its methods may be called one at a time. They return a
// *record.Outage when the database is away, and a *record.Stop when going on could lose or repeat
// rows; a source reads only, in READ ONLY transactions, and keeps no position.
type Source interface {
	// Open reaches the database and learns what it is; it comes before all else. It may be called again after an outage;
	// it returns a *record.Stop with MAY_WRITE for an account that may write, and with CONFIG for
	// a table or column that is not there or does not fit.
	Open(ctx context.Context) (Description, error)

	// Start resolves the file's `start` to the number above which a new feed begins.
	Start(ctx context.Context, at Start) (int64, error)

	// Read returns the rows above `after` in rising order, from one snapshot: at most limit.Rows,
	// and it ends at the row that takes it over limit.Bytes. An empty page means that there is
	// nothing above `after` now. Numbers that do not rise strictly are a Stop with
	// SEQUENCE_NOT_UNIQUE; another server under the same address is a Stop with SOURCE_WENT_BACK.
	Read(ctx context.Context, after int64, limit Limit) (Page, error)

	// Reread returns the named rows in rising order, without the feed's `where`; a row that is gone is
	// absent. It ends at the row that takes it over limit.Bytes and reports how many of seqs, from
	// the first, it has looked at (at least one).
	Reread(ctx context.Context, seqs []int64, limit Limit) (rows []*record.Record, seen int, err error)

	// Close ends the connections. The source is not used afterwards.
	Close() error
}

// Limit bounds one reading in rows and in bytes of row values.
type Limit struct {
	Rows  int
	Bytes int
}

// Page is what one reading found. Full tells that a bound ended it, so more may wait.
type Page struct {
	Records []*record.Record
	Full    bool
}

// Start is the file's `start`: "first", "now", or a number in At.
type Start struct {
	Mode string // first, now or number
	At   int64
}

// Description is what Open learnt.
type Description struct {
	Identity Identity
	Columns  []record.Column // of the rows, in message order
	Server   string          // for people: "PostgreSQL 16.3 as relay_ro"
	Notes    []string        // for people: "read-only is kept by the transaction alone, because ..."
}

// Identity is what READ_DATA_INFO keeps of the source, so that another one is not taken for it.
type Identity struct {
	Relation string `json:"relation"` // the table as written, or "query:" and a hash of the query
	Sequence string `json:"sequence"` // the sequence column
	Server   string `json:"server"`   // PostgreSQL's system_identifier; a SQLite file's path
	Timeline int64  `json:"timeline"` // PostgreSQL's timeline; 0 where there is none
}
