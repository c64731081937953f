package source

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/sqlvalue"
)

// sqlite reads a file that is opened read-only.
type sqlite struct {
	o Options
}

var _ dialect = (*sqlite)(nil)

// begin: a deferred transaction takes its snapshot at the first read; the file's path is what it is known by.
func (s *sqlite) begin(ctx context.Context, db *sqlx.DB) (*sqlx.Tx, peer, error) {
	tx, err := db.BeginTxx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, peer{}, fmt.Errorf("begin: %w", err)
	}
	var path string
	if err := tx.QueryRowxContext(ctx, `SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&path); err != nil {
		_ = tx.Rollback()
		return nil, peer{}, fmt.Errorf("begin: %w", err)
	}
	return tx, peer{path, path}, nil
}

// glance: nothing travels.
func (s *sqlite) glance(context.Context, *sqlx.DB, string) (peer, *int64, bool, error) {
	return peer{}, nil, false, nil
}

// numbering: SQLite has one writer at a time, which takes its numbers while it writes.
func (s *sqlite) numbering(_ context.Context, _ *sqlx.Tx, r *relation, _ column) error {
	r.numbers = Numbering{Rule: InOrder, Text: "SQLite has one writer: numbers become visible in order"}
	return nil
}

func (s *sqlite) evidence(context.Context, *sqlx.DB) (Evidence, error) { return Evidence{}, nil }

// probe takes one range: there are no gaps here, and so never more than one to look into.
func (s *sqlite) probe(list, from, sequence string, limit int) string {
	return fmt.Sprintf(`SELECT 0, %[1]s FROM %[2]s WHERE %[3]s BETWEEN (SELECT value FROM json_each(?1)) AND (SELECT value FROM json_each(?2))
		ORDER BY %[3]s LIMIT %[4]d`, list, from, sequence, limit)
}

func (s *sqlite) locate(ctx context.Context, tx *sqlx.Tx) (*relation, error) {
	r := &relation{alias: `"q"`, from: "(\n" + s.o.Query + "\n) AS \"q\""}
	if s.o.Table != "" {
		parts, err := splitName(s.o.Table)
		if err != nil {
			return nil, s.o.misfit("table", fmt.Sprintf("%q is no table name: %v", s.o.Table, err), "write table: orders, or schema.table for an attached file")
		}
		r.from, r.alias = quoteAll(parts), database.Quote(parts[len(parts)-1])
	}
	var version string
	if err := tx.QueryRowxContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return nil, err
	}
	r.server = "SQLite " + version
	err := s.columns(ctx, tx, r)
	if s.o.Table != "" && isRefused(err) {
		err = s.noTable(ctx, tx, err)
	}
	return r, err
}

// noTable looks for the table that was meant, unless it is there and something else is wrong with it.
func (s *sqlite) noTable(ctx context.Context, tx *sqlx.Tx, refusal error) error {
	const query = `SELECT CASE schema WHEN 'main' THEN name ELSE schema || '.' || name END FROM pragma_table_list
		WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY 1 LIMIT 5000`
	var tables []string
	if err := tx.SelectContext(ctx, &tables, query); err != nil {
		return err
	}
	parts, _ := splitName(s.o.Table) // it was split before
	if len(parts) == 2 && parts[0] == "main" {
		parts = parts[1:]
	}
	wanted := strings.Join(parts, ".")
	if slices.ContainsFunc(tables, func(t string) bool { return strings.EqualFold(t, wanted) }) {
		return refusal
	}
	return s.o.noTable(parts, tables, "check the name, and the file in the url")
}

func (s *sqlite) columns(ctx context.Context, tx *sqlx.Tx, r *relation) error {
	columns, err := sqlvalue.SQLiteQuery(ctx, tx, r.from)
	for _, c := range columns {
		r.columns = append(r.columns, column{Column: c})
	}
	return err
}

// compile explains; a second statement would run, but this connection cannot write.
func (s *sqlite) compile(ctx context.Context, tx *sqlx.Tx, query string) error {
	rows, err := tx.QueryContext(ctx, "EXPLAIN "+query)
	if err != nil {
		return err
	}
	return rows.Close()
}

func (s *sqlite) inspect(context.Context, *sqlx.Tx, *relation, column) error { return nil }

func (s *sqlite) above(column string) string { return column + " > ?1" }

func (s *sqlite) among(column string) string {
	return column + " IN (SELECT value FROM json_each(?1))"
}

func (s *sqlite) numbers(seqs []int64) string { return "[" + join(seqs) + "]" }

// each needs no steps: SQLite computes a row when it is asked for.
func (s *sqlite) each(ctx context.Context, tx *sqlx.Tx, query string, arg any, p *page) error {
	rows, err := tx.QueryxContext(ctx, query, arg)
	if err != nil {
		return err
	}
	_, _, err = takeAll(rows, p)
	return err
}
