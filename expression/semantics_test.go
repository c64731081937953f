package expression_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

func TestNamesReachColumnsLookupsAndItems(t *testing.T) {
	check(t, map[string]string{
		"status": "RELEASED", `row["Odd Name"]`: "odd", `row["status"]`: "RELEASED", "date": "a word", `row["Upper"]`: "upper",
		"seq": "4711", "feed": "orders", "customer.name": "Nord", `customer["Odd"]`: "odd", "nobody.name": "NULL",
		"line.qty": "5", "tag": "t", "lines[0].sku": "X", "lines[1].qty": "4", "lines[2].sku": "NULL", "lines[-1]": "NULL",
		"tags[0]": "a", "no_list[0]": "NULL", "tags[no_number == nil ? 1 : 0]": "b", "len(lines)": "2", "tags[9999999999]": "NULL",
	})
}

func TestAColumnAloneGivesItsValueUntouched(t *testing.T) {
	o := released()
	o.value("odd_digits", record.Decimal, "0010.5000")
	require.Equal(t, record.Value{Kind: record.Decimal, Text: "0010.5000"}, o.evalValue(t, "odd_digits"))
	require.Equal(t, record.Value{Kind: record.Date, Null: true}, o.evalValue(t, "no_day"))
}

func TestColumnsThatAreAskedForNullAreKnown(t *testing.T) {
	for src, want := range map[string][]string{
		`status == "A"`:                                  nil,
		`coalesce(status, note) == "A"`:                  {"status"},
		`(status ?? "x") == "A"`:                         {"status"},
		`row["Odd Name"] != nil and row["Odd Name"] > 1`: {"Odd Name"},
		`nil == status or upper(note) == "A"`:            {"status"},
	} {
		e, err := expression.Compile(src, expression.Names{Open: true})
		require.NoError(t, err)
		require.Equal(t, want, e.AskedForNull(), src)
	}
}

func TestReferencesNameEachOnceAsTheDatabaseDoes(t *testing.T) {
	src := `customer.blocked or row["Odd Name"] == status and seq > 1 or status == "A" or not customer.blocked`
	e, err := expression.Compile(src, released().names)
	require.NoError(t, err)
	require.Equal(t, []string{"customer", "Odd Name", "status", "seq"}, e.References())
	line, column := e.Mention("status")
	require.Equal(t, []int{1, 1 + strings.Index(src, "status")}, []int{line, column})
	line, column = e.Mention("amount")
	require.Equal(t, []int{0, 0}, []int{line, column})
}

func TestNumbersCompareExactlyAcrossKinds(t *testing.T) {
	check(t, map[string]string{
		"amount == 10.5": "true", "amount > 10.49": "true", "qty < 3.0000001": "true", "qty == 3.0": "true", "big > 9223372036854775806": "true",
		"big < 9223372036854775807.1": "true", "amount != 10.5": "false", "weight == 2.5": "true", "weight > qty": "false", "weight < amount": "true",
		"0.1 + 0.2 == 0.3": "true", "amount >= 10.5 and amount <= 10.5": "true", "-amount < 0": "true", "0 < amount < 11": "true", "0 < amount < 9": "false",
		`dec("123456789012345678901234567890.1") > dec("123456789012345678901234567890.09")`: "true",
		"fnan == fnan": "false", "fnan != fnan": "true", "fnan < 1": "false", "fnan > 1": "false", "nan == nan": "false", "nan >= 1": "false",
		"inf > 1e300": "true", "inf == inf": "true", "-inf < -1e300": "true", "weight < inf": "true",
	})
}

func TestArithmeticIsExact(t *testing.T) {
	check(t, map[string]string{
		"qty + 1": "4", "qty - 5": "-2", "qty * 3": "9", "qty % 2": "1", "-qty % 2": "-1", "amount + 1": "11.50", "amount * 2.00": "21.0000", "amount - 10.50": "0.00",
		"amount * 1.05": "11.0250", "amount % 3": "1.50", "0.1 + 0.2": "0.3", "-amount": "-10.50", "-(-qty)": "3", "+qty": "3", "1_000 + 0x10": "1016",
		"1 / 3": "0.3333333333333333", "2 / 3": "0.6666666666666667", "-2 / 3": "-0.6666666666666667", "10 / 4": "2.5", "10 / 5": "2", "10.00 / 4": "2.50",
		"10.00 / 5": "2.00", "0 / 5": "0", "0.00 / 5": "0.00", "1 / 30000": "0.00003333333333333333",
		"weight * 2": "5", "weight / 2": "1.25", "weight + amount": "13", "weight % 2": "0.5", "-weight": "-2.5", "fnan + 1": "NaN",
		"nan + 1": "NaN", "inf + 1": "Infinity", "-inf": "-Infinity", "inf - inf": "NaN", "qty / inf": "0", "qty % inf": "3", "inf * 0": "NaN",
		"1e3": "1000", "1.50e1": "15.0", "1.5e-3": "0.0015", ".5": "0.5",
		"9223372036854775806 + 1": "9223372036854775807", "big - 1": "9223372036854775806", "-big - 1": "-9223372036854775808",
		"big + 0.5": "9223372036854775807.5", "big * 10.0": "92233720368547758070.0", "qty * 1 / 2": "1.5",
	})
}

