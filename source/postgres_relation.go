package source

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sqlvalue"
)

func (p *postgres) locateTable(ctx context.Context, tx *sqlx.Tx, r *relation) error {
	parts, err := splitName(p.o.Table)
	if err != nil {
		return p.o.misfit("table", fmt.Sprintf("%q is no table name: %v", p.o.Table, err), "write table: orders, or schema.table as in table: sales.orders")
	}
	r.from, r.alias = quoteAll(parts), database.Quote(parts[len(parts)-1])
	const query = `SELECT oid, relkind::text, relrowsecurity FROM pg_class WHERE oid = to_regclass($1)`
	var kind string
	var rowSecurity bool
	err = tx.QueryRowxContext(ctx, query, r.from).Scan(&r.oid, &kind, &rowSecurity)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !strings.Contains("rpvmf", kind) {
		return p.noTable(ctx, tx, parts)
	}
	if err != nil {
		return err
	}
	r.plain = strings.Contains("rp", kind)
	if rowSecurity {
		r.note("row security is on: rows that its policies hide from this account are not carried")
	}
	return p.tableColumns(ctx, tx, r)
}

// noTable looks for the table that was meant among those that are there.
func (p *postgres) noTable(ctx context.Context, tx *sqlx.Tx, parts []string) error {
	const query = `SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
		ORDER BY 1 LIMIT 5000`
	var tables []string
	if err := tx.SelectContext(ctx, &tables, query); err != nil {
		return err
	}
	return p.o.noTable(parts, tables, "check the name, the schema, and the database in the url; names are taken as the database spells them")
}

func (p *postgres) tableColumns(ctx context.Context, tx *sqlx.Tx, r *relation) error {
	const query = `SELECT attname, attnum, attnotnull, atttypid, CASE WHEN typtypmod < 0 THEN atttypmod ELSE typtypmod END
		FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
		WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped ORDER BY attnum`
	rows, err := tx.QueryxContext(ctx, query, r.oid)
	if err != nil {
		return err
	}
	defer rows.Close()
	var types []uint32
	var modifiers []int32
	for rows.Next() {
		var c column
		var oid uint32
		var modifier int32 // of a domain that has one, the domain's
		if err := rows.Scan(&c.Name, &c.number, &c.notNull, &oid, &modifier); err != nil {
			return err
		}
		c.Nullable = !c.notNull
		r.columns, types, modifiers = append(r.columns, c), append(types, oid), append(modifiers, modifier)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	columns := make([]*sqlvalue.Column, len(r.columns))
	for i := range r.columns {
		columns[i] = &r.columns[i].Column
	}
	err = sqlvalue.PostgresTypes(ctx, tx, columns, types, p.o.Zone)
	for i := range r.columns {
		r.columns[i].Scale = scale(r.columns[i].Kind, modifiers[i])
	}
	return err
}

// scale is what numeric(p,s) says, as PostgreSQL packs it: eleven bits with a sign, above a header of four.
func scale(kind record.Kind, modifier int32) int {
	if kind != record.Decimal || modifier < 4 {
		return 0
	}
	return max(0, int((modifier-4)&0x7ff^1024)-1024)
}

// compile prepares, because a prepared statement can only be one.
func (p *postgres) compile(ctx context.Context, tx *sqlx.Tx, query string) error {
	stmt, err := tx.PrepareContext(ctx, query)
	if err != nil {
		return err
	}
	return stmt.Close()
}

func (p *postgres) locateQuery(ctx context.Context, tx *sqlx.Tx, r *relation) error {
	r.alias = `"q"`
	r.from = "(\n" + p.o.Query + "\n) AS " + r.alias
	columns, err := sqlvalue.PostgresQuery(ctx, tx, r.from, r.alias, p.o.Zone)
	if twice, ok := errors.AsType[*sqlvalue.Twice](err); ok {
		return p.o.misfit("query", twice.Error(), "name one of them otherwise with AS")
	}
	for _, c := range columns {
		r.columns = append(r.columns, column{Column: c})
	}
	return err
}

// inspectSequence tells whether the sequence column is what it should be. What cannot be proven is
// a note, because views and foreign tables prove nothing.
func (p *postgres) inspectSequence(ctx context.Context, tx *sqlx.Tx, r *relation, sequence column) error {
	const query = `SELECT count(*) FILTER (WHERE i.indisunique AND i.indnkeyatts = 1 AND NOT (c.relkind = 'r' AND c.relhassubclass)) > 0,
			count(i.indexrelid) > 0, c.relkind::text
		FROM pg_class c LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = $2
		WHERE c.oid = $1 GROUP BY c.relkind`
	var indexed bool
	var kind string
	if err := tx.QueryRowxContext(ctx, query, r.oid, sequence.number).Scan(&r.unique, &indexed, &kind); err != nil {
		return err
	}
	if strings.Contains("vf", kind) {
		r.note(fmt.Sprintf("%s is no plain table: that %q is unique and has an index cannot be told", p.o.Table, sequence.Name))
		return nil
	}
	if !indexed {
		r.note(fmt.Sprintf("no index begins with %q: every poll reads the whole table; CREATE UNIQUE INDEX CONCURRENTLY ON %s (%s)",
			sequence.Name, r.from, database.Quote(sequence.Name)))
	} else if !r.unique {
		r.note(NotUnique(sequence.Name))
	}
	if !sequence.notNull {
		r.note(fmt.Sprintf("%q may be NULL: such rows are never read", sequence.Name))
	}
	return nil
}

// NotUnique is the note about a sequence column that has an index, and none that keeps its numbers unique.
func NotUnique(column string) string {
	return fmt.Sprintf("no unique index on %q alone: rows that share a number stop the feed", column)
}
