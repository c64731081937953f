package sqlvalue

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
)

// PostgresExact makes every value's text the same whatever the server's, database's or role's settings are, for one
// transaction. It is a SELECT list of one column of text, so more may be asked in the same round trip; without it no value is exact.
const PostgresExact = `SELECT ARRAY[set_config('DateStyle', 'ISO, YMD', true), set_config('IntervalStyle', 'iso_8601', true),
	set_config('extra_float_digits', '3', true), set_config('TimeZone', 'UTC', true), set_config('bytea_output', 'hex', true)]::text`

// PostgresQuery learns the columns of what stands after FROM, without reading a row. alias qualifies them, a nil zone is UTC, and
// args are for its parameters. Two columns of one name are a *Twice.
func PostgresQuery(ctx context.Context, tx *sqlx.Tx, from, alias string, zone *time.Location, args ...any) ([]Column, error) {
	names, err := outputNames(ctx, tx, "SELECT * FROM "+from+" LIMIT 0", args)
	if err != nil {
		return nil, err
	}
	columns, pointers := make([]Column, len(names)), make([]*Column, len(names))
	seen := map[string]bool{}
	for i, name := range names {
		if seen[name] {
			return nil, &Twice{Name: name}
		}
		seen[name] = true
		columns[i].Name, pointers[i] = name, &columns[i]
	}
	types, err := queryTypes(ctx, tx, from, alias, names, args)
	if err != nil {
		return nil, err
	}
	return columns, PostgresTypes(ctx, tx, pointers, types, zone)
}

func outputNames(ctx context.Context, tx *sqlx.Tx, query string, args []any) ([]string, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	return names, rows.Err()
}

// queryTypes asks for the types of columns without a row: an outer join makes one row of NULLs.
func queryTypes(ctx context.Context, tx *sqlx.Tx, from, alias string, names []string, args []any) ([]uint32, error) {
	exprs, types := make([]string, len(names)), make([]uint32, len(names))
	dest := make([]any, len(types))
	for i, name := range names {
		exprs[i] = "pg_typeof(" + alias + "." + database.Quote(name) + ")::oid"
		dest[i] = &types[i]
	}
	query := fmt.Sprintf("SELECT %s FROM (SELECT 1) AS one LEFT JOIN (SELECT * FROM %s LIMIT 0) AS %s ON true",
		strings.Join(exprs, ", "), from, alias)
	return types, tx.QueryRowxContext(ctx, query, args...).Scan(dest...)
}