func TestAThousandDigitsStayExact(t *testing.T) {
	digits := strings.Repeat("1234567890", 100)
	check(t, map[string]string{
		`dec("` + digits + `.` + digits + `") + 1`:                     digits[:999] + "1." + digits,
		`dec("` + digits + `") - dec("` + digits + `")`:                "0",
		`dec("` + digits + `") * 10`:                                   digits + "0",
		`dec("` + digits + `0") / 10`:                                  digits,
		`dec("` + digits + `") < dec("` + digits + `.` + digits + `")`: "true",
		`dec("0.` + strings.Repeat("0", 999) + `1") > 0`:               "true",
	})
}

func TestWhatDoesNotFitIsAnErrorAndNeverWraps(t *testing.T) {
	o := released()
	for src, text := range map[string]string{
		"big + 1": "64-bit", "big * big": "64-bit", "-big - 2": "64-bit", "big * -2": "64-bit", "-big * 3": "64-bit",
		"amount / (qty - 3)": "division by zero", "qty % (qty - 3)": "division by zero", "weight / (weight - 2.5)": "division by zero", "inf / (qty - 3)": "division by zero",
		"weight * " + strings.Repeat("1e300 * ", 2) + "weight": "fit a float",
	} {
		require.Contains(t, o.failure(t, src).Text, text, src)
	}
	o.value("long", record.Decimal, strings.Repeat("9", 80_000))
	require.Contains(t, o.failure(t, "long * long").Text, "too many digits")
	require.Contains(t, o.refusal(t, "1 / 0").Text, "division by zero")
	require.Contains(t, o.refusal(t, "1e500").Text, "too large")
	require.Contains(t, o.refusal(t, "1e-99999").Text, "cannot be read")
	require.Contains(t, o.refusal(t, "99999999999999999999").Remedy, "dec(")
}

func TestTextComparesByCodePoint(t *testing.T) {
	check(t, map[string]string{
		`status == "RELEASED"`: "true", `status < "S"`: "true", `status > "r"`: "false", `"Z" < "a"`: "true", `"\uFFFD" < "\U0001F600"`: "true",
		`status + "-" + tag`: "RELEASED-t", `status contains "LEA"`: "true", `status startsWith "RE"`: "true", `status endsWith "ED"`: "true",
		`status not contains "X"`: "true", `not (status startsWith "X")`: "true", `status matches "^REL.*D$"`: "true", `status matches "LE"`: "true",
		`status matches tag`: "false", `status not matches "^X"`: "true", `row["Upper"] == 'upper'`: "true", `raw == raw`: "true",
	})
}

func TestMomentsCompareWithTheirKindAndWithLiterals(t *testing.T) {
	check(t, map[string]string{
		`created_at > "2026-01-01T00:00:00Z"`: "true", `created_at == "2026-09-01T14:03:07.120+02:00"`: "true", `"2026-09-01T12:03:07.13Z" > created_at`: "true",
		`created_at < "2026-09-01T12:03:07.1200001Z"`: "true", `created_at >= "2026-09-01T12:03:07Z"`: "true", `created_at < "12026-01-01T00:00:00Z"`: "true",
		`due_on == "2026-09-01"`: "true", `due_on in ["2026-08-31", "2026-09-01"]`: "true", `due_on > "-0044-03-15"`: "true", `caesar < "0001-01-01"`: "true",
		`caesar > "-0045-12-31"`: "true", `ever > created_at`: "true", `ever == "infinity"`: "true", `created_at > "-infinity"`: "true",
		`opens < "08:30:00.001"`: "true", `opens_tz == "06:30:00Z"`: "true", `opens_tz < "08:30:00Z"`: "true", `coalesce(no_day, "2026-01-01")`: "2026-01-01",
		`(qty > 5 ? due_on : "2026-01-01") < due_on`: "true", `coalesce("2026-01-01", due_on) < due_on`: "true",
	})
}

