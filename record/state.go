package record

import "time"

// InstanceState is what a daemon writes to INSTANCE.STATE, as JSON, with every heart-beat, and
// `status` reads: the field names are part of `status -o json`.
type InstanceState struct {
	Version     string                     `json:"version"`
	Host        string                     `json:"host"`
	PID         int                        `json:"pid"`
	File        FileState                  `json:"file"`
	Feeds       map[string]FeedState       `json:"feeds"`
	Connections map[string]ConnectionState `json:"connections"`
}

// FileState tells which configuration a daemon runs on, and how the last edit was taken.
type FileState struct {
	Path    string    `json:"path"`
	Hash    string    `json:"hash"`              // of the active file, shortened
	Refused string    `json:"refused,omitempty"` // why the last edit was refused; empty if it was taken
	Next    string    `json:"next,omitempty"`    // what to do about the refusal, where its text does not say so
	At      time.Time `json:"at"`                // of the last verdict
}

// Feed states as people read them.
const (
	Running  = "running"
	Waiting  = "waiting"
	Stopped  = "stopped"
	Paused   = "paused"
	Disabled = "disabled"
	Absent   = "absent"
)

// FeedState is one feed as its daemon sees it.
type FeedState struct {
	State      string    `json:"state"`
	WaitingFor string    `json:"waiting_for,omitempty"` // the connection's name, with state waiting
	Code       Code      `json:"code,omitempty"`        // with state waiting or stopped
	Text       string    `json:"text,omitempty"`        // why, and what to do, with state stopped
	LastPoll   time.Time `json:"last_poll,omitzero"`
	LastSent   time.Time `json:"last_sent,omitzero"`
	InFlight   int       `json:"in_flight"`
	Workers    int       `json:"workers"`
	SentPerMin int       `json:"sent_per_min"`
	Dropped    int64     `json:"bunches_dropped"` // lost compare-and-sets since this process started
	Replayed   int64     `json:"rows_replayed"`   // rows claimed and read again since this process started
	LateRows   int64     `json:"late_rows"`       // rows that appeared in a gap since this process started
	GapsOpen   int       `json:"gaps_open"`
	GapsClosed GapCounts `json:"gaps_closed"` // since this process started
}

// GapCounts are closed gaps by reason.
type GapCounts struct {
	Filled   int64 `json:"filled"`   // every number of it has appeared
	Evidence int64 `json:"evidence"` // no transaction was left that could fill it
	Age      int64 `json:"age"`      // it was watched for as long as the file says
}

// ConnectionState is one connection as its daemon sees it.
type ConnectionState struct {
	Up      bool      `json:"up"`
	Code    Code      `json:"code,omitempty"`
	Text    string    `json:"text,omitempty"`
	Since   time.Time `json:"since,omitzero"`
	NextTry time.Time `json:"next_try,omitzero"`
	Peer    string    `json:"peer,omitempty"` // what answered: "ActiveMQ-Artemis/2.31 at mq1:61613"
}
