// Package actors carries records from a source to a sink: a poller, a dump actor, a processor, a
// sender and a completer for each feed, and the daemon that keeps them alive.
package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sink"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/store"
)

// RecordMessage is one record on its way from room to room. Sending it hands it over.
type RecordMessage struct {
	Record   *record.Record
	Steps    Steps        // for the columns of its row
	Body     []byte       // the message, once the processor has made it; the row is gone then
	Headers  sink.Headers // with Body
	Filtered bool         // no message is to be sent
	Err      error        // how this attempt ended: nil for a receipt, a *record.Failure for a bad row
	Final    bool         // with Err: no further attempt
	From     *actor.PID   // the dump actor that counts it as in flight, and is told when its mark is committed
}

// RecordsMessage carries records from room to room together: a message between actors costs more than most rows do.
type RecordsMessage struct{ Records []*RecordMessage }

// DoneMessage is a worker's answer to its router: these records have their result.
type DoneMessage struct {
	Worker  *actor.PID
	Records []*RecordMessage
}

// OpenMessage asks the poller to reach the source; it answers OpenedMessage.
type OpenMessage struct{}

// OpenedMessage says what the source is, and holds the steps for its columns.
type OpenedMessage struct {
	Source source.Description
	Steps  Steps
	Err    error
}

// StartMessage asks the poller where a new feed begins; it answers StartedMessage.
type StartMessage struct{ At source.Start }

// StartedMessage says where a new feed begins.
type StartedMessage struct {
	At  source.Beginning
	Err error
}

// PollMessage asks the poller for one page above Seen.LastRead, and for a look into ranges of numbers that were passed
// over; it answers one DumpRecordBunchMessage.
type PollMessage struct {
	Seen     store.Position
	Limit    source.Limit
	Probes   []record.Range
	Evidence bool // ask first who could still fill them
}

// DumpRecordBunchMessage is a page of new rows for the dump actor, with the position it was read
// from. If that is no longer READ_DATA_INFO's, the bunch is dropped whole and read again.
type DumpRecordBunchMessage struct {
	Seen     store.Position
	Page     source.Page
	Evidence source.Evidence // from before the page's snapshot
	Err      error
}

// LateMessage asks the poller for late rows by their numbers; it answers LateDoneMessage.
type LateMessage struct {
	Seqs  []int64
	Limit source.Limit
}

// LateDoneMessage holds what there is of the first Seen of the asked seqs.
type LateDoneMessage struct {
	Rows []*record.Record
	Seen int
	Err  error
}

// RereadMessage asks the poller for the rows of claimed records; it answers RereadDoneMessage.
type RereadMessage struct {
	Seqs  []int64
	Limit source.Limit
}

// RereadDoneMessage holds the rows that are still there of the first Seen of the asked seqs.
type RereadDoneMessage struct {
	Rows []*record.Record
	Seen int
	Err  error
}

// MarkedMessage tells a dump actor that the marks of these records are committed.
type MarkedMessage struct{ Marks []store.Mark }

// TuneMessage carries the settings that may change while a feed runs.
type TuneMessage struct{ Settings Settings }

// DrainMessage asks a room to finish what it holds and to take nothing more; it answers
// DrainedMessage. What waits stays NEW in DUMPED_DATA.
type DrainMessage struct{}

// DrainedMessage says that a room holds nothing any more.
type DrainedMessage struct{ Room *actor.PID }

// Settings are a feed's live keys.
type Settings struct {
	Workers      int
	PollInterval time.Duration
	MaxInFlight  int
	Bunch        int
	MinWatch     time.Duration // how old a gap is at least before evidence closes it
	Watch        time.Duration // how old a gap is before its age closes it
	Retry        Retry
}
