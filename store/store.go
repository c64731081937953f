// Package store keeps how far each feed was read, and one queryable row per record.
package store

import (
	"context"
	"errors"
	"time"

	"github.com/rowrelay/rowrelay/record"
)

// Store is the memory of rowrelay: PostgreSQL or SQLite, the same rules in both. Its methods may
// be called concurrently. They return a *record.Outage when the database is away; the caller then
// does not know whether its transaction was committed, and must not assume either.
type Store interface {
	// ID is STORE_INFO's store.id, the first part of every message id.
	ID() string
	// Where names the store for people: a PostgreSQL address, or a SQLite file's absolute path.
	Where() string

	Instances
	Feeds
	Records
	Control

	// Close ends the connections. The store is not used afterwards.
	Close() error
}

// Errors that callers branch on.
var (
	// ErrFenced: this instance was declared dead or its heart-beat came too late. Its id is never used again.
	ErrFenced = errors.New("the instance's sign of life has lapsed")
	// ErrStale: READ_DATA_INFO is not what the bunch says; nothing was written.
	ErrStale = errors.New("the last-read number has moved")
	// ErrNoFeed: READ_DATA_INFO has no row for this feed.
	ErrNoFeed = errors.New("the feed has no position yet")
	// ErrNoRow: DUMPED_DATA has no such row.
	ErrNoRow = errors.New("no such row")
	// ErrStopped: the feed is stopped, and only a rewind that sends COMPLETED rows again lets it go on.
	ErrStopped = errors.New("the feed is stopped until it is rewound with resend")
	// ErrForward: a feed only goes back.
	ErrForward = errors.New("the feed has not read so far")
)

// HeldError says that another living process holds the instance's name, or the SQLite file.
type HeldError struct {
	Holder string // who, as far as the store can tell: "relay-1, pid 4711 on erp-relay-1, since 10:41:07"
	File   string // the SQLite file that is held; "" where it is the name
}

func (h *HeldError) Error() string {
	if h.File != "" {
		return "the SQLite store " + h.File + " is held by " + h.Holder
	}
	return "held by " + h.Holder
}

// Instances is the sign of life. All times are the store's clock. TTL: 10 s.
type Instances interface {
	// Lock takes the lock on an instance's name without waiting: a *HeldError if somebody else has it.
	// It is kept until the returned lock is released or its connection is lost.
	Lock(ctx context.Context, name string) (NameLock, error)
	// Register writes a new INSTANCE row and declares the others of this name dead: the caller holds
	// the name's lock. state is a JSON document.
	Register(ctx context.Context, name string, state []byte) (id string, err error)
	// Heartbeat prolongs the instance's life and stores its state; ErrFenced when no row was changed.
	Heartbeat(ctx context.Context, id string, state []byte) error
	// Retire declares the instance dead after its last mark, as a clean stop: its NEW rows are
	// released (no owner, crashes 0), so nobody waits for the TTL. It returns how many.
	Retire(ctx context.Context, id string) (released int64, err error)
}

// NameLock is a held lock on an instance's name.
type NameLock interface {
	// Check reports whether the lock is still held, taking it again where its connection was lost
	// and nobody else took it; a *HeldError if somebody did.
	Check(ctx context.Context) error
	Release() error
}

// Position is a feed's row of READ_DATA_INFO.
type Position struct {
	LastRead int64
	High     int64 // the highest number ever dumped; at first StartSeq
	StartSeq int64
	Version  int64  // the compare-and-set token, +1 at every commit
	Identity []byte // JSON of source.Identity, as it was given to CreateFeed
	Paused   bool
	StopCode record.Code // why the feed reads no further until a person decides; "" if it does
	StopText string
}

// Feeds is READ_DATA_INFO and the dump.
type Feeds interface {
	// Position returns the feed's position, or ErrNoFeed.
	Position(ctx context.Context, feed string) (Position, error)
	// Gaps returns the feed's open gaps, lowest first. They are those of the position that was read before, or of a later one.
	Gaps(ctx context.Context, feed string) ([]Gap, error)
	// CreateFeed writes the feed's first position and returns what stands there afterwards, which is
	// another's if another was first.
	CreateFeed(ctx context.Context, feed string, b Beginning) (Position, error)
	// SetIdentity replaces the stored identity (a changed timeline), without touching version.
	SetIdentity(ctx context.Context, feed string, identity []byte) error
	// StopFeed notes that the feed reads no further until Rewind, for every instance; ErrStale if its position is of another version.
	StopFeed(ctx context.Context, feed string, version int64, stop *record.Stop) error
	// Dump moves the position, changes the gaps and inserts the records as NEW rows, owned by the instance, claim_no 1,
	// in ONE transaction. It returns the new position and the rows that were inserted, lowest first; one that stood
	// there already, at or below the old High, is left out and must not go on, unless Rewind has ordered it to be sent again.
	// ErrStale: nothing was written, read the position again. A conflict above the old High: a *record.Stop with
	// SOURCE_WENT_BACK, nothing was written.
	Dump(ctx context.Context, d Dump) (Position, []Dumped, error)
	// Known returns those of seqs that DUMPED_DATA holds, lowest first, save what Rewind has ordered to be sent again.
	Known(ctx context.Context, feed string, seqs []int64) ([]int64, error)
}

