package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
)

// trouble says what was being done, and whether the store was away. The caller's own cancelling comes
// first: the driver reports it as a cancelled statement.
func (s *SQL) trouble(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	if end := ctx.Err(); end != nil {
		err = end
	}
	err = database.Trouble(s.name, err)
	if o, ok := errors.AsType[*record.Outage](err); ok {
		return &record.Outage{Code: o.Code, Connection: o.Connection, Err: fmt.Errorf("%s: %w", doing, o.Err)}
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// tx runs do in one transaction. An error means that it is not known whether the transaction was committed.
func (s *SQL) tx(ctx context.Context, do func(*sqlx.Tx) error) error {
	tx, err := s.db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		_ = tx.Rollback() // fails where the connection is lost, and then the database rolls back by itself
		return err
	}
	return tx.Commit()
}

func (s *SQL) get(ctx context.Context, q sqlx.QueryerContext, dest any, statement string, args ...any) error {
	return sqlx.GetContext(ctx, q, dest, s.dialect.sql(statement), args...)
}

func (s *SQL) list(ctx context.Context, q sqlx.QueryerContext, dest any, statement string, args ...any) error {
	return sqlx.SelectContext(ctx, q, dest, s.dialect.sql(statement), args...)
}

// exec returns the number of rows that the statement changed.
func (s *SQL) exec(ctx context.Context, e sqlx.ExecerContext, statement string, args ...any) (int64, error) {
	result, err := e.ExecContext(ctx, s.dialect.sql(statement), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// clean makes text that both databases take: PostgreSQL refuses NUL (22021) and what is not UTF-8,
// and one such key must not keep its whole bunch from being stored.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// cut shortens text to n characters.
func cut(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

// moment scans a time, also where SQLite has forgotten that its text is one: in an aggregate or an expression.
type moment struct{ time.Time }

// Scan implements sql.Scanner. NULL is the zero time.
func (m *moment) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		m.Time = time.Time{}
	case time.Time:
		m.Time = v.UTC()
	case string:
		t, err := time.Parse("2006-01-02 15:04:05.999", v)
		m.Time = t
		return err
	default:
		return fmt.Errorf("%T is no time", value)
	}
	return nil
}

var _ sql.Scanner = (*moment)(nil)
