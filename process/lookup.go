package process

import (
	"context"
	"fmt"
	"strings"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sqlvalue"
)

// A list of rows is bounded: it is held in memory as a whole, and goes into one message.
const (
	maxRows  = 10_000
	maxBytes = 8 << 20
)

// lookup is a Lookup that has seen its database, or knows what to ask its service. It is safe for concurrent use.
type lookup struct {
	Lookup
	path       string   // of its SQL in the file, or of what it asks by HTTP
	request    *request // nil: it asks by SQL
	d          dialect
	sql        string // wrapped
	parameters []parameter
	columns    []record.Column
	fields     []sqlvalue.Column
	cache      *cache  // nil: none
	known      *answer // of a rehearsal, which asks nobody; nil: the database is asked
}

// answer is what a call found. It is shared between rows and never changed.
type answer struct {
	value record.Value
	rows  int
}

// run answers for one row.
func (l *lookup) run(ctx context.Context, s *expression.Scope) (a answer, cached bool, err error) {
	values, err := l.values(s)
	switch {
	case err != nil:
		return a, false, l.fail(record.LookupNotFound, "%v", err)
	case l.known != nil:
		if a = *l.known; l.Rows != Many && a.rows > 1 {
			err = l.fail(record.LookupTooMany, "more than one row for %s", l.describe(values))
		}
	case l.cache != nil:
		a, cached, err = l.cache.get(ctx, key(values), func() (answer, error) { return l.ask(ctx, values) })
	default:
		a, err = l.ask(ctx, values)
	}
	if err == nil && a.rows == 0 && l.Rows == One {
		err = l.fail(record.LookupNotFound, "no row for %s", l.describe(values))
	}
	return a, cached, err
}

// values are what the answer depends on.
func (l *lookup) values(s *expression.Scope) ([]record.Value, error) {
	if l.request != nil {
		return l.request.values(s)
	}
	values := make([]record.Value, len(l.parameters))
	for i, p := range l.parameters {
		values[i] = p.value(s)
	}
	return values, nil
}

// ask asks the database or the service.
func (l *lookup) ask(ctx context.Context, values []record.Value) (answer, error) {
	if l.request != nil {
		return l.askService(ctx, values)
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = l.d.argument(v)
	}
	rows, err := l.fetch(ctx, args)
	if err != nil {
		return answer{}, err
	}
	if l.Rows != Many && len(rows) > 1 {
		return answer{}, l.fail(record.LookupTooMany, "more than one row for %s", l.describe(values))
	}
	return l.result(rows), nil
}

// fail is a failure of a row at this lookup.
func (l *lookup) fail(code record.Code, format string, args ...any) *record.Failure {
	f := record.Fail(code, "lookup %s: %s", l.Into, fmt.Sprintf(format, args...))
	f.Path = l.path
	return f
}

// result gives rows the form that the file asks for.
func (l *lookup) result(rows []record.Value) answer {
	switch {
	case l.Rows == Many:
		return answer{value: record.Value{Kind: record.List, Items: rows}, rows: len(rows)}
	case len(rows) == 0:
		return answer{value: l.none()}
	}
	return answer{value: rows[0], rows: 1}
}

// none is the result without a row.
func (l *lookup) none() record.Value {
	if l.Rows == Many {
		return record.Value{Kind: record.List}
	}
	return record.Value{Kind: record.Object, Null: true}
}

func (l *lookup) resultType() expression.Type {
	if l.HTTP != nil {
		return l.guess()
	}
	row := expression.Type{Kind: record.Object, Columns: l.columns}
	if l.Rows == Many {
		return expression.Type{Kind: record.List, Item: &row}
	}
	return row
}

// wrap is the statement in which columns are selected exactly. One row more than may be is asked for.
func (l *lookup) wrap(sql string) string {
	list := make([]string, len(l.fields))
	for i, f := range l.fields {
		list[i] = f.Select(alias + "." + database.Quote(f.Name))
	}
	limit := 2
	if l.Rows == Many {
		limit = maxRows + 1
	}
	return fmt.Sprintf("SELECT %s FROM %s LIMIT %d", strings.Join(list, ", "), from(sql), limit)
}

const alias = `"l"`

// from gives the statement lines of its own, so that a comment at its end stays harmless.
func from(sql string) string { return "(\n" + sql + "\n) AS " + alias }