// Gap is a row of SEQUENCE_GAP: a range of numbers that were passed over.
type Gap struct {
	record.Range
	Age   time.Duration // by the store's clock
	Dirty bool          // it also covers numbers that were dumped
}

// Beginning is a feed's first position. Skipped are rows below it that are not carried, Gaps are numbers below it that may still appear.
type Beginning struct {
	Start    int64
	Identity []byte // JSON of source.Identity
	Skipped  []int64
	Gaps     []record.Range
}

// Dump is one bunch on its way into the store.
type Dump struct {
	Feed     string
	Instance string
	Seen     Position         // LastRead and Version as the poller saw them
	LastRead int64            // the new one
	Records  []*record.Record // Seq, MessageID, Metadata, Key, Created are stored
	Gone     []int64          // Lo of gaps that are no more; one that is written anew is among them
	Gaps     []Gap            // new ones
}

// Dumped is a row that a dump has inserted.
type Dumped struct {
	Seq       int64
	MessageID string // of a row that is sent again by order, the fresh one; else "", it has the record's own
	ClaimNo   int
}

// Records is the life of DUMPED_DATA's rows.
type Records interface {
	// Claim takes up to limit due NEW rows that are owned by nobody, by a dead instance, or by this one
	// while they are not in inFlight: owner = instance, claim_no + 1, next_attempt_at NULL, and crashes + 1,
	// up to SuspectCrashes, where the owner died without a clean stop. Where there are more, the lowest seqs come first, and of
	// those that waited for another attempt the longest due. It first declares dead whoever's life has
	// lapsed; ErrFenced if that is the instance itself.
	// The records come in rising seq, with Feed, Seq, Metadata, MessageID, Key, ClaimNo, Attempts, Crashes set.
	Claim(ctx context.Context, feed, instance string, limit int, inFlight []int64) ([]*record.Record, error)
	// Alone says that a suspect is about to be carried with nothing else in flight: its crashes become the
	// record's + 1, until an attempt ends. It reports whether the row is still this claim's.
	Alone(ctx context.Context, instance string, r *record.Record) (bool, error)
	// Mark writes the marks that are fenced by seq, owner = instance and claim_no, and returns the seqs that it hit.
	// One that hits nothing came late (after a retry, a new claim) and is not an error. A repeated call hits nothing.
	Mark(ctx context.Context, feed, instance string, marks []Mark) ([]int64, error)
}

// SuspectCrashes is how many deaths of its owners make a row one that may be killing the process. Claims
// count up to here; further deaths count only where the row was alone in flight, by Alone.
const SuspectCrashes = 6

// Mark is the end of one attempt of one record.
type Mark struct {
	Seq     int64
	ClaimNo int
	Status  record.Status  // Completed; Failed; or New for a failed attempt with another one to come, or a release
	Outcome record.Outcome // with Completed
	Code    record.Code    // with Failed, and New after a failed attempt
	Text    string         // with Code; cut to 2,000 characters by the store
	Attempt bool           // counts: attempts + 1, crashes 0. False releases the row as it was (New only)
	Wait    time.Duration  // with New: until the next attempt, by the store's clock
}

