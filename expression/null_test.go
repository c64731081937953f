package expression_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// three are SQL's truth values, in the order of false < NULL < true: and is the lower, or the higher of two.
var three = []string{"false", "NULL", "true"}

// twoValued is a world with a and b, each one of three.
func twoValued(a, b string) *order {
	o := &order{}
	for name, text := range map[string]string{"a": a, "b": b} {
		o.column(name, record.Boolean, record.Value{Kind: record.Boolean, Text: text, Null: text == "NULL"})
	}
	return o
}

func TestAndOrAndNotAreThreeValued(t *testing.T) {
	for i, a := range three {
		for j, b := range three {
			o := twoValued(a, b)
			for _, op := range [][2]string{{"and", "or"}, {"&&", "||"}} {
				require.Equal(t, three[min(i, j)], o.eval(t, "a "+op[0]+" b"), "%s %s %s", a, op[0], b)
				require.Equal(t, three[max(i, j)], o.eval(t, "a "+op[1]+" b"), "%s %s %s", a, op[1], b)
			}
			require.Equal(t, three[2-i], o.eval(t, "not a"))
			require.Equal(t, three[2-i], o.eval(t, "!a"))
		}
	}
}

func TestWhatIsDecidedIsNotLookedAt(t *testing.T) {
	check(t, map[string]string{
		"qty > 5 and 1 / (qty - 3) > 1": "false", "qty > 1 or 1 / (qty - 3) > 1": "true", "coalesce(qty, 1 / (qty - 3))": "3",
		"qty > 1 ? 1 : 1 / (qty - 3)": "1", "qty ?? qty": "3", `mapvalue(qty, {"3": 1}, 1 % (qty - 3))`: "1",
	})
	require.Equal(t, "division by zero", released().failure(t, "no_bool and 1 / (qty - 3) > 1").Text)
}

func TestWhatIsComputedOrComparedWithNULLIsNULL(t *testing.T) {
	o := released()
	for _, op := range []string{"+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">="} {
		require.Equal(t, "NULL", o.eval(t, "amount "+op+" no_number"), op)
		require.Equal(t, "NULL", o.eval(t, "no_number "+op+" amount"), op)
		require.Equal(t, "NULL", o.eval(t, "no_number "+op+" no_number"), op)
	}
	for _, op := range []string{"+", "contains", "startsWith", "endsWith", "matches", "not contains", "=="} {
		require.Equal(t, "NULL", o.eval(t, "status "+op+" no_text"), op)
		require.Equal(t, "NULL", o.eval(t, "no_text "+op+" status"), op)
	}
	for _, src := range []string{"-no_number", "upper(no_text)", "trim(no_text)", "len(no_text)", "len(no_list)", "dec(no_text)", `fmt(no_day, "yyyy")`, "coalesce(no_text, nil)"} {
		require.Equal(t, "NULL", o.eval(t, src), src)
	}
}

func TestNULLIsAskedForWithNil(t *testing.T) {
	check(t, map[string]string{
		"no_text == nil": "true", "no_text != nil": "false", "nil == status": "false", "status != nil": "true", "nobody == nil": "true", "customer == nil": "false",
		"nobody.name == nil": "true", "no_list == nil": "true", "no_text ?? status": "RELEASED", "no_text ?? no_text ?? tag": "t", "nil == nil": "true",
		"lines[7] == nil": "true", "no_bool ? 1 : 2": "2", "paid ? nil : 1": "NULL", "(no_bool ?? false) or paid": "true", "lead == nil": "false",
	})
}

func TestInIsSQLs(t *testing.T) {
	check(t, map[string]string{
		`status in ["RELEASED", "X"]`: "true", `status in ["X"]`: "false", `status not in ["X"]`: "true", `not (status in ["RELEASED"])`: "false",
		`status in ["X", nil]`: "NULL", `status in ["RELEASED", nil]`: "true", `status in ["X", no_text]`: "NULL", `status not in ["X", nil]`: "NULL",
		`no_text in ["X"]`: "NULL", `no_text in []`: "false", `status in []`: "false", `nil in [1]`: "NULL", `no_text in [nil]`: "NULL",
		"qty in [1, 2.0, 3.00]": "true", "amount in [10.5]": "true", "weight in [1, 2.5]": "true", "paid in [true]": "true", "qty in [1, seq]": "false",
		`"a" in tags`: "true", `"x" in tags`: "false", `no_text in tags`: "NULL", `"a" in no_list`: "NULL", `"x" not in tags`: "true",
		`"RELEASED" in [no_text, status]`: "true", `tag in ["t"]`: "true",
	})
}

func TestTrueIsNeitherNULLNorFalse(t *testing.T) {
	o := released()
	for src, want := range map[string]bool{"paid": true, "not paid": false, "no_bool": false, "no_number > 1": false, "nil": false} {
		e, err := expression.Compile(src, o.names)
		require.NoError(t, err)
		got, err := e.True(&o.scope)
		require.NoError(t, err)
		require.Equal(t, want, got, src)
	}
	e, err := expression.Compile("amount", o.names)
	require.NoError(t, err)
	_, err = e.True(&o.scope)
	require.EqualError(t, err, "1:1: the expression gives a decimal, not true or false")
}

func TestNULLInEveryPlaceOfAConditional(t *testing.T) {
	for _, cond := range three {
		want := fmt.Sprint(cond == "true")
		require.Equal(t, want, twoValued(cond, "NULL").eval(t, "a ? true : false"))
	}
}
