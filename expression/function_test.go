package expression_test

import (
	"testing"
	_ "time/tzdata"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

func TestFunctionsOfTextAndNumbers(t *testing.T) {
	check(t, map[string]string{
		`trim(price)`: "12.50", `dec(trim(price))`: "12.50", `dec(trim(price)) + 1`: "13.50", `dec("+007.10")`: "7.10", `dec(".5")`: "0.5", `dec("-0.00")`: "0.00", `dec("5.")`: "5",
		`dec(qty)`: "3", `dec(amount)`: "10.50", `dec(weight)`: "2.5", `upper("müller")`: "MÜLLER", `lower(status)`: "released", `len("Müller")`: "6", `len(tags)`: "2",
		`coalesce(no_text, no_text, tag)`: "t", `coalesce(no_number, 0)`: "0", `coalesce(status)`: "RELEASED",
	})
}

func TestRoundIsSQLsRound(t *testing.T) {
	check(t, map[string]string{
		`round(2.5, 0)`: "3", `round(-2.5, 0)`: "-3", `round(1.005, 2)`: "1.01", `round(-0.001, 2)`: "0.00", `round(qty, 2)`: "3.00", `round(amount / 3, 4)`: "3.5000", `round(weight, 0)`: "3",
		`round("12.345", 2)`: "12.35", `round(no_number, 2)`: "NULL", `round(99999999999999999999.995, 2)`: "100000000000000000000.00", `round(amount, 1) + 1`: "11.5",
	})
	for src, text := range map[string]string{`round(amount)`: "wants 2", `round(amount, qty)`: "a literal from 0 to", `round(amount, -1)`: "a literal from 0 to", `round(tags, 1)`: "is not for round"} {
		require.Contains(t, released().refusal(t, src).Text, text)
	}
}

func TestMapvalueIsSQLsCase(t *testing.T) {
	check(t, map[string]string{
		`mapvalue(status, {"RELEASED": "R", "CHANGED": "C"})`: "R", `mapvalue(status, {CHANGED: "C", RELEASED: "R"})`: "R", `mapvalue(status, {"X": "1"})`: "NULL",
		`mapvalue(status, {"X": "1"}, "?")`: "?", `mapvalue(no_text, {"X": "1"}, "?")`: "?", `mapvalue(no_text, {"X": "1"})`: "NULL", `mapvalue(no_text, {"": "1"})`: "NULL",
		`mapvalue(qty, {"3": tag, "4": status})`: "t", `mapvalue(qty, {3: "three"})`: "three", `mapvalue(paid, {"true": 1, "false": 0})`: "1", `mapvalue(status, {})`: "NULL",
		`mapvalue(tag, {"t": 1, "u": nil}) + 1`: "2",
	})
}

func TestFmtKnowsJavasLetters(t *testing.T) {
	check(t, map[string]string{
		`fmt(created_at, "yyyy-MM-dd'T'HH:mm")`: "2026-09-01T12:03", `fmt(created_at, "d.M.yy h:mm a")`: "1.9.26 12:03 PM", `fmt(created_at, "ss.SSS SSSSSS")`: "07.120 120000",
		`fmt(created_at, "EEE EEEE MMM MMMM DDD")`: "Tue Tuesday Sep September 244", `fmt(created_at, "HH:mm X XXX xx xxx Z", "Europe/Berlin")`: "14:03 +02 +02:00 +0200 +02:00 +0200",
		`fmt(created_at, "HHX XXX z VV")`: "12Z Z UTC UTC", `fmt(created_at, "HH z VV", "Europe/Berlin")`: "14 CEST Europe/Berlin", `fmt(created_at, "HHx")`: "12+00",
		`fmt(created_at, "HHmm X", "Asia/Kolkata")`: "1733 +0530", `fmt(created_at, "hh 'o''clock' ''")`: "12 o'clock '", `fmt(due_on, "dd/MM/uuuu")`: "01/09/2026",
		`fmt(due_on, "'KW' yyyy, ä")`: "KW 2026, ä", `fmt(opens, "H:mm")`: "8:30", `fmt(opens_tz, "HH:mm XXX")`: "08:30 +02:00", `fmt(caesar, "yyyy uuuu MM")`: "0044 -0043 03",
		`fmt(due_on, "")`: "",
	})
	o := released()
	o.value("far", record.Date, "12026-01-02")
	require.Equal(t, "+12026 12026 26", o.eval(t, `fmt(far, "yyyy y yy")`))
}

func TestFmtRefusesWhatJavaWouldMisread(t *testing.T) {
	o := released()
	for src, text := range map[string]string{
		`fmt(created_at, "YYYY-MM-dd")`: "around New Year", `fmt(created_at, "yyyy-MM-DD")`: "day of the month is dd", `fmt(created_at, "yyyy-MM-ddTHH:mm")`: `"T"`,
		`fmt(created_at, "yyy")`: `"yyy"`, `fmt(created_at, "'open")`: "not closed", `fmt(created_at, "[HH]")`: "means nothing", `fmt(created_at, status)`: "literal",
		`fmt(due_on, "HH")`: "no hours", `fmt(opens, "yyyy")`: "no date", `fmt(due_on, "yyyy", "Europe/Berlin")`: "only a dateTime", `fmt(created_at, "HH", "Mars")`: "no time zone",
		`fmt(created_at, "HH", "Local")`: "no time zone", `fmt(status, "HH")`: "status is text", `fmt(created_at)`: "1 arguments", `fmt(created_at, "SSSSSSSSSS")`: "no part",
		`fmt(created_at, "HH", tag)`: "literal",
	} {
		require.Contains(t, o.refusal(t, src).Text, text, src)
	}
	require.Contains(t, o.failure(t, `fmt(ever, "yyyy")`).Text, "infinite")
	require.Contains(t, o.failure(t, `fmt(opens, "HH X")`).Text, "no zone")
}
