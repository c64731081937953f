package expression_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

func TestEachFaultIsNamedWithItsPlace(t *testing.T) {
	for src, want := range map[string]string{
		`amount == "x"`:                      `1:8: amount is a decimal and "x" is text`,
		"status == \"A\" and\n  qty > \"1\"": `2:7: qty is an integer and "1" is text`,
		`status + 1`:                         `1:8: status is text and 1 is an integer`,
		`amout > 1`:                          `1:1: unknown name "amout"`,
		`1 + customer.nam`:                   `1:14: customer has no column "nam"`,
		`row["odd name"]`:                    `1:5: unknown name "odd name"`,
		`Upper == "x"`:                       `1:1: "Upper" is not in lower case`,
		`status == null`:                     `1:11: unknown name "null"`,
		`status = "x"`:                       `1:8: "=" is not an operator here`,
		`status <> "x"`:                      `1:8: "<>" is not an operator here`,
		`status == "A" AND paid`:             `1:15: "AND" is not an operator here`,
		`status is nil`:                      `1:8: "status" and "is" stand side by side`,
		`sum(lines)`:                         `1:1: "sum" is not a function here`,
		`filter(lines, #.qty > 1)`:           `1:1: "filter" is not a function here`,
		`note | trim()`:                      `1:6: "|" is not an operator here`,
		`let x = 1; x`:                       `1:1: "let" is not an operator here`,
		`customer?.name`:                     `1:9: "?." is not an operator here`,
		`1..3`:                               `1:2: ".." is not an operator here`,
		`qty ** 2`:                           `1:5: "**" is not an operator here`,
		`qty ?: 2`:                           `1:8: "?:" is not an operator here`,
		`b"x"`:                               `1:1: there are no byte literals here`,
		`not amount`:                         `1:1: amount is a decimal; not wants true or false`,
		`amount ? 1 : 2`:                     `1:1: amount is a decimal; ? : wants true or false`,
		`paid and 1`:                         `1:6: 1 is an integer; and wants true or false`,
		`-status`:                            `1:1: status is text; - wants a number`,
		`status < nil`:                       `1:8: what is computed or compared with nil is always NULL`,
		`paid < true`:                        `1:6: paid and true are a boolean, which is not for this operator`,
		`customer == nobody`:                 `1:10: customer and nobody are a row, which is not for this operator`,
		`created_at > "2026-01-01"`:          `1:12: created_at is a dateTime and "2026-01-01" is none`,
		`due_on == "2026-02-30"`:             `1:8: due_on is a date and "2026-02-30" is none`,
		`created_at == due_on`:               `1:12: created_at is a dateTime and due_on is a date`,
		`paid ? 1 : "x"`:                     `1:12: 1 is an integer and "x" is text`,
		`status in ["A", 1]`:                 `1:17: status is text and 1 is an integer`,
		`status in "A"`:                      `1:8: "A" is text and no list`,
		`status matches "("`:                 "1:16: error parsing regexp: missing closing ): `(`",
		`status.name`:                        `1:8: status is text and has no columns`,
		`status[0]`:                          `1:7: status is text and has no items`,
		`lines["x"]`:                         `1:7: lines is a list and has no columns`,
		`row`:                                `1:1: row alone is no value`,
		`[1, 2]`:                             `1:1: a list stands only after in`,
		`{"a": 1}`:                           `1:1: {...} stands only in mapvalue`,
		`mapvalue(status, tag)`:              `1:18: the second argument of mapvalue is a table`,
		`mapvalue(status, {"A": 1, "A": 2})`: `1:27: the key "A" stands twice`,
		`mapvalue(amount, {"A": 1})`:         `1:10: amount is a decimal, which is not for mapvalue`,
		`upper(qty)`:                         `1:7: qty is an integer, which is not for upper`,
		`trim(status, "x")`:                  `1:1: trim has 2 arguments and wants 1`,
		`dec("x")`:                           `1:1: dec: the text is no decimal number`,
		`dec("1e5")`:                         `1:1: dec: the text is no decimal number`,
		`status.trim()`:                      `1:8: a function is not called with a point`,
		`status ==`:                          `1:9: the expression ends too early`,
		`(status`:                            `1:7: the expression ends too early`,
		`status == "A`:                       `1:13: literal not terminated`,
		`status ~ 1`:                         `1:8: unrecognized character: U+007E '~'`,
		` `:                                  `1:1: the expression is empty`,
		"\xff":                               `1:1: the expression is not UTF-8`,
		`tags[1:2]`:                          `1:5: this is not a part of the language`,
	} {
		assert.Equal(t, want, released().refusal(t, src).Error(), src)
	}
}

