package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
)

// demoSource is the database of somebody else: it gets rows, and rowrelay may only read it.
type demoSource struct {
	db   *sqlx.DB
	fail percent
	last int64
}

// newDemoSource makes an empty table in a new file.
func newDemoSource(ctx context.Context, path string, fail percent) (*demoSource, error) {
	db, err := database.Open(database.Options{Name: "erp", URL: "sqlite:" + path})
	if err != nil {
		return nil, err
	}
	_, err = db.ExecContext(ctx, `CREATE TABLE orders (
		order_seq  INTEGER PRIMARY KEY,
		order_no   TEXT NOT NULL,
		customer   TEXT NOT NULL,
		amount     TEXT NOT NULL,
		currency   TEXT NOT NULL,
		created_at TEXT NOT NULL,
		note       TEXT)`)
	if err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("make the demo's source: %w", err)
	}
	return &demoSource{db: db, fail: fail}, nil
}

// close ends the file's last connection, which folds its journal into it.
func (s *demoSource) close() { _ = s.db.Close() }

// growTo inserts rows in one transaction until there are n.
func (s *demoSource) growTo(ctx context.Context, n int64) error {
	if n <= s.last {
		return nil
	}
	tx, err := s.db.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("insert into the demo's source: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing to do after the commit
	for seq := s.last + 1; seq <= n; seq++ {
		_, err := tx.ExecContext(ctx, `INSERT INTO orders VALUES (?, ?, ?, ?, 'EUR', ?, ?)`, seq, fmt.Sprintf("A-%d", seq),
			pick(customers, seq), fmt.Sprintf("%d.%02d", 10+seq*37%990, seq*7%100), time.Now().UTC().Format(time.RFC3339), s.note(seq))
		if err != nil {
			return fmt.Errorf("insert into the demo's source: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("insert into the demo's source: %w", err)
	}
	s.last = n
	return nil
}

// Texts that break careless XML.
var (
	customers = []string{"Müller & Söhne", "O'Neill <Ltd>", "株式会社 山田", `"Quoted" GmbH`, "Żółć S.A."}
	notes     = []any{"urgent", nil, "5 < 6 & ]]> end", "first line\r\nsecond line", "🚚 to the back door"}
)

// badNote holds a character that XML 1.0 cannot express in any way.
const badNote = "the bell rings: \a"

func (s *demoSource) note(seq int64) any {
	if spoiled(seq, s.fail) {
		return badNote
	}
	return pick(notes, seq)
}

func pick[T any](from []T, seq int64) T { return from[seq%int64(len(from))] }

// spoiled spreads the part of rows that must fail evenly over all numbers.
func spoiled(seq int64, part percent) bool {
	upTo := func(n int64) float64 { return math.Floor(float64(n) * float64(part) / 100) }
	return upTo(seq) > upTo(seq-1)
}
