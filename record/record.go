// Package record holds what every room shares: the record and its values, its statuses and
// outcomes, the state a daemon reports, and the three kinds of trouble. It imports nothing of ours.
package record

import "time"

// Status is where a record stands in DUMPED_DATA.STATUS.
type Status string

// The three statuses. A record is born NEW; COMPLETED and FAILED are ends that only a person undoes.
const (
	New       Status = "NEW"
	Completed Status = "COMPLETED"
	Failed    Status = "FAILED"
)

// Outcome says what happened to a COMPLETED record, DUMPED_DATA.OUTCOME; it is empty for the others.
type Outcome string

// The outcomes. Sent means that the broker's receipt came, never less.
const (
	Sent     Outcome = "SENT"
	Filtered Outcome = "FILTERED"
	Skipped  Outcome = "SKIPPED"
)

// Record is one row of a source on its way to the broker. Whoever received it last owns it:
// a sender must not touch it again.
type Record struct {
	Feed string
	Seq  int64 // the number from the source's sequence column

	// What the source knows. Key and Created are nil when the feed names no such column or the
	// row holds NULL there. Metadata is JSON without row content: by it the row is found again.
	Row      Row
	Key      *string
	Created  *time.Time
	Metadata string
	Bytes    int // about what the row's values weigh in memory

	// What the store knows.
	MessageID string    // the same at every send of this record, except by a person's order
	ClaimNo   int       // 1 at the dump, +1 at every claim; every mark names it
	Attempts  int       // failed attempts so far
	Crashes   int       // deaths of owners without a clean stop since the last attempt
	ClaimedAt time.Time // this process's monotonic time of the dump or claim
}

// Row is the content that goes into the message: the listed columns in their order.
// Columns is shared by all rows of a page and must not be changed; len(Values) == len(Columns).
type Row struct {
	Columns []Column
	Values  []Value
	Loose   bool // a name that is not there is NULL: what JSON leaves out, or a test
}

// Column names one column as the database spells it.
type Column struct {
	Name string
	Kind Kind   // what its values are; List for arrays
	Type string // the database's own name of the type, for people

	Nullable bool // NULL is known to be allowed; false also where nobody knows
	Scale    int  // digits after the point that a numeric(p,s) may have; 0 also where nobody knows
}