func TestARemedyNamesWhatIsThere(t *testing.T) {
	o := released()
	for src, remedy := range map[string]string{
		`statsu`: "did you mean status? Known are ", `customer.nme`: "did you mean name? Known are Odd, blocked, name", `row["odd name"]`: `did you mean row["Odd Name"]?`,
		`uper(status)`: "did you mean upper? Known are coalesce, dec, fmt, len, lower, mapvalue, round, trim, upper", `now()`: "Known are coalesce", `Upper`: `write row["Upper"]`,
		`status == NULL`: "NULL is written nil", `qty > "1"`: "dec(...)", `status AND paid`: "write and in lower case", `created_at > "now"`: `"2026-01-31T00:00:00Z"`,
	} {
		require.Contains(t, strings.ReplaceAll(o.refusal(t, src).Remedy, "known are", "Known are"), remedy, src)
	}
}

func TestANameWithABlankIsWrittenInRow(t *testing.T) {
	o := released()
	o.value("Bestell Nr", record.Text, "neu")
	o.value("Bestell Nr alt", record.Text, "neu")
	o.value("Not Aus", record.Text, "neu")
	for src, want := range map[string][2]string{
		`1 == 1 and Bestell Nr != "neu"`: {`1:12: "Bestell" and "Nr" stand side by side`, `write row["Bestell Nr"]`},
		`Bestell Nr alt != "neu"`:        {`1:1: `, `write row["Bestell Nr alt"]`},
		`bestel nr != "neu"`:             {`1:1: `, `did you mean row["Bestell Nr"]?`},
		`Not Aus == "neu"`:               {`1:1: `, `write row["Not Aus"]`},
		`status qty`:                     {`1:1: `, "operators, functions"},
		`customer.Odd Name`:              {`1:10: `, `without the point: ["Odd Name"]`},
	} {
		e := o.refusal(t, src)
		require.Contains(t, e.Error(), want[0], src)
		require.Contains(t, e.Remedy, want[1], src)
	}
	_, err := expression.Compile(`Bestell Nr != "neu"`, expression.Names{Open: true})
	e, _ := errors.AsType[*expression.Error](err)
	require.Contains(t, e.Remedy, `a name with a blank is written row["Bestell Nr"]; else`)
}

func TestAHabitOfSQLIsToldWhatToWrite(t *testing.T) {
	o := released()
	for src, want := range map[string][2]string{
		`row["Odd Name"] is not null`:       {`1:17: "is" is not an operator here`, "NULL is asked for with == nil and != nil"},
		`status IS NULL`:                    {`1:8: "status" and "IS" stand side by side`, "NULL is asked for with == nil and != nil"},
		`row["Odd Name"] LIKE "A%"`:         {`1:17: "LIKE" is not an operator here`, "write contains, startsWith, endsWith or matches"},
		`status not like "A%"`:              {`1:12: "like" is not an operator here`, "write contains, startsWith, endsWith or matches"},
		`status ilike "a%"`:                 {`1:8: `, "write lower(x) before"},
		`qty BETWEEN 1 AND 2`:               {`1:5: `, "write x >= 1 and x <= 2"},
		`status in ("A", "B")`:              {`1:11: a list does not stand in parentheses`, `write in ["A", "B"]`},
		`status IN ("A")`:                   {`1:8: `, `in lower case, and its list in brackets`},
		`(qty == 1) AND (qty == 2)`:         {`1:12: "AND" is not an operator here`, "write and in lower case"},
		`NOT (qty == 1)`:                    {`1:1: "NOT" is not a function here`, "write not in lower case"},
		`status || qty == 1`:                {`1:8: status is text; || wants true or false`, "texts are joined with +"},
		`CASE WHEN qty > 1 THEN 1 ELSE 2`:   {`1:6: `, "write CONDITION ? x : y"},
		`nvl(status, "x")`:                  {`1:1: `, "write coalesce(x, y), or x ?? y"},
		`qty::text`:                         {`1:4: `, "a cast is not needed"},
		`status in ["A"] and upper("a", 1)`: {`1:21: upper has 2 arguments`, ""},
	} {
		e := o.refusal(t, src)
		require.Contains(t, e.Error(), want[0], src)
		require.Contains(t, e.Remedy, want[1], src)
	}
}

