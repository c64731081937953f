package main

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/docs"
	"github.com/rowrelay/rowrelay/record"
)

func TestExplainTellsWhoseACodeIsAndWhatToDo(t *testing.T) {
	got := rowrelay("explain", "source_went_back", "XML_TYPE")
	require.Equal(t, exitOK, got.code)
	require.Empty(t, got.err)
	golden(t, "explain", got.out)
}

func TestExplainListsAllCodesByKind(t *testing.T) {
	got := rowrelay("explain")
	require.Equal(t, exitOK, got.code)
	golden(t, "explain_list", got.out)
	require.NotContains(t, rowrelay("explain", "-q").out, "rowrelay explain CODE", "quiet: no hints")
}

func TestExplainPrintsNoMarkdownAndFitsATerminal(t *testing.T) {
	for _, p := range pagesOf(docs.Errors) {
		out := rowrelay("explain", string(p.Code)).out
		for _, markup := range []string{"**", "](", "```", "\n#", "\n|"} {
			require.NotContains(t, out, markup, p.Code)
		}
		for line := range strings.Lines(out) {
			require.LessOrEqual(t, utf8.RuneCountInString(line), pageWidth+1, line)
			require.Zero(t, strings.Count(line, "`")%2, "a command is broken: %s", line)
		}
	}
}

func TestPlainKeepsWordsListsAndWhatIsTyped(t *testing.T) {
	require.Equal(t, "A row's code, see errors and `retry`.\n\n- one more\n- two",
		plain("A **row's** code,\nsee [errors](errors.md#x) and `retry`.\n\n- one\n  more\n- two\n"))
}

func TestExplainNamesTheCodeThatWasMeant(t *testing.T) {
	for word, meant := range map[string]string{"XML_TIPE": "did you mean XML_TYPE? ", "conn_ref": "did you mean CONN_REFUSED? ", "frog": ""} {
		got := rowrelay("explain", "CONFIG", word)
		require.Equal(t, exitUsage, got.code)
		require.Empty(t, got.out, "nothing is half answered")
		require.Contains(t, got.err, `there is no code "`+word+`"`)
		require.Contains(t, got.err, "→ "+meant+"rowrelay explain lists all codes\n")
	}
}

func TestExplainForPrograms(t *testing.T) {
	var got struct{ Items []page }
	require.NoError(t, json.Unmarshal([]byte(rowrelay("explain", "conn_dns", "-o", "json").out), &got))
	require.Len(t, got.Items, 1)
	require.Equal(t, record.ConnDNS, got.Items[0].Code)
	require.Equal(t, "of a connection", got.Items[0].Kind)
	require.Contains(t, got.Items[0].Text, "`getent hosts HOST`")
}

func TestErrorsNameTheCommandThatExplainsThem(t *testing.T) {
	require.Contains(t, outageRemedy(&record.Outage{Code: record.ConnRefused, Connection: "erp"}), "rowrelay explain CONN_REFUSED")
	require.Contains(t, rowAdvice(record.XMLType), "rowrelay explain XML_TYPE")
	require.Equal(t, "rowrelay explain MAY_WRITE", strings.TrimPrefix(stopRemedy("orders", record.MayWrite), "more: "))
	require.NotContains(t, rowAdvice("OF_TOMORROW"), "explain OF_TOMORROW", "this program has no page for it")
}
