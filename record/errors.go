package record

import (
	"fmt"
	"time"
)

// Code is a stable word for a trouble: the same in the table, the logs and the documentation.
type Code string

// Codes of a row. The first group lies in the row and the mapping alone and fails at once; the
// second might heal and uses the row's attempts.
const (
	XMLInvalidChar Code = "XML_INVALID_CHAR"
	XMLType        Code = "XML_TYPE"
	XMLTooLarge    Code = "XML_TOO_LARGE"
	XMLRequired    Code = "XML_REQUIRED"
	FilterExpr     Code = "FILTER_EXPR"
	LookupTooMany  Code = "LOOKUP_TOO_MANY"

	LookupNotFound Code = "LOOKUP_NOT_FOUND"
	LookupHTTP4XX  Code = "LOOKUP_HTTP_4XX"
	LookupHTTP5XX  Code = "LOOKUP_HTTP_5XX" // again and again to this row's question, while others are answered
	LookupTimeout  Code = "LOOKUP_TIMEOUT"  // of this row's lookup; the database or service is up
	SendRejected   Code = "SEND_REJECTED"
	SourceRowGone  Code = "SOURCE_ROW_GONE"
	Internal       Code = "INTERNAL"
)

// Codes that stop a feed.
const (
	SequenceNotUnique Code = "SEQUENCE_NOT_UNIQUE"
	SourceWentBack    Code = "SOURCE_WENT_BACK"
	MayWrite          Code = "MAY_WRITE"
	ConfigInvalid     Code = "CONFIG" // the file and the database disagree: a table, a column, an identity
)

// Codes of a connection.
const (
	ConnDNS     Code = "CONN_DNS"
	ConnRefused Code = "CONN_REFUSED"
	ConnTimeout Code = "CONN_TIMEOUT"
	ConnTLS     Code = "CONN_TLS"
	ConnAuth    Code = "CONN_AUTH"
	ConnLost    Code = "CONN_LOST"
	ConnBlocked Code = "CONN_BLOCKED"
	ConnHTTP    Code = "CONN_HTTP" // a web service answers that it cannot answer now, or something else answers for it

	// SourceStatement: the database answers, but a statement of the feed fails on what it meets there.
	SourceStatement Code = "SOURCE_STATEMENT"
)

// Failure is a bad row: the record's own result, never another's. It ends up in ERROR_CODE and
// ERROR_TEXT, so Text says what is wrong and where, without secrets. Path is the key of the file at
// which the row failed, feeds.orders.process[1].filter; empty if none did.
type Failure struct {
	Code Code
	Text string
	Path string
}

func (f *Failure) Error() string { return string(f.Code) + ": " + f.Text }

// Fail makes a Failure without a path.
func Fail(code Code, format string, args ...any) *Failure {
	return &Failure{Code: code, Text: fmt.Sprintf(format, args...)}
}

// MayHeal reports whether another attempt of the same row could end otherwise.
func (f *Failure) MayHeal() bool {
	switch f.Code {
	case LookupNotFound, LookupHTTP4XX, LookupHTTP5XX, LookupTimeout, SendRejected, SourceRowGone, Internal:
		return true
	}
	return false
}

// Outage is a database or broker that is away: the feed waits, no row is to blame, no attempt is
// counted. Connection is its name in the file. Err holds no secret. After is how long it asks not to be tried again; mostly 0. Doubtful: it may
// lie in what was asked, so others are asked before the same again.
type Outage struct {
	Code       Code
	Connection string
	Err        error
	After      time.Duration
	Doubtful   bool
}

func (o *Outage) Error() string {
	return fmt.Sprintf("%s %s: %v", o.Connection, o.Code, o.Err)
}

func (o *Outage) Unwrap() error { return o.Err }

// Stop is a reason to stop a feed until a person has looked: going on could lose or repeat rows.
// Remedy says what to do next; it may have several lines. Faults are what Text says, where keys of the file are to blame.
type Stop struct {
	Code   Code
	Text   string
	Remedy string
	Faults []Fault
}

func (s *Stop) Error() string { return string(s.Code) + ": " + s.Text }
