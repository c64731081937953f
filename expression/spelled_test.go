package expression_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// words mean something to the language, or did so once.
var words = []string{"seq", "feed", "row", "true", "false", "nil", "null", "none", "not", "in", "or", "and", "matches", "contains", "startswith", "let",
	"if", "else", "for", "date", "now", "len", "count", "all", "any", "one", "filter", "map", "sum", "fmt", "dec", "trim", "upper", "lower", "mapvalue", "round",
	"coalesce", "int", "float", "string", "type", "first", "last", "take", "sort", "env", "$env", "get", "self", "this", "größe", "ORDER_NO", "_x", "1st", "a.b", `q"q`, "${x}", ""}

func TestASpelledColumnIsThatColumnWhateverItsName(t *testing.T) {
	for _, name := range words {
		isColumn(t, name)
	}
	rapid.Check(t, func(t *rapid.T) { isColumn(t, rapid.String().Draw(t, "name")) })
}

func isColumn(t require.TestingT, name string) {
	scope := &expression.Scope{Feed: "orders", Seq: 1, Row: record.Row{
		Columns: []record.Column{{Name: name, Kind: record.Text}}, Values: []record.Value{{Kind: record.Text, Text: "the column's"}},
	}}
	for _, names := range []expression.Names{{Columns: scope.Row.Columns}, {Open: true}} {
		e, err := expression.Compile(expression.Spelled(name), names)
		require.NoError(t, err, name)
		v, err := e.Eval(scope)
		require.NoError(t, err, name)
		require.Equal(t, "the column's", v.Text, name)
	}
}
