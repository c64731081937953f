package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatIsNoTerminalGetsWordsAndNoColours(t *testing.T) {
	t.Setenv("LC_ALL", "C.UTF-8")
	v := newVoice(&bytes.Buffer{}, false)
	require.Equal(t, "[fail]", v.mark(bad))
	require.Equal(t, "FEED", v.bold("FEED"))
}

func TestATerminalGetsMarksInColour(t *testing.T) {
	require.Equal(t, "\x1b[31m✗\x1b[0m", (&voice{colour: true, glyphs: true}).mark(bad))
	require.Equal(t, "✓", (&voice{glyphs: true}).mark(good))
}

func TestTheFirstLocaleVariableThatIsSetDecides(t *testing.T) {
	for _, row := range []struct {
		all, ctype, lang string
		want             bool
	}{
		{"", "", "", false}, {"", "", "de_DE.UTF-8", true}, {"", "C.utf8", "C", true}, {"C", "", "en_US.UTF-8", false}, {"POSIX", "C.UTF-8", "", false},
	} {
		t.Setenv("LC_ALL", row.all)
		t.Setenv("LC_CTYPE", row.ctype)
		t.Setenv("LANG", row.lang)
		require.Equal(t, row.want, isUTF8(), row)
	}
}

func TestATableKeepsItsColumnsForNamesInAnyScript(t *testing.T) {
	v, b := paper()
	rows := table{columns: []column{{"FEED", false}, {"ROWS", true}}}
	rows.add([]string{"a note"}, "überweisung", "7")
	rows.add(nil, "a\x1b[2J", "1,204")
	rows.print(v)
	require.Equal(t, "FEED          ROWS\nüberweisung      7\n             a note\na\\u001B[2J   1,204\n", b.String())
}

func TestResultsForProgramsAreNotEscapedForWebPages(t *testing.T) {
	v, b := paper()
	require.NoError(t, v.json(map[string]string{"table": "r&d <x>"}))
	require.Contains(t, b.String(), `"r&d <x>"`)
}
