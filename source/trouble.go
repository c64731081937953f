package source

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
)

// trouble says what an error means for the feed. A statement that the database cannot understand or
// does not allow needs a person: a Stop. A statement that fails on what it meets (a division by zero
// in `where`, a cancelled query) is waited for like an outage, by its own code: the data or the
// database may heal it, nothing is lost, and status says why the feed stands still.
func (s *SQL) trouble(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err() // the driver reports a cancelled statement, not why it was cancelled
	}
	if stop, ok := errors.AsType[*record.Stop](err); ok {
		return stop
	}
	if isRefused(err) { // before Trouble: in our READ ONLY transactions 25006 is the statement's fault
		return s.o.refused(err)
	}
	if outage, ok := errors.AsType[*record.Outage](database.Trouble(s.o.Connection, err)); ok {
		return outage
	}
	return &record.Outage{Code: record.SourceStatement, Connection: s.o.Connection, Err: fmt.Errorf("read %s: %w", s.o.subject(), err)}
}

// refused is a statement that needs another file or another grant.
func (o Options) refused(err error) *record.Stop {
	if o.Table == "" {
		return o.refusedFor("query", err)
	}
	return o.refusedFor("table", err)
}

// refusedFor blames one key of the file.
func (o Options) refusedFor(key string, err error) *record.Stop {
	stop := o.misfit(key, err.Error(), map[string]string{
		"table": "correct the source in the file, or the table",
		"query": "try the query by hand; it must be one SELECT, and is wrapped as SELECT ... FROM (query) AS q",
		"where": "try it by hand: SELECT * FROM " + o.Table + " WHERE ...; it must be one condition, without ORDER BY or LIMIT",
	}[key])
	if database.State(err) == "42501" {
		stop.Remedy = "grant what is missing to the account of connections." + o.Connection + ", which stands for rowrelay_ro:\n" + o.grants()
	}
	return stop
}

// isRefused: PostgreSQL's classes 42 (syntax, unknown names, privileges), 3F and 3D (no such schema or
// database), and the codes of a statement that would write or that no cursor can run; SQLite's
// SQLITE_ERROR and SQLITE_READONLY, which are the same.
func isRefused(err error) bool {
	if lite, ok := errors.AsType[interface {
		error
		Code() int
	}](err); ok {
		return lite.Code() == 1 || lite.Code() == 8
	}
	s := database.State(err)
	if s == "25006" || s == "0A000" {
		return true
	}
	return strings.HasPrefix(s, "42") || strings.HasPrefix(s, "3F") || strings.HasPrefix(s, "3D")
}