func TestANameWithASignIsWrittenInRow(t *testing.T) {
	o := released()
	for _, name := range []string{"Artikel", "Artikel-Nr", "Preis/Stück", "Menge [kg]", "los-nr"} {
		o.value(name, record.Text, "x")
	}
	for src, remedy := range map[string]string{
		`Artikel-Nr`: `write row["Artikel-Nr"]; `, `1 == 1 and Artikel-Nr != "x"`: `write row["Artikel-Nr"]; `, `preis/stück`: `write row["Preis/Stück"]; `,
		`Preis/Stück == "x"`: `write row["Preis/Stück"]; `, `Menge [kg]`: `write row["Menge [kg]"]; `, `los-nr`: `write row["los-nr"]; `,
		`Artikel - qty`: `write row["Artikel"]; `, `Artikel-Nrx`: `write row["Artikel"]; `,
	} {
		require.Contains(t, o.refusal(t, src).Remedy, remedy, src)
	}
	for src, remedy := range map[string]string{
		`Artikel-Nr`: `write row["Artikel-Nr"]; `, `Artikel-Nr != "x"`: `write row["Artikel-Nr"]; `, `Menge [kg]`: `write row["Menge [kg]"]; `, `Preis/Stück`: `write row["Preis/Stück"]; `,
		`Brutto - Netto`: `write row["Brutto"]; `, `Brutto`: `write row["Brutto"]; `, `Bestell Nr alt`: `row["Bestell Nr alt"]; else`,
	} {
		_, err := expression.Compile(src, expression.Names{Open: true})
		e, _ := errors.AsType[*expression.Error](err)
		require.Contains(t, e.Remedy, remedy, src)
	}
}

func TestAnErrorNamesKindsAndNoValues(t *testing.T) {
	o := released()
	o.value("secret", record.Text, "4711-secret")
	for _, src := range []string{`dec(secret)`, `status matches (secret + "(")`, `1 / dec(secret)`, `tag + (tags[0] == "a" ? 1 : 2)`, `tags[0] > 1`} {
		e := o.failure(t, src)
		require.NotContains(t, e.Text+e.Remedy, "4711-secret")
	}
}

func TestAnExpressionCannotExhaustTheStack(t *testing.T) {
	o := released()
	nested := "qty"
	for range 40 {
		nested = "(1 < (" + nested + ") < 3 ? 1 : 2)"
	}
	for _, src := range []string{
		strings.Repeat("(", 16_000) + "1" + strings.Repeat(")", 16_000), strings.Repeat("(", 32_000), strings.Repeat("-", 32_000) + "1",
		strings.Repeat("not ", 8_000) + "paid", strings.Repeat("paid ? ", 4_000), "1" + strings.Repeat("+1", 16_000), strings.Repeat("[", 30_000),
		nested, strings.Repeat(" ", 40_000), strings.Repeat("upper(", 5_000) + "status", "customer" + strings.Repeat(".name", 6_000),
		strings.Repeat("1 < (", 6_000) + "1" + strings.Repeat(") < 2", 600),
	} {
		_, _ = expression.Compile(src, o.names)
	}
	_, err := expression.Compile("qty"+strings.Repeat(" + qty", 600), o.names)
	require.ErrorContains(t, err, "too large")
	require.Equal(t, "1200", o.eval(t, "qty"+strings.Repeat(" + qty", 399)))
}
