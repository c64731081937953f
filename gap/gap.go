// Package gap keeps the ranges of numbers that were passed over, and gives one up only when no row can
// appear in it any more. It is pure logic: it does no I/O and has no clock of its own.
//
// Numbers of a sequence become visible out of order. A reader that goes on above the highest number it has
// seen must therefore remember what was missing below it, look again, and know when to stop looking.
package gap

import (
	"time"

	"github.com/rowrelay/rowrelay/record"
)

// Gap is a range of numbers that were not there when a number above them was read. Its invariants:
//   - every number at or below the last-read one has been dumped, or is in a gap, or its gap was closed;
//   - gaps do not overlap, and none reaches above the last-read number;
//   - a gap that is not Dirty holds no number that was dumped.
type Gap struct {
	record.Range
	Born  time.Time // when the numbers were first seen to be missing; the youngest of all after a merge
	Dirty bool      // it may also cover numbers that were dumped, because gaps were merged

	cycle  int       // looks at the writers before it was born
	probed time.Time // the last complete look into it; zero: none yet
	resume int64     // where an unfinished look goes on, with begun
	begun  bool      // a look has covered Lo up to below resume
	ripe   bool      // it could be closed when that look began
}

// Rules say when a gap may be closed, and what the ledger may cost.
type Rules struct {
	MinWatch time.Duration // with evidence: a gap is at least so old
	Watch    time.Duration // without evidence, and for pooled numbers
	Poll     time.Duration // the shortest time between two looks into one gap
	Cap      int           // gaps beyond it are merged; 0: DefaultCap
	Evidence bool          // the source tells who could still fill a gap
	Pooled   bool          // numbers may be taken long before they are used (CACHE, INCREMENT above 1)
}

// DefaultCap bounds the ledger. At the cap a look costs more rows, but nothing is ever forgotten to save memory.
const DefaultCap = 4096

const (
	maxRanges = 32          // of one look: more cost the source more in planning than they save
	mostPause = time.Minute // between two looks into one gap
	ageShare  = 8           // a gap is looked into after this part of its age
)

// Evidence is what a source tells of its writers. It was asked for in a statement before the one whose snapshot
// is read, else it proves nothing.
type Evidence struct {
	Valid   bool          // false: the source could not tell this time, and no gap is closed
	Server  string        // which life of which server; another one remembers nothing of the former's writers
	Holders []string      // transactions that hold a lock by which they may own a number
	Lag     time.Duration // by rule of age alone: how far the server is behind its primary
}

// Reading is what one poll found, in one snapshot.
type Reading struct {
	Evidence Evidence
	Server   string  // which life of which server the snapshot is of
	After    int64   // new rows were read above this number,
	Seen     []int64 // and these numbers are there, also of rows that `where` leaves out, without a hole to the last one
	Probes   []record.Probe
}

// Reason says why a gap was closed.
type Reason string

// The reasons.
const (
	Filled   Reason = "filled"   // every number of it has appeared
	Proven   Reason = "evidence" // no transaction is left that could fill it
	Outdated Reason = "age"      // it has been watched for as long as the file says
)

// Closed is a gap, or what was left of one, that is given up.
type Closed struct {
	record.Range
	Reason Reason
	Age    time.Duration
}

// Change is what has to be written in the transaction that dumps the rows of the same reading.
type Change struct {
	Gone   []int64 // Lo of stored gaps that are no more, or are written anew
	New    []Gap
	Closed []Closed
}

// Empty reports whether there is nothing to write.
func (c Change) Empty() bool { return len(c.Gone)+len(c.New) == 0 }
