package process

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sqlvalue"
)

type sqlite struct{}

func (sqlite) name() string { return database.SQLite }

func (sqlite) settle(context.Context, *sqlx.Tx) error { return nil }

// compile explains; a second statement would run, but this connection cannot write.
func (sqlite) compile(ctx context.Context, tx *sqlx.Tx, query string, args []any) error {
	rows, err := tx.QueryContext(ctx, "EXPLAIN "+query, args...)
	if err != nil {
		return err
	}
	return rows.Close()
}

// columns: SQLite calls the second column of a name "name:1".
func (sqlite) columns(ctx context.Context, tx *sqlx.Tx, from, _ string, args []any) ([]sqlvalue.Column, error) {
	return sqlvalue.SQLiteQuery(ctx, tx, from, args...)
}

func (sqlite) parameter(n int, _ record.Column) string { return fmt.Sprintf("?%d", n) }

// argument: what SQLite has no type for goes as text, which a column's affinity turns into what it holds. A list is JSON, for json_each.
func (sqlite) argument(v record.Value) any {
	if v.Null {
		return nil
	}
	switch v.Kind {
	case record.Integer:
		if n, err := strconv.ParseInt(v.Text, 10, 64); err == nil {
			return n
		}
	case record.Float:
		if f, err := strconv.ParseFloat(v.Text, 64); err == nil {
			return f
		}
	case record.Boolean:
		if v.Text == "true" {
			return int64(1)
		}
		return int64(0)
	case record.Bytes:
		return []byte(v.Text)
	case record.List:
		return sqliteList(v.Items)
	}
	return v.Text
}

func sqliteList(items []record.Value) string {
	values := make([]any, len(items))
	for i, item := range items {
		switch a := (sqlite{}).argument(item).(type) {
		case []byte: // JSON has no bytes
			values[i] = string(a)
		default:
			values[i] = a
		}
		if item.Kind == record.List && !item.Null {
			values[i] = json.RawMessage(sqliteList(item.Items))
		}
	}
	text, err := json.Marshal(values)
	if err != nil { // an infinity, which no JSON holds
		return "[]"
	}
	return string(text)
}
