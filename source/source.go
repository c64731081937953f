// Package source reads the rows of a sequential table that rowrelay may read but never write.
package source

import (
	"context"
	"time"

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
	Start(ctx context.Context, at Start) (Beginning, error)

	// Evidence tells who could still fill a number that was passed over. It proves something for a Read that comes later.
	Evidence(ctx context.Context) (Evidence, error)

	// Read returns the rows above q.After in rising order, and what there is in the probed ranges, all from one snapshot. At
	// most q.Limit.Rows are returned, and they end at the row that takes them over q.Limit.Bytes. Numbers that do not rise
	// strictly are a Stop with SEQUENCE_NOT_UNIQUE; another server under the same address is a Stop with SOURCE_WENT_BACK.
	Read(ctx context.Context, q Query) (Page, error)

	// Late returns the named rows, as Reread does, but only those that `where` takes.
	Late(ctx context.Context, seqs []int64, limit Limit) (rows []*record.Record, seen int, err error)

	// Reread returns the named rows in rising order, without the feed's `where`; a row that is gone is
	// absent. It ends at the row that takes it over limit.Bytes and reports how many of seqs, from
	// the first, it has looked at (at least one).
	Reread(ctx context.Context, seqs []int64, limit Limit) (rows []*record.Record, seen int, err error)

	// Numbers returns which numbers there are in a range: the lowest, at most limit.
	Numbers(ctx context.Context, within record.Range, limit int) (record.Probe, error)

	// Close ends the connections. The source is not used afterwards.
	Close() error
}

// Limit bounds one reading in rows and in bytes of row values.
type Limit struct {
	Rows  int
	Bytes int
}

// Query is what to read: rows above After, and which numbers there are in the ranges, which rise and do not overlap.
type Query struct {
	After  int64
	Limit  Limit
	Probes []record.Range
}

// Page is what one reading found, in one snapshot.
type Page struct {
	Records []*record.Record
	Full    bool    // a bound ended it: more may wait
	Numbers []int64 // that exist above Query.After, without a hole up to the last one; also of rows that `where` leaves out
	Probes  []record.Probe
	Highest *int64 // the highest number of all, where Numbers is empty; nil: there is no row
	Server  string // which life of which server was read, as Evidence.Server
}

// Evidence is who could still fill a number that was passed over.
type Evidence struct {
	Valid   bool          // false: the server cannot tell, because it is a standby
	Server  string        // which life of which server
	Holders []string      // transactions with a lock by which they may own a number that is not visible yet
	Lag     time.Duration // of a standby: how far it may be behind its primary
}

// Numbering says how it becomes certain that a number that was passed over will not appear any more.
type Numbering struct {
	Rule   Rule
	Pooled bool   // the sequence has CACHE or INCREMENT: numbers may be taken long before they are used
	Text   string // for people: which rule, and why
}

// Rule is a way to close gaps.
type Rule string

// The rules.
const (
	ByEvidence Rule = "evidence" // when no transaction is left that could fill it
	ByAge      Rule = "age"      // when it has been watched for gaps.watch
	InOrder    Rule = "in order" // numbers become visible in order: there are no gaps
)

// Beginning is where a new feed begins. Where that is in the middle of the table, From to After are the last numbers below: those in
// Known belong to rows, which are not carried, and the others may still appear.
type Beginning struct {
	After int64
	From  int64 // above After: nothing was looked at
	Known []record.Number
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
	Numbers  Numbering
	Standby  bool   // it follows another server
	Life     string // which life of which server, as Page.Server
}

// Identity is what READ_DATA_INFO keeps of the source, so that another one is not taken for it.
type Identity struct {
	Relation string `json:"relation"` // the table as written, or "query:" and a hash of the query
	Sequence string `json:"sequence"` // the sequence column
	Server   string `json:"server"`   // PostgreSQL's system_identifier; a SQLite file's path
	Timeline int64  `json:"timeline"` // PostgreSQL's timeline; 0 where there is none
}
