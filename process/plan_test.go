package process_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/process"
	"github.com/rowrelay/rowrelay/record"
)

func TestFilterPassesOnTrueOnly(t *testing.T) {
	p := prepare(t, filter(`customer_id == "C7" and row["AMOUNT"] > 10`))
	require.Equal(t, process.Verdict{}, run(t, p, order("A-1", "C7", "10.50")))
	require.Equal(t, process.Verdict{Filtered: true, By: "released only"}, run(t, p, order("A-1", "C7", "10.00")))
	unknown := order("A-1", "C7", "10.50")
	unknown.Row.Values[2] = record.Value{Null: true}
	require.True(t, run(t, p, unknown).Filtered)
}

func TestFilterThatCannotBeComputedFailsTheRow(t *testing.T) {
	p := prepare(t, filter(`1 / (row["AMOUNT"] - 10.5) > 3`))
	_, err := p.Run(deadline(t), order("A-1", "C7", "10.50"))
	f := failure(t, record.FilterExpr, err)
	require.Contains(t, f.Text, "released only (feeds.orders.process[0].filter): 1:")
	require.NotContains(t, f.Text, "10.50")
	require.False(t, f.MayHeal())
	p = prepare(t, when(`1 / (row["AMOUNT"] - 10.5) > 3`, filter("true")))
	_, err = p.Run(deadline(t), order("A-1", "C7", "10.50"))
	require.Contains(t, failure(t, record.FilterExpr, err).Text, "feeds.orders.process[0].when")
}

func TestItemThatIsNotNeededIsSkipped(t *testing.T) {
	each(t, func(t *testing.T, e *erp) {
		p := prepare(t, when(`customer_id != "C7"`, e.lookup("customer", process.One, "SELECT name FROM customers WHERE id = :customer_id")),
			when("customer == nil", e.lookup("lines", process.Many, "SELECT sku FROM lines WHERE order_no = :order_no")),
			when("customer != nil", e.lookup("no_lines", process.Many, "SELECT sku FROM lines WHERE order_no = :order_no")),
			when("customer != nil", filter("false")))
		s := order("A-1", "C7", "1")
		require.False(t, run(t, p, s).Filtered)
		require.Len(t, s.Into, 3)
		require.True(t, s.Into[0].Null)
		require.Len(t, s.Into[1].Items, 2)
		require.Equal(t, record.Value{Kind: record.List}, s.Into[2])
	})
}

func TestPreviewTellsOfEveryStep(t *testing.T) {
	each(t, func(t *testing.T, e *erp) {
		p := prepare(t, e.lookup("customer", process.One, "SELECT name FROM customers WHERE id = :customer_id", cached),
			when("false", e.lookup("rate", process.Optional, "SELECT 1 AS n")), e.lookup("none", process.Optional, "SELECT 1 AS n WHERE 1 = 0"),
			e.lookup("lines", process.Many, "SELECT sku FROM lines"), filter("customer_id == \"C7\""), filter("len(lines) == 3"), filter("true"))
		steps := func(customer string) (texts []string, err error) {
			v, err := p.Preview(deadline(t), order("A-1", customer, "1"))
			for _, s := range v.Steps {
				texts = append(texts, s.Name+" "+s.Text)
			}
			return texts, err
		}
		got, err := steps("C7")
		require.NoError(t, err)
		want := []string{"customer 1 row", "rate not needed", "none no row", "lines 2 rows", "released only ok", "released only drops the row"}
		require.Equal(t, want, got)
		got, err = steps("C7")
		require.NoError(t, err)
		require.Equal(t, "customer 1 row, from the cache", got[0])
		got, err = steps("C9")
		require.Error(t, err)
		require.Equal(t, []string{"customer LOOKUP_NOT_FOUND: lookup customer: no row for customer_id = C9"}, got)
	})
}

func TestLaterItemsKnowWhatLookupsFound(t *testing.T) {
	each(t, func(t *testing.T, e *erp) {
		p := prepare(t, e.lookup("customer", process.One, "SELECT id AS ID, blocked, name FROM customers WHERE id = :customer_id",
			func(l *process.Lookup) { l.Columns = map[string]string{"blocked": "bool"} }),
			e.lookup("same", process.Optional, "SELECT name FROM customers WHERE id = :customer.id"),
			filter("not customer.blocked"), filter(`same.name == customer.name`))
		require.False(t, run(t, p, order("A-1", "C7", "1")).Filtered)
		names := p.Names()
		require.Equal(t, columns, names.Columns)
		require.Equal(t, []string{"customer", "same"}, []string{names.Into[0].Name, names.Into[1].Name})
		require.Equal(t, record.Boolean, names.Into[0].Type.Columns[1].Kind)
	})
}

