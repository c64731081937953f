package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestComplaintPointsIntoTheValue marks a character of the file with ^; the complaint about that
// character of the value's text must point there.
func TestComplaintPointsIntoTheValue(t *testing.T) {
	for name, c := range map[string]struct {
		written      string // behind "filter:"
		line, column int
	}{
		"plain":                        {" amount > ^x", 1, 10},
		"plain, at its end":            {" amount >^", 1, 9},
		"plain, beyond ASCII":          {` name == "Müller" ^and x`, 1, 18},
		"plain, two lines":             {" amount > 0\n          and ^x", 1, 16},
		"plain, two lines, at its end": {" amount > 0\n          and x^", 1, 17},
		"double quotes":                {` "status == \"NEW\" and ^x"`, 1, 21},
		"double quotes, escapes":       {` "a == \"\u00e4\x41\t\" and ^x"`, 1, 16},
		"double quotes, two lines":     {" \"a\n          and ^b\"", 1, 7},
		"single quotes":                {` 'a == ''b'' and ^x'`, 1, 14},
		"literal":                      {" |\n          a > 0\n          and ^x > 0", 2, 5},
		"literal, kept indented":       {" |\n          a > 0\n            and ^x > 0", 2, 7},
		"literal, after a blank line":  {" |-\n          a > 0\n\n          and ^x > 0", 3, 5},
		"literal, at its end":          {" |\n          a > 0\n          and^\n", 3, 1},
		"folded":                       {" >\n          a > 0\n          and ^x > 0", 1, 11},
		"folded, with a comment":       {" >-  # words\n          a > 0\n          and ^x > 0", 1, 11},
		"an alias":                     {" ^*f", 1, 3},
		"an anchor":                    {" ^&g amount > x", 1, 10},
		"a variable":                   {` ^"${F} > 0"`, 1, 8},
		"no place":                     {" ^amount > x", 0, 0},
		"a place that is not there":    {" ^amount > x", 1, 90},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(compared, "    message:", "    description: &f a >\n    process:\n      - filter:"+c.written+"\n    message:", 1)
			before, after, _ := strings.Cut(text, "^")
			file, complaints := Parse("rowrelay.yaml", []byte(before+after), environment(map[string]string{"F": "a"}, nil), Run)
			require.NoError(t, complaints.Err())
			got := file.Complain("feeds.orders.process[0].filter", c.line, c.column, "is wrong", "write it right")
			at := strings.Count(before, "\n")
			require.Equal(t, at+1, got.Line)
			require.Equal(t, len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))+1, got.Column)
			if !strings.Contains(c.written, "&") { // an anchor's value may be a secret elsewhere
				require.Contains(t, got.Snippet, strings.Split(before+after, "\n")[at])
			}
			require.Equal(t, "write it right", got.Remedy)
		})
	}
}

func TestComplaintPointsIntoFieldsAndDefaults(t *testing.T) {
	text := strings.NewReplacer("workers: 4", "message: { type: { from: kind + } }", "root: Order }", "root: Order,\n      fields: [{ to: L, each: lines, as: l, fields: [{ to: A, from: 'l.a +' }] }] }").Replace(compared)
	f := parsed(t, text)
	require.Equal(t, "rowrelay.yaml:9:75  an operand is missing", f.Complain("feeds.orders.message.fields[0].fields[0].from", 1, 6, "an operand is missing", "").String())
	require.Equal(t, "rowrelay.yaml:4:44  x", f.Complain("feeds.orders.message.type.from", 1, 7, "x", "").String())
	require.Equal(t, "rowrelay.yaml:9:16  x", f.Complain("feeds.orders.message.fields[0].when", 1, 1, "x", "").String())
}
