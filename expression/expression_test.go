package expression_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// order is the row that the tests look at, with what has been looked up for it.
type order struct {
	names expression.Names
	scope expression.Scope
}

func (o *order) column(name string, kind record.Kind, v record.Value) {
	o.names.Columns = append(o.names.Columns, record.Column{Name: name, Kind: kind})
	o.scope.Row.Columns = o.names.Columns
	o.scope.Row.Values = append(o.scope.Row.Values, v)
}

func (o *order) value(name string, kind record.Kind, text string) {
	o.column(name, kind, record.Value{Kind: kind, Text: text})
}

func texts(items ...string) (list record.Value) {
	list.Kind = record.List
	for _, i := range items {
		list.Items = append(list.Items, record.Value{Kind: record.Text, Text: i})
	}
	return list
}

func object(columns []record.Column, values ...string) record.Value {
	row := &record.Row{Columns: columns}
	for i, text := range values {
		row.Values = append(row.Values, record.Value{Kind: columns[i].Kind, Text: text})
	}
	return record.Value{Kind: record.Object, Row: row}
}

// released is an order with a column of every kind. Names that start with no_ are NULL.
func released() *order {
	o := &order{scope: expression.Scope{Feed: "orders", Seq: 4711}}
	o.value("status", record.Text, "RELEASED")
	o.value("amount", record.Decimal, "10.50")
	o.value("qty", record.Integer, "3")
	o.value("big", record.Integer, "9223372036854775807")
	o.value("weight", record.Float, "2.5")
	o.value("paid", record.Boolean, "true")
	o.value("due_on", record.Date, "2026-09-01")
	o.value("created_at", record.DateTime, "2026-09-01T12:03:07.12Z")
	o.value("opens", record.Time, "08:30:00")
	o.value("opens_tz", record.Time, "08:30:00+02:00")
	o.value("lead", record.Duration, "P1D")
	o.value("raw", record.Bytes, "\x00\xff")
	o.value("price", record.Text, " 12.50 ")
	o.value("nan", record.Decimal, "NaN")
	o.value("inf", record.Decimal, "Infinity")
	o.value("fnan", record.Float, "NaN")
	o.value("ever", record.DateTime, "infinity")
	o.value("caesar", record.Date, "-0044-03-15")
	o.value("Odd Name", record.Text, "odd")
	o.value("Upper", record.Text, "upper")
	o.value("date", record.Text, "a word")
	o.column("tags", record.List, texts("a", "b"))
	for name, kind := range map[string]record.Kind{
		"no_text": record.Text, "no_number": record.Decimal, "no_bool": record.Boolean, "no_day": record.Date, "no_list": record.List,
	} {
		o.column(name, kind, record.Value{Kind: kind, Null: true})
	}
	o.lookups()
	return o
}

func (o *order) lookups() {
	customer := []record.Column{{Name: "name", Kind: record.Text}, {Name: "blocked", Kind: record.Boolean}, {Name: "Odd", Kind: record.Text}}
	line := []record.Column{{Name: "sku", Kind: record.Text}, {Name: "qty", Kind: record.Integer}}
	row := expression.Type{Kind: record.Object, Columns: customer}
	lines := expression.Type{Kind: record.Object, Columns: line}
	o.names.Into = []expression.Binding{
		{Name: "customer", Type: row}, {Name: "nobody", Type: row},
		{Name: "lines", Type: expression.Type{Kind: record.List, Item: &lines}},
	}
	o.scope.Into = []record.Value{
		object(customer, "Nord", "false", "odd"), {Kind: record.Object, Null: true},
		{Kind: record.List, Items: []record.Value{object(line, "X", "3"), object(line, "Y", "4")}},
	}
	o.names.Vars = []expression.Binding{{Name: "line", Type: lines}, {Name: "tag", Type: expression.Type{Any: true}}}
	o.scope.Vars = []record.Value{object(line, "Z", "5"), {Kind: record.Text, Text: "t"}}
}

// eval gives the text of the value, or NULL.
func (o *order) eval(t require.TestingT, src string) string {
	v := o.evalValue(t, src)
	if v.Null {
		return "NULL"
	}
	return v.Text
}

func (o *order) evalValue(t require.TestingT, src string) record.Value {
	e, err := expression.Compile(src, o.names)
	require.NoError(t, err, src)
	v, err := e.Eval(&o.scope)
	require.NoError(t, err, src)
	if typ := e.Type(); !typ.Any && !v.Null {
		require.Equal(t, typ.Kind, v.Kind, "the type of %s", src)
	}
	return v
}

// refusal is the error of compiling.
func (o *order) refusal(t *testing.T, src string) *expression.Error {
	_, err := expression.Compile(src, o.names)
	require.Error(t, err, src)
	return asError(t, err)
}

// failure is the error of evaluating what compiles.
func (o *order) failure(t *testing.T, src string) *expression.Error {
	e, err := expression.Compile(src, o.names)
	require.NoError(t, err, src)
	_, err = e.Eval(&o.scope)
	require.Error(t, err, src)
	return asError(t, err)
}

func asError(t *testing.T, err error) *expression.Error {
	var e *expression.Error
	require.True(t, errors.As(err, &e))
	return e
}

func check(t *testing.T, want map[string]string) {
	o := released()
	for src, text := range want {
		assert.Equal(t, text, o.eval(t, src), src)
	}
}

func (o *order) overflows(t require.TestingT, src string) {
	e, err := expression.Compile(src, o.names)
	require.NoError(t, err)
	_, err = e.Eval(&o.scope)
	require.ErrorContains(t, err, "64-bit", src)
}
