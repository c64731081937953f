package process

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sqlvalue"
)

type postgres struct {
	zone *time.Location
}

func (postgres) name() string { return database.Postgres }

func (postgres) settle(ctx context.Context, tx *sqlx.Tx) error {
	_, err := tx.ExecContext(ctx, sqlvalue.PostgresExact)
	return err
}

// compile prepares, because a prepared statement can only be one.
func (postgres) compile(ctx context.Context, tx *sqlx.Tx, query string, _ []any) error {
	stmt, err := tx.PrepareContext(ctx, query)
	if err != nil {
		return err
	}
	return stmt.Close()
}

func (p postgres) columns(ctx context.Context, tx *sqlx.Tx, from, alias string, args []any) ([]sqlvalue.Column, error) {
	return sqlvalue.PostgresQuery(ctx, tx, from, alias, p.zone, args...)
}

// parameter has the type of its column, as if the column itself stood there: a comparison takes an index, and one that cannot be
// is refused before the first row. What is carried as text without being text is left to the statement, as a literal in quotes is.
func (p postgres) parameter(n int, c record.Column) string {
	if c.Kind == record.DateTime && c.Type == "timestamp without time zone" { // its value has become a moment
		return fmt.Sprintf("($%d::timestamptz AT TIME ZONE '%s')", n, strings.ReplaceAll(p.zone.String(), "'", "''"))
	}
	if t := postgresType(c); t != "" {
		return fmt.Sprintf("$%d::%s", n, t)
	}
	return fmt.Sprintf("$%d", n)
}

// plain are types whose text sqlvalue leaves as PostgreSQL reads it.
var plain = map[string]bool{
	"smallint": true, "integer": true, "bigint": true, "oid": true, "real": true, "double precision": true, "numeric": true,
	"boolean": true, "date": true, "time without time zone": true, "time with time zone": true, "interval": true,
	"timestamp with time zone": true, "bytea": true, "text": true, "character varying": true,
}

// postgresType is the column's type where every PostgreSQL has it, else one that takes all values of its kind.
func postgresType(c record.Column) string {
	switch {
	case plain[c.Type]:
		return c.Type
	case c.Type == "character": // whose cast would be to one character
		return "bpchar"
	}
	if element, ok := strings.CutSuffix(c.Type, "[]"); ok && plain[element] {
		return c.Type
	}
	return map[record.Kind]string{
		record.Integer: "bigint", record.Decimal: "numeric", record.Float: "double precision", record.Boolean: "boolean", record.Bytes: "bytea",
		record.Date: "date", record.DateTime: "timestamptz", record.Duration: "interval",
	}[c.Kind]
}

func (postgres) argument(v record.Value) any {
	switch {
	case v.Null:
		return nil
	case v.Kind == record.Bytes: // which lib/pq encodes
		return []byte(v.Text)
	}
	return postgresText(v)
}

// postgresText undoes what sqlvalue does for XSD.
func postgresText(v record.Value) string {
	switch v.Kind {
	case record.Date, record.DateTime:
		if bc, ok := strings.CutPrefix(v.Text, "-"); ok && bc != "infinity" {
			return bc + " BC"
		}
	case record.Float:
		return strings.Replace(v.Text, "INF", "Infinity", 1)
	case record.Bytes:
		return `\x` + hex.EncodeToString([]byte(v.Text))
	case record.List:
		return postgresArray(v.Items)
	}
	return v.Text
}

func postgresArray(items []record.Value) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	texts := make([]string, len(items))
	for i, item := range items {
		switch {
		case item.Null:
			texts[i] = "NULL"
		case item.Kind == record.List:
			texts[i] = postgresArray(item.Items)
		default:
			texts[i] = `"` + escape.Replace(postgresText(item)) + `"`
		}
	}
	return "{" + strings.Join(texts, ",") + "}"
}
