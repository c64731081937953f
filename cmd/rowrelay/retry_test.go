package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

// asked types a retry where a person sits, who answers.
func (w *world) asked(answer string, r retryCmd) (said, error) {
	var out, err bytes.Buffer
	c := newConsole(strings.NewReader(answer), &out, &err, true)
	c.asking = true
	problem := r.Run(w.t.Context(), &globals{Config: w.path, Output: "table", console: c, typed: []string{"retry", r.Feed}})
	return said{c.report(problem), out.String(), err.String()}, problem
}

func TestRetryAsksAndTakesYes(t *testing.T) {
	w := newWorld(t)
	w.fails("orders", 1, 2, record.XMLInvalidChar)
	got, _ := w.asked("y\n", retryCmd{Feed: "orders", All: true, Limit: 5000})
	require.Equal(t, exitOK, got.code)
	require.Equal(t, "2 rows of orders become NEW and are built again from the source table. Continue? [y/N] ", got.err)
	require.Regexp(t, `^2 rows are NEW again, audit entry \d+\. Nothing is sent yet: rowrelay status orders shows how far it is, rowrelay failed orders what fails again\n$`, got.out)
	require.Equal(t, record.New, w.status("orders", 1))
}

func TestRetryChangesNothingUnlessToldYes(t *testing.T) {
	w := newWorld(t)
	w.fails("orders", 1, 2, record.XMLInvalidChar)
	for _, answer := range []string{"", "\n", "n\n", "yy\n"} {
		got, _ := w.asked(answer, retryCmd{Feed: "orders", All: true, Limit: 5000})
		require.Equal(t, exitNo, got.code, answer)
		require.Contains(t, got.err, "nothing was changed")
	}
	require.Equal(t, record.Failed, w.status("orders", 1))
}

func TestRetryWithoutATerminalSaysWhatToType(t *testing.T) {
	w := newWorld(t)
	w.fails("orders", 1, 2, record.XMLInvalidChar)
	got := w.types("retry orders --code XML_INVALID_CHAR")
	require.Equal(t, exitNo, got.code)
	require.Contains(t, got.err, "2 rows of orders")
	require.Contains(t, got.err, "→ rowrelay retry orders --code XML_INVALID_CHAR -c "+w.path+" --yes\n")
	require.Equal(t, record.Failed, w.status("orders", 1))
}

func TestRetrySelectsWhatItIsTold(t *testing.T) {
	w := newWorld(t)
	w.fails("orders", 1, 4, record.XMLInvalidChar)
	w.fails("prices", 1, 1, record.XMLInvalidChar)
	require.Equal(t, exitOK, w.types("retry orders 2 --yes").code)
	require.Equal(t, exitOK, w.types("retry orders --key K-3 --yes").code)
	require.Equal(t, record.Failed, w.status("orders", 1))
	require.Equal(t, record.New, w.status("orders", 2))
	require.Equal(t, record.New, w.status("orders", 3))
	require.Equal(t, exitNo, w.types("retry orders --code INTERNAL --yes").code)
	require.Equal(t, exitOK, w.types("retry orders --code XML_INVALID_CHAR --since 1h --yes").code)
	require.Equal(t, record.New, w.status("orders", 4))
	require.Equal(t, record.Failed, w.status("prices", 1))
}

func TestRetrySaysWhatItsLimitLeaves(t *testing.T) {
	w := newWorld(t)
	w.fails("orders", 1, 3, record.XMLInvalidChar)
	require.Contains(t, w.types("retry orders --all --limit 2").err, "2 of 3 rows of orders become NEW")
	require.Contains(t, w.types("retry orders --all --limit 2 --yes --rate 2/s").out, "2 of 3 rows are NEW again, spread over 1s, audit entry")
	require.Equal(t, record.Failed, w.status("orders", 3))
	require.Contains(t, w.types("retry orders --all --limit 0 --yes").out, "1 row is NEW again")
}

func TestRetryCountsForPeople(t *testing.T) {
	r := retryCmd{Feed: "orders", Limit: 5000}
	require.Equal(t, "5,000 of 12,000 rows of orders become NEW and are built again from the source table", r.intent(12000))
	require.Equal(t, "5,000 rows of orders become NEW and are built again from the source table", r.intent(5000))
	require.Equal(t, "1 row of orders becomes NEW and is built again from the source table", r.intent(1))
	r.Limit = 0
	require.Equal(t, "12,000 rows of orders become NEW and are built again from the source table", r.intent(12000))
}

func TestRetryDryRunOnlyCounts(t *testing.T) {
	w := newWorld(t)
	w.fails("orders", 1, 3, record.XMLInvalidChar)
	got := w.types("retry orders --all --dry-run -o json")
	require.Equal(t, exitOK, got.code)
	require.JSONEq(t, `{"matched":3,"changed":0,"audit":null}`, got.out)
	require.Equal(t, record.Failed, w.status("orders", 1))
}

func TestRetryOfNothingSaysWhy(t *testing.T) {
	w := newWorld(t)
	w.fails("orders", 1, 2, record.XMLInvalidChar)
	require.Equal(t, exitOK, w.types("retry orders 1 --yes").code)
	got := w.types("retry orders 1 9 --yes")
	require.Equal(t, exitNo, got.code)
	require.Contains(t, got.err, "1 is NEW")
	require.Contains(t, got.err, "9 is not there")
	require.Contains(t, got.err, "→ ")
}

func TestRetryOfAFeedThatLeftTheFileIsWarnedAbout(t *testing.T) {
	w := newWorld(t)
	w.fails("old_orders", 1, 1, record.XMLInvalidChar)
	got := w.types("retry old_orders --all --yes -o json")
	require.Equal(t, exitOK, got.code)
	require.Contains(t, got.err, "not in the file")
	var done retried
	require.NoError(t, json.Unmarshal([]byte(got.out), &done))
	require.EqualValues(t, 1, done.Changed)
	require.NotNil(t, done.Audit)
}

func TestACodeThatNoRowCanHaveIsRefused(t *testing.T) {
	w := newWorld(t)
	w.fails("orders", 1, 2, "NEWER_CODE")
	for code, next := range map[string]string{
		"XML_INVALID": "→ did you mean XML_INVALID_CHAR? Known are FILTER_EXPR, INTERNAL, ",
		"xml_typ":     "→ did you mean XML_TYPE? ",
		"CONN_DNS":    "→ known are ",
	} {
		for _, line := range []string{"retry orders --yes --code ", "failed orders --code ", "failed -o json --code "} {
			got := w.types(line + code)
			require.Equal(t, exitUsage, got.code, line+code)
			require.Empty(t, got.out)
			require.Contains(t, got.err, `there is no code "`+code+`" of a row`)
			require.Contains(t, got.err, next)
		}
	}
	require.Regexp(t, `orders +NEWER_CODE +2 `, w.types("failed --code NEWER_CODE").out)
	require.Equal(t, exitOK, w.types("retry orders --yes --code NEWER_CODE").code)
}
