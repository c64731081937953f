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

// demoTables are those of an ERP that rowrelay knows nothing of.
var demoTables = []string{`CREATE TABLE customers (
		id      INTEGER PRIMARY KEY,
		name    TEXT NOT NULL,
		country TEXT NOT NULL)`, `CREATE TABLE orders (
		order_seq   INTEGER PRIMARY KEY,
		order_no    TEXT NOT NULL,
		status      TEXT NOT NULL,
		customer_id INTEGER NOT NULL REFERENCES customers,
		amount      TEXT NOT NULL,
		currency    TEXT NOT NULL,
		created_at  TEXT NOT NULL,
		note        TEXT)`}

// newDemoSource makes customers, and no order yet, in a new file.
func newDemoSource(ctx context.Context, path string, fail percent) (*demoSource, error) {
	db, err := database.Open(database.Options{Name: "erp", URL: "sqlite:" + path})
	if err != nil {
		return nil, err
	}
	s := &demoSource{db: db, fail: fail}
	if err := s.fill(ctx); err != nil {
		s.close()
		return nil, fmt.Errorf("make the demo's source: %w", err)
	}
	return s, nil
}

func (s *demoSource) fill(ctx context.Context) error {
	for _, table := range demoTables {
		if _, err := s.db.ExecContext(ctx, table); err != nil {
			return err
		}
	}
	for i, c := range customers {
		if _, err := s.db.ExecContext(ctx, `INSERT INTO customers VALUES (?, ?, ?)`, i+1, c.name, c.country); err != nil {
			return err
		}
	}
	return nil
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
		if err := s.insert(ctx, tx, seq); err != nil {
			return fmt.Errorf("insert into the demo's source: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("insert into the demo's source: %w", err)
	}
	s.last = n
	return nil
}

// insert writes one order, of a customer that is there.
func (s *demoSource) insert(ctx context.Context, tx *sqlx.Tx, seq int64) error {
	amount := fmt.Sprintf("%d.%d", 10+seq*37%990, seq*7%10) // one decimal, where the message has two
	_, err := tx.ExecContext(ctx, `INSERT INTO orders VALUES (?, ?, ?, ?, ?, 'EUR', ?, ?)`, seq, fmt.Sprintf("A-%d", seq),
		s.status(seq), 1+seq%int64(len(customers)), amount, time.Now().UTC().Format(time.RFC3339), s.note(seq))
	return err
}

// Texts that break careless XML.
var (
	customers = []struct{ name, country string }{
		{"Müller & Söhne", "DE"}, {"O'Neill <Ltd>", "IE"}, {"株式会社 山田", "JP"}, {`"Quoted" GmbH`, "AT"}, {"Żółć S.A.", "PL"}, {"Crème & Cie", "FR"}}
	notes = []any{"urgent", nil, "5 < 6 & ]]> end", "first line\r\nsecond line", "🚚 to the back door"}
)

// badNote holds a character that XML 1.0 cannot express in any way.
const badNote = "the bell rings: \a"

func (s *demoSource) note(seq int64) any {
	if spoiled(seq, s.fail) {
		return badNote
	}
	return notes[seq%int64(len(notes))]
}

func (s *demoSource) status(seq int64) string {
	if draft(seq, s.fail) {
		return "DRAFT"
	}
	return "RELEASED"
}

// draft is one row in seven, but none that must fail: a filter would leave it out before it could.
func draft(seq int64, part percent) bool { return seq%7 == 3 && !spoiled(seq, part) }

// spoiled spreads the part of rows that must fail evenly over all numbers.
func spoiled(seq int64, part percent) bool {
	upTo := func(n int64) float64 { return math.Floor(float64(n) * float64(part) / 100) }
	return upTo(seq) > upTo(seq-1)
}