// Control is what people ask for: it works while no daemon runs.
type Control interface {
	// Overview reads what `status` shows.
	Overview(ctx context.Context) (Overview, error)
	// FailedGroups counts FAILED rows by feed and code, oldest first.
	FailedGroups(ctx context.Context, f Filter) ([]FailedGroup, error)
	// FailedRows lists FAILED rows by seq, at most limit, above `after`.
	FailedRows(ctx context.Context, f Filter, after int64, limit int) ([]Row, error)
	// Row returns one row whatever its status, or ErrNoRow.
	Row(ctx context.Context, feed string, seq int64) (Row, error)
	// Count tells how many FAILED rows the filter selects.
	Count(ctx context.Context, f Filter) (int64, error)
	// Retry makes up to limit (0: all) selected FAILED rows NEW: no owner, attempts 0, crashes 0, no error, due at once or
	// spread over time at perSecond (0: at once), and writes one AUDIT row, in one transaction.
	Retry(ctx context.Context, f Filter, limit int64, perSecond float64, a Audit) (changed, audit int64, err error)
	// Above counts the feed's rows above a number.
	Above(ctx context.Context, feed string, seq int64) (Counts, error)
	// Rewind moves a feed back, never forward, and lets a stopped one go on. It cuts the gaps at the new position and writes one
	// AUDIT row, in one transaction. ErrForward: the position is lower already. ErrStopped: the feed was stopped, and r does not resend.
	Rewind(ctx context.Context, feed string, r Rewind, a Audit) (audit int64, err error)
	// Between returns what is recorded in a range: the rows with the lowest numbers, at most limit, and all gaps that touch the range. A
	// row that leaves its gap meanwhile is in both.
	Between(ctx context.Context, feed string, within record.Range, limit int) ([]Standing, []Gap, error)
	// Deliver records rows that were missed as NEW, owned by nobody, and writes one AUDIT row, in one transaction.
	Deliver(ctx context.Context, feed string, records []*record.Record, a Audit) (delivered, audit int64, err error)
}

// Counts are rows by status.
type Counts struct{ New, Completed, Failed int64 }

// Rewind says where a feed goes on.
type Rewind struct {
	To int64
	// Resend: rows above To that are COMPLETED now are dumped again, under a fresh message id, when their numbers are read again; NEW and
	// FAILED ones get a fresh id too, and what is in flight of them counts no more.
	Resend   bool
	Identity []byte // JSON of the source.Identity that is expected from now on
}

// Standing is one row's number and how it stands.
type Standing struct {
	Seq     int64
	Status  record.Status
	Outcome *record.Outcome
}

// Filter selects FAILED rows. Zero fields do not filter.
type Filter struct {
	Feed  string
	Code  record.Code
	Key   string
	Seqs  []int64
	Since time.Duration // finished at most so long ago
}

// Audit is who changed something by hand, and why.
type Audit struct {
	Actor   string // login name
	Origin  string // host
	Command string // as typed, without secrets
	Reason  string
}

// Row is one DUMPED_DATA row for people. Pointers are nil where the column is NULL.
type Row struct {
	Feed          string        `json:"feed" db:"feed"`
	Seq           int64         `json:"seq" db:"seq"`
	Status        record.Status `json:"status" db:"status"`
	Outcome       *string       `json:"outcome" db:"outcome"`
	ErrorCode     *string       `json:"error_code" db:"error_code"`
	ErrorText     *string       `json:"error_text" db:"error_text"`
	Attempts      int           `json:"attempts" db:"attempts"` // that have ended, a successful one included
	NextAttemptAt *time.Time    `json:"next_attempt_at" db:"next_attempt_at"`
	Metadata      string        `json:"metadata" db:"metadata"`
	MessageID     string        `json:"message_id" db:"message_id"`
	BusinessKey   *string       `json:"business_key" db:"business_key"`
	Owner         *string       `json:"owner" db:"owner"`
	OwnerName     *string       `json:"-" db:"owner_name"` // of the owner's INSTANCE while that is known
	ClaimNo       int           `json:"claim_no" db:"claim_no"`
	Crashes       int           `json:"crashes" db:"crashes"`
	ReadAt        time.Time     `json:"read_at" db:"read_at"`
	FinishedAt    *time.Time    `json:"finished_at" db:"finished_at"`
}

// FailedGroup is one line of `failed`.
type FailedGroup struct {
	Feed    string      `json:"feed"`
	Code    record.Code `json:"code"`
	Rows    int64       `json:"rows"`
	First   time.Time   `json:"first"`
	Last    time.Time   `json:"last"`
	Example string      `json:"example"` // the newest error text
}

// Overview is the store's side of `status`.
type Overview struct {
	Now       time.Time // the store's clock
	Instances []Instance
	Feeds     []FeedCounts // in name order; every feed that has a position
}

// Instance is one INSTANCE row, the newest of its name.
type Instance struct {
	ID        string
	Name      string
	StartedAt time.Time
	LastSeen  time.Time
	Alive     bool
	State     record.InstanceState
}

// FeedCounts is what the store knows of one feed. OldestUnsent is the age of the oldest NEW row, 0 if there is none.
type FeedCounts struct {
	Feed         string
	Position     Position
	New          int64
	Failed       int64
	OldestUnsent time.Duration
	Gaps         int64         // open ones
	OldestGap    time.Duration // its age, 0 if there is none
	LastFinished time.Time     // zero if nothing was finished yet
	LastSent     time.Time     // the same of rows with a receipt
}