func TestAMomentWhoseKindOnlyTheRowTellsReadsLiteralsToo(t *testing.T) {
	o := released()
	o.names.Open, o.names.Columns = true, nil
	for src, want := range map[string]string{
		`created_at > "2026-01-01T00:00:00Z"`: "true", `due_on in ["2026-09-01"]`: "true", `amount > 0 and status == "RELEASED"`: "true",
		`amount + 1`: "11.50", `no_text == nil`: "true", `lines[0].qty`: "3", `tags[1] + "x"`: "bx", `"2026-09-01" in [due_on]`: "true",
	} {
		require.Equal(t, want, o.eval(t, src), src)
	}
	for _, src := range []string{`amount > "x"`, `status > 1`, `created_at > "yesterday"`, `amount.name`, `status[0]`, `upper(amount)`, `not status`, `-status`,
		`status and paid`, `missing`, `lead == lead`, `fmt(status, "yyyy")`, `paid < paid`, `opens_tz < opens`, `status in [1]`, `1 in tags`, `row["nothing"]`,
		`no_bool ? status : amount + status`} {
		require.NotEmpty(t, o.failure(t, src).Text)
	}
}

func TestTheTypeIsKnownBeforeAnyRow(t *testing.T) {
	o := released()
	for src, want := range map[string]expression.Type{
		"qty / 2": {Kind: record.Decimal}, "qty + 1": {Kind: record.Integer}, "qty + weight": {Kind: record.Float}, "qty + amount": {Kind: record.Decimal},
		"paid": {Kind: record.Boolean}, "amount > 1": {Kind: record.Boolean}, "tags[0]": {Any: true}, "tag": {Any: true}, "nil": {Any: true},
		`paid ? qty : amount`: {Kind: record.Decimal}, `coalesce(no_text, nil)`: {Kind: record.Text}, "len(tags)": {Kind: record.Integer},
		`mapvalue(status, {"A": 1}, 1.5)`: {Kind: record.Decimal}, "lines[0].qty": {Kind: record.Integer}, "status + tag": {Any: true},
	} {
		e, err := expression.Compile(src, o.names)
		require.NoError(t, err, src)
		require.Equal(t, want, e.Type(), src)
	}
	require.Equal(t, record.Value{Kind: record.Decimal, Text: "3"}, o.evalValue(t, "paid ? qty : amount"))
	require.Equal(t, record.Value{Kind: record.Float, Text: "10.5"}, o.evalValue(t, "coalesce(amount, weight)"))
}

func TestAnExpressionServesManyWorkers(t *testing.T) {
	o := released()
	e, err := expression.Compile(`status in ["X", "RELEASED"] and amount / 3 > 3 and status matches "^R" and fmt(due_on, "dd") == "01"`, o.names)
	require.NoError(t, err)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for range 200 {
				got, err := e.True(&o.scope)
				assert.NoError(t, err)
				assert.True(t, got)
			}
		})
	}
	workers.Wait()
}

// TestNamesInLowerCaseMeanColumnsInAnyCase: there are databases that spell all names in capitals.
func TestNamesInLowerCaseMeanColumnsInAnyCase(t *testing.T) {
	customer := record.Row{Columns: []record.Column{{Name: "FirstName"}}, Values: []record.Value{{Text: "Anna"}}}
	row := record.Row{Columns: []record.Column{{Name: "ORDER_NO"}, {Name: "Note"}, {Name: "NOTE"}, {Name: "note"}, {Name: "Twice"}, {Name: "TWICE"}},
		Values: []record.Value{{Text: "A-1"}, {Text: "1"}, {Text: "2"}, {Text: "3"}, {Text: "4"}, {Text: "5"}}}
	n := expression.Names{Columns: row.Columns, Into: []expression.Binding{{"customer", expression.Type{Kind: record.Object, Columns: customer.Columns}}}}
	scope := &expression.Scope{Row: row, Into: []record.Value{{Kind: record.Object, Row: &customer}}}
	for source, want := range map[string]string{`order_no`: "A-1", `note`: "3", `row["NOTE"]`: "2", `customer.firstname`: "Anna", `customer.FirstName`: "Anna"} {
		for _, names := range []expression.Names{n, {Open: true, Into: n.Into}} {
			e, err := expression.Compile(source, names)
			require.NoError(t, err, source)
			got, err := e.Eval(scope)
			require.NoError(t, err, source)
			require.Equal(t, want, got.Text, source)
		}
	}
	_, err := expression.Compile("twice", n)
	require.ErrorContains(t, err, "twice", "two columns could be meant")
}
