package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/rowrelay/rowrelay/database"
)

// postgres is the dialect in which the statements are written.
type postgres struct{}

func (postgres) sql(statement string) string { return statement }

func (postgres) list(slice any) any { return database.Array(slice) }

// dumped travels by columns: PostgreSQL reads arrays faster than JSON, and what all rows have in common once.
func (postgres) dumped(first int, rows []dumped) (string, []any) {
	seqs := make([]int64, len(rows))
	for i, r := range rows {
		seqs[i] = r.Seq
	}
	t := columnar{first: first}
	t.column("seq", "bigint[]", database.Array(seqs))
	t.texts("metadata", rows, func(r dumped) (string, bool) { return r.Metadata, true })
	if prefix, ok := messagePrefix(rows); ok {
		t.scalar("message", " || seq", prefix)
	} else {
		t.texts("message", rows, func(r dumped) (string, bool) { return r.Message, true })
	}
	t.texts("key", rows, func(r dumped) (string, bool) {
		if r.Key == nil {
			return "", false
		}
		return *r.Key, true
	})
	return t.sql(), t.args
}

func (postgres) where(o Options) string {
	return database.Address(o.Connection) + " schema " + o.Schema
}

func (postgres) tables(ctx context.Context, s *SQL) (exist bool, err error) {
	err = s.get(ctx, s.db, &exist, `SELECT to_regclass($1) IS NOT NULL`, versions)
	return exist, err
}

// migrate runs under an advisory lock on a connection of its own, so that of two that start at once one waits.
func (postgres) migrate(ctx context.Context, s *SQL) error {
	lock, err := newSession(ctx, s.options.Connection)
	if err != nil {
		return err
	}
	defer lock.close()
	if _, err := lock.conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, lockKey(s.options.Schema, "migrate")); err != nil {
		return err
	}
	if err := makeSchema(ctx, s); err != nil {
		return err
	}
	return s.up(ctx)
}

func makeSchema(ctx context.Context, s *SQL) error {
	var exists bool
	err := s.db.GetContext(ctx, &exists, `SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)`, s.options.Schema)
	if err != nil {
		return err
	}
	schema, user := database.Quote(s.options.Schema), database.Quote(s.options.Connection.User)
	if !exists {
		_, err = s.db.ExecContext(ctx, `CREATE SCHEMA `+schema)
		return permit(err, "CREATE SCHEMA %s AUTHORIZATION %s;", schema, user)
	}
	return nil
}

// permit adds the statement that an administrator has to run where the account lacks a right.
func permit(err error, statement string, args ...any) error {
	const insufficientPrivilege = "42501"
	if database.State(err) != insufficientPrivilege {
		return err
	}
	return fmt.Errorf("%w. → let an administrator run: "+statement, append([]any{err}, args...)...)
}

// lockKey makes the number of an advisory lock. They are of one database, so two stores in two schemas have two.
func lockKey(schema, what string) int64 {
	sum := sha256.Sum256([]byte("rowrelay\x00" + schema + "\x00" + what))
	return int64(binary.BigEndian.Uint64(sum[:]))
}
