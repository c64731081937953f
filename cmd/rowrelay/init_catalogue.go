package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
)

// catalogued is a table or view with one of its integer columns; Column is "" where it has none.
type catalogued struct {
	Schema   string `db:"schema"` // "" in SQLite
	Table    string `db:"relation"`
	Listed   bool   `db:"listed"`   // offered unasked: a table, and no partition of one
	Visible  bool   `db:"visible"`  // its name means it without the schema
	Readable bool   `db:"readable"` // the account may SELECT from it
	Column   string `db:"col"`
	Type     string `db:"type"`
	Origin   string `db:"origin"` // what lets it grow: identity, serial, sequence, primary key of SQLite; or ""
	NotNull  bool   `db:"notnull"`
	Unique   bool   `db:"uniq"` // alone
	Indexed  bool   `db:"indexed"`

	rows rowCount
}

// catalogue reads what tables there are, without those of the system and of a store of rowrelay.
func (s *setup) catalogue(ctx context.Context) ([]catalogued, error) {
	query := postgresCatalogue
	if s.a.isSQLite() {
		query = sqliteCatalogue
	}
	var all []catalogued
	if err := s.db.SelectContext(ctx, &all, query); err != nil {
		return nil, s.away(fmt.Errorf("read the catalogue: %w", err))
	}
	return all, nil
}

// grows tells that the column can be offered as a sequence.
func (c catalogued) grows() bool { return c.Column != "" && (c.Origin != "" || c.Unique && c.NotNull) }

// unfit says why the column is not offered; sequence is the one that the user wants, if any.
func (c catalogued) unfit(sequence string, a answers) string {
	switch {
	case !c.Readable:
		return "may not be read: no SELECT for " + a.user
	case c.Column == "":
		return "has no integer column"
	case sequence != "" && c.Column != sequence:
		return "has no integer column " + sequence + " that grows"
	case !c.grows():
		return "has no growing number: no integer column is filled by a sequence, or unique and NOT NULL"
	}
	if a.provisional("feed", c).faults() != nil {
		return "has a name that the file cannot hold; source.query with AS gives it another"
	}
	return ""
}

// counted counts the candidates' rows and ranks them: what is meant to grow first, then the largest.
func (s *setup) counted(ctx context.Context, found []catalogued) []catalogued {
	for i := range found {
		found[i].rows, _ = found[i].count(ctx, s.db)
	}
	slices.SortStableFunc(found, func(a, b catalogued) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(b.rows.n, a.rows.n))
	})
	return found
}

// rank is 0 for what is meant to grow and can serve as it is.
func (c catalogued) rank() int {
	if c.Origin != "" && c.Unique && c.NotNull {
		return 0
	}
	return 1
}

// best tells that the first of the ranked candidates is better than all others. More rows make none better.
func best(found []catalogued) bool { return len(found) == 1 || found[0].rank() < found[1].rank() }

// cells are the candidate as the list shows it.
func (c catalogued) cells() []string {
	how := strings.TrimSpace(c.Type + " " + c.Origin)
	switch {
	case c.Unique:
		how += ", unique"
	case c.Indexed:
		how += ", not unique"
	default:
		how += ", NO INDEX: every poll would read the whole table"
	}
	if !c.NotNull {
		how += ", may be NULL"
	}
	return []string{c.spelled(), c.Column, how, c.rows.String()}
}

// spelled is the table as source.table has it.
func (c catalogued) spelled() string { return c.qualified(spelledPart) }

func (c catalogued) qualified(spell func(string) string) string {
	if c.Schema == "" {
		return spell(c.Table)
	}
	return spell(c.Schema) + "." + spell(c.Table)
}

// alone are the names of a table that needs no schema.
func (c catalogued) alone(names ...string) []string {
	if !c.Visible {
		return nil
	}
	return names
}

// from is the table in SQL.
func (c catalogued) from() string { return c.qualified(database.Quote) }

func spelledPart(name string) string { return spelledName(name, true) }

// spelledName writes a name as the file does: as the database spells it, in the database's quotes only where a dot or quotes of its own
// would be misread. Only a table's name has parts with dots between them.
func spelledName(name string, part bool) string {
	inQuotes := len(name) > 1 && name[0] == '"' && name[len(name)-1] == '"'
	if inQuotes || part && strings.ContainsAny(name, `."`) {
		return database.Quote(name)
	}
	return name
}

// rowCount is how many rows a table has; below 0 nobody knows.
type rowCount struct {
	n     int64
	about bool
}

func (r rowCount) String() string {
	switch {
	case r.n < 0:
		return "rows not counted"
	case r.about:
		return "~" + rows(r.n)
	}
	return rows(r.n)
}

// small tells that reading the whole table takes no time worth a word.
func (r rowCount) small() bool { return 0 <= r.n && r.n <= countExactly && !r.about }

// bare is the number alone, "" if nobody knows it.
func (r rowCount) bare() string {
	number, _, _ := strings.Cut(r.String(), " ")
	if r.n < 0 {
		return ""
	}
	return number
}

// count counts a small table and estimates a large one.
func (c catalogued) count(ctx context.Context, db *sqlx.DB) (rowCount, error) {
	if db.DriverName() == database.SQLite {
		return c.countSQLite(ctx, db)
	}
	return c.countPostgres(ctx, db)
}
