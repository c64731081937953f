package process

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sqlvalue"
)

// away is an error before the statement: whatever it is, the row is not to blame.
func (l *lookup) away(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err() // the driver reports a cancelled statement, not why it was cancelled
	}
	if outage, ok := errors.AsType[*record.Outage](database.Trouble(l.Connection, err)); ok {
		return outage
	}
	return &record.Outage{Code: record.SourceStatement, Connection: l.Connection, Err: fmt.Errorf("lookup %s: %w", l.Into, err)}
}

// trouble says what an error of the statement means. What lies in the row's values or in the rows that were found is the row's
// own failure, and so is a time-out of a database that answers; for all else the feed waits.
func (l *lookup) trouble(ctx, own context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if failure, ok := errors.AsType[*record.Failure](err); ok {
		return failure
	}
	switch {
	case l.timedOut(ctx, own, err):
		return l.fail(record.LookupTimeout, "the statement took too long")
	case writes(err):
		return &record.Outage{Code: record.SourceStatement, Connection: l.Connection, Err: fmt.Errorf("lookup %s: %w", l.Into, err)}
	case l.ofRow(ctx, err):
		if misfit, ok := errors.AsType[*sqlvalue.Misfit](err); ok {
			err = misfit // without what database/sql adds
		}
		return l.fail(record.LookupNotFound, "the statement fails on this row: %s", brief(err.Error(), 300))
	}
	return l.away(ctx, err)
}

// timedOut: the server has ended the statement, or we have and the server still answers.
func (l *lookup) timedOut(ctx, own context.Context, err error) bool {
	if database.State(err) == "57014" || liteCode(err) == interrupted {
		return true
	}
	if own.Err() == nil {
		return false
	}
	if s := l.DB.Stats(); s.MaxOpenConnections > 0 && s.InUse >= s.MaxOpenConnections {
		return true // others are being served: a ping would only wait for one of their connections
	}
	again, cancel := l.bounded(ctx)
	defer cancel()
	return l.DB.PingContext(again) == nil
}

// ofRow: the database is there and understands the statement, so what fails lies in the values: a number that does not fit, two rows of a
// subquery, a limit, a function that raises an error of its own. A statement that cannot be compiled any more is nobody's row.
func (l *lookup) ofRow(ctx context.Context, err error) bool {
	if _, ok := errors.AsType[*sqlvalue.Misfit](err); ok {
		return true
	}
	if _, away := errors.AsType[*record.Outage](database.Trouble(l.Connection, err)); away {
		return false
	}
	s := database.State(err)
	return (s != "" && !strings.HasPrefix(s, "42") || liteCode(err) != 0) && l.compiles(ctx)
}

func (l *lookup) compiles(ctx context.Context) bool {
	tx, err := l.begin(ctx, l.d)
	if err != nil {
		return false
	}
	defer func() { _ = tx.Rollback() }()
	return l.d.compile(ctx, tx, l.sql, make([]any, len(l.parameters))) == nil
}

// writes: the statement is no mere reading. (Trouble takes it for a server that has become a standby.)
func writes(err error) bool {
	return database.State(err) == "25006" || liteCode(err) == readOnly
}

// Codes of https://www.sqlite.org/rescode.html
const (
	readOnly    = 8
	interrupted = 9
)

// liteCode is SQLite's code, 0 for other errors.
func liteCode(err error) int {
	if e, ok := errors.AsType[interface {
		error
		Code() int
	}](err); ok {
		return e.Code() & 0xff
	}
	return 0
}
