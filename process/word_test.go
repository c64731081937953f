package process_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/process"
	"github.com/rowrelay/rowrelay/record"
)

// odd are columns whose names are no plain words.
var odd = []record.Column{
	{Name: "seq", Kind: record.Integer, Type: "bigint"}, {Name: "Artikel-Nr", Kind: record.Text, Type: "text"}, {Name: "Menge [kg]", Kind: record.Integer, Type: "integer"},
	{Name: `a"b`, Kind: record.Text, Type: "text"}, {Name: "Kunde", Kind: record.Text, Type: "text"},
}

func TestAColumnOfAnyNameIsBoundInQuotes(t *testing.T) {
	scope := func() *expression.Scope {
		return &expression.Scope{Feed: "orders", Seq: 4711, Row: record.Row{Columns: odd, Values: []record.Value{
			{Kind: record.Integer, Text: "7"}, {Text: "C7"}, {Kind: record.Integer, Text: "2"}, {Text: "q"}, {Text: "K"},
		}}}
	}
	each(t, func(t *testing.T, e *erp) {
		first := e.lookup("found", process.One, `SELECT name AS "Land-Code" FROM customers AS ":y" WHERE id = :"Artikel-Nr" AND ':"x"' <> ":y".id`)
		for sql, want := range map[string]string{
			`SELECT :"Menge [kg]" + 1 AS v`:  "3",
			`SELECT :"a""b" AS v`:            "q",
			`SELECT :kunde AS v`:             "K",
			`SELECT :seq AS v`:               "4711",
			`SELECT :"seq" AS v`:             "7",
			`SELECT :found."Land-Code" AS v`: "Nord AG",
			`SELECT CAST(:"Artikel-Nr" AS text) AS v -- :"no such one"`: "C7",
		} {
			p, err := process.New("orders", []process.Item{first, e.lookup("second", process.One, sql)}).Prepare(deadline(t), odd)
			require.NoError(t, err, sql)
			s := scope()
			run(t, p, s)
			require.Equal(t, want, s.Into[1].Row.Values[0].Text, sql)
		}
	})
}

func TestAParameterThatIsNoColumnIsToldTheNamesAsTheyAreSpelled(t *testing.T) {
	const all = `it has "seq", "Artikel-Nr", "Menge [kg]", "a""b", Kunde; quotes are written: :"seq"`
	for sql, want := range map[string][2]string{
		`SELECT :Artikel-Nr`:      {`1:8: the row has no column "Artikel"`, `write :"Artikel-Nr"`},
		`SELECT :menge [kg]`:      {`1:8: the row has no column "menge"`, `write :"Menge [kg]"`},
		`SELECT :"artikel-nr"`:    {`1:8: the row has no column "artikel-nr"`, all},
		`SELECT :nobody`:          {`1:8: the row has no column "nobody"`, all},
		`SELECT x[a:"n"] FROM t`:  {`1:11: the row has no column "n"`, all + "; in a slice write a blank behind the colon"},
		`SELECT :customer."Land"`: {`1:8: no lookup before this one is called "customer"`, "a lookup may use"},
	} {
		_, faults := process.New("orders", []process.Item{(&erp{}).lookup("found", process.One, sql)}).Offline(expression.Names{Columns: odd})
		require.Len(t, faults, 1, sql)
		require.Contains(t, faults[0].String(), want[0], sql)
		require.Contains(t, faults[0].Remedy, want[1], sql)
	}
}

func TestAnAddressOfAWebServiceNamesAColumnOfAnyName(t *testing.T) {
	_, faults := process.New("orders", []process.Item{{Lookup: &process.Lookup{Into: "found", Rows: process.One,
		HTTP: &process.HTTP{Get: `/articles/{row["Artikel-Nr"]}`, Query: map[string]string{"kg": `{row["Menge [kg]"]}`, "q": `{row["a\"b"]}`}}}}}).Offline(expression.Names{Columns: odd})
	require.Empty(t, faults)
}