func TestOfflineReportsEveryFault(t *testing.T) {
	e := &erp{t: t}
	p := process.New("orders", []process.Item{
		when("1 +", filter("order_no")),
		filter(`nonsense( `),
		e.lookup("2nd", process.One, "SELECT 1 WHERE x = :nobody.id"),
		e.lookup("lines", process.Many, "SELECT 1 AS n WHERE x = :anything and y = ':quoted'"),
		e.lookup("lines", "two", "SELECT 1"),
		e.lookup("upper", process.One, "SELECT 1", func(l *process.Lookup) { l.Columns = map[string]string{"n": "int", "m": "number"} }),
		e.lookup("not", process.One, "SELECT 1 WHERE x = :lines"),
		filter(`lines[0].n > 1`),
	})
	names, faults := p.Offline(expression.Names{Open: true})
	require.Len(t, names.Into, 5)
	var keys []string
	for _, f := range faults {
		key, ours := strings.CutPrefix(f.Path, "feeds.orders.process[0].")
		require.True(t, ours, f.Path)
		keys = append(keys, key)
		require.NotEmpty(t, f.Text)
	}
	require.Equal(t, []string{"when", "filter", "lookup.into", "lookup.sql", "lookup.into", "lookup.rows", "lookup.into", "lookup.columns.m",
		"lookup.into", "lookup.sql"}, keys)
	require.Equal(t, 20, faults[3].Column)
}

func TestWhatTheDatabaseRefusesStopsTheFeedBeforeTheFirstRow(t *testing.T) {
	each(t, func(t *testing.T, e *erp) {
		for _, c := range []struct{ into, sql, where, text string }{
			{"found", "SELECT nme FROM customers", "feeds.orders.process[0].lookup.sql: ", "nme"},
			{"found", "SELECT 1 AS n; SELECT 2 AS n", "lookup.sql", ""},
			{"found", "SELECT 1 AS n) AS l, (SELECT 2 AS n", "lookup.sql", ""},
			{"found", "DELETE FROM customers", "lookup.sql", ""},
			{"found", "SELECT 1 AS n\nWHERE 1 = :nobody", "feeds.orders.process[0].lookup.sql:2:11: ", `no column "nobody"`},
			{"found", "SELECT 1 AS n WHERE 1 = :found.id", "lookup.sql:1:25", "no lookup before this one"},
			{"order_no", "SELECT 1 AS n", "lookup.into", "hide the column"},
			{"amount", "SELECT 1 AS n", "lookup.into", "hide the column"},
		} {
			_, err := process.New("orders", []process.Item{e.lookup(c.into, process.One, c.sql)}).Prepare(deadline(t), columns)
			s := stopped(t, err)
			require.Contains(t, s.Text, c.where, c.sql)
			require.Contains(t, s.Text, c.text, c.sql)
		}
		_, err := process.New("orders", []process.Item{e.lookup("found", process.One, "SELECT 1 AS n"), filter("found.m > 1")}).Prepare(deadline(t), columns)
		require.Contains(t, stopped(t, err).Text, "feeds.orders.process[0].filter:1:")
		_, err = process.New("orders", []process.Item{e.lookup("found", process.One, "SELECT 1 AS n", func(l *process.Lookup) { l.Columns = map[string]string{"m": "int"} })}).
			Prepare(deadline(t), columns)
		require.Contains(t, stopped(t, err).Text, "lookup.columns.m")
	})
}

func TestDatabaseThatIsAwayIsWaitedForAtThePreparing(t *testing.T) {
	server := testbedPostgres(t)
	p := process.New("orders", []process.Item{server.lookup("found", process.One, "SELECT 1 AS n")})
	server.stop()
	_, err := p.Prepare(deadline(t), columns)
	var o *record.Outage
	require.True(t, errors.As(err, &o))
	require.Equal(t, record.ConnRefused, o.Code)
	server.start()
	_, err = p.Prepare(deadline(t), columns)
	require.NoError(t, err)
}

func TestRehearsalAsksNobody(t *testing.T) {
	e := &erp{t: t}
	p := process.New("orders", []process.Item{
		e.lookup("customer", process.One, "SELECT blocked FROM customers WHERE id = :customer_id"),
		e.lookup("lines", process.Many, "SELECT 1 AS n WHERE 1 = :customer.id"), e.lookup("rate", process.Optional, "SELECT 1 AS n"),
		filter("not customer.blocked and len(lines) == 2 and rate == nil"),
	})
	flag := func(text string) record.Value {
		return record.Value{Kind: record.Object, Row: &record.Row{Columns: []record.Column{{Name: "blocked", Kind: record.Boolean}}, Values: []record.Value{{Kind: record.Boolean, Text: text}}}}
	}
	names := expression.Names{Columns: columns}
	for blocked, filtered := range map[string]bool{"false": false, "true": true} {
		plan, faults := p.Rehearse(names, map[string]record.Value{"customer": flag(blocked), "lines": {Kind: record.List, Items: []record.Value{flag("true"), flag("true")}}})
		require.Empty(t, faults)
		require.Equal(t, filtered, run(t, plan, order("A-1", "C7", "1")).Filtered)
	}
	plan, _ := p.Rehearse(names, nil)
	_, err := plan.Run(deadline(t), order("A-1", "C7", "1"))
	require.Equal(t, "lookup customer: no row for this test", failure(t, record.LookupNotFound, err).Text)
	_, faults := process.New("orders", []process.Item{filter("nobody")}).Rehearse(names, nil)
	require.Len(t, faults, 1)
}
