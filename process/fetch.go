package process

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sqlvalue"
)

// fetch runs the statement once. Its connection is free again when an error is looked into.
func (l *lookup) fetch(ctx context.Context, args []any) ([]record.Value, error) {
	tx, err := l.begin(ctx, l.d)
	if err != nil {
		return nil, l.away(ctx, err)
	}
	own, cancel := l.bounded(ctx) // waiting for a connection is not the statement's time
	defer cancel()
	found, err := l.read(own, tx, args)
	_ = tx.Rollback() // it has read only: there is nothing to commit
	if err != nil {
		return nil, l.trouble(ctx, own, err)
	}
	return found, nil
}

func (l *lookup) read(ctx context.Context, tx *sqlx.Tx, args []any) ([]record.Value, error) {
	rows, err := tx.QueryxContext(ctx, l.sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return l.take(rows)
}

func (l *lookup) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if l.Timeout <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, l.Timeout)
}

// take reads all rows, up to the bounds.
func (l *lookup) take(rows *sqlx.Rows) (found []record.Value, err error) {
	cells, dest := make([]sqlvalue.Cell, len(l.fields)), make([]any, len(l.fields))
	for i, f := range l.fields {
		cells[i].Read, dest[i] = f.Read, &cells[i]
	}
	weight := 0
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		v := l.object(cells)
		if weight += sqlvalue.Weigh(v); len(found) == maxRows || l.Rows == Many && weight > maxBytes {
			return nil, l.fail(record.LookupTooMany, "more than %d rows or %d MiB", maxRows, maxBytes>>20)
		}
		found = append(found, v)
	}
	return found, rows.Err()
}

func (l *lookup) object(cells []sqlvalue.Cell) record.Value {
	row := &record.Row{Columns: l.columns, Values: make([]record.Value, len(cells))}
	for i := range cells {
		row.Values[i] = cells[i].Value
		if row.Values[i].Null {
			row.Values[i].Kind = l.columns[i].Kind
		}
	}
	return record.Value{Kind: record.Object, Row: row}
}
