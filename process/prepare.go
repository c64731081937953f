package process

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sqlvalue"
)

// prepare asks the lookup's database what the statement yields, without a row and with NULL for every parameter.
func (i Item) prepare(ctx context.Context, names expression.Names) (*lookup, error) {
	if i.Lookup.HTTP != nil {
		return i.prepareHTTP(names)
	}
	l := &lookup{Lookup: *i.Lookup, path: i.asks(), d: i.Lookup.dialect()}
	b, err := l.bind(names)
	if err != nil {
		return nil, record.Misfit(i.fault("lookup.sql", err))
	}
	tx, err := l.begin(ctx, l.d)
	if err != nil {
		return nil, l.away(ctx, err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := l.learn(ctx, tx, b); err != nil {
		return nil, i.refused(ctx, err)
	}
	if err := l.override(i); err != nil {
		return nil, err
	}
	for _, f := range l.fields {
		l.columns = append(l.columns, f.Column)
	}
	return l, nil
}

// asks is the key that says what is asked.
func (i Item) asks() string {
	if i.Lookup.HTTP != nil {
		return i.Path + ".lookup.http"
	}
	return i.Path + ".lookup.sql"
}

// prepareHTTP asks nobody: a service says nothing of its answers beforehand.
func (i Item) prepareHTTP(names expression.Names) (*lookup, error) {
	r, faults := i.request(names)
	if len(faults) > 0 {
		return nil, record.Misfit(faults...)
	}
	return &lookup{Lookup: *i.Lookup, path: i.asks(), request: &r}, nil
}

// learn compiles the statement alone, before it is wrapped: no parenthesis of its own may close ours.
func (l *lookup) learn(ctx context.Context, tx *sqlx.Tx, b bound) (err error) {
	nulls := make([]any, len(b.parameters))
	if err := l.d.compile(ctx, tx, b.sql, nulls); err != nil {
		return err
	}
	if l.fields, err = l.d.columns(ctx, tx, from(b.sql), alias, nulls); err != nil {
		return err
	}
	l.parameters, l.sql = b.parameters, l.wrap(b.sql)
	return l.d.compile(ctx, tx, l.sql, nulls)
}

// refused says what an error of the statement means before the first row.
func (i Item) refused(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if outage, ok := errors.AsType[*record.Outage](database.Trouble(i.Lookup.Connection, err)); ok && !writes(err) {
		return outage
	}
	f := i.fault("lookup.sql", err)
	f.Remedy = "try the statement by hand; it must be one SELECT with a name for each column, and is wrapped as SELECT ... FROM (statement) AS l;\n" +
		"a parameter has the type of its column, and another one with a cast, as in CAST(:name AS integer)"
	if database.State(err) == "42501" {
		f.Remedy = "grant SELECT on what the statement reads to the account of connections." + i.Lookup.Connection
	}
	return record.Misfit(f)
}

// override gives columns the types that the file says they have.
func (l *lookup) override(i Item) error {
	for name, kind := range sorted(l.Columns) {
		at := slices.IndexFunc(l.fields, func(f sqlvalue.Column) bool { return strings.EqualFold(f.Name, name) })
		if at < 0 {
			columns := make([]record.Column, len(l.fields))
			for i, field := range l.fields {
				columns[i] = field.Column
			}
			return record.Misfit(i.advised("lookup.columns."+name, fmt.Errorf("the statement yields no column %q", name), "it yields "+spell(columns)))
		}
		l.fields[at] = sqlvalue.As(l.fields[at], kinds[kind], l.Zone)
	}
	return nil
}
