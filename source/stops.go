package source

import (
	"fmt"
	"strings"

	"github.com/rowrelay/rowrelay/record"
)

// misfit is a Stop for a key that the database disagrees with.
func (o Options) misfit(key, text, remedy string) *record.Stop {
	return record.Misfit(record.Fault{Path: o.key(key), Text: text, Remedy: remedy})
}

// find returns the column that a key names.
func (o Options) find(r *relation, key, name string) (column, error) {
	names := make([]string, len(r.columns))
	for i, c := range r.columns {
		if names[i] = c.Name; c.Name == unquote(name) {
			return c, nil
		}
	}
	remedy := "it has " + strings.Join(names, ", ")
	if near := nearest(name, names); near != "" {
		remedy = fmt.Sprintf("did you mean %q? %s", near, remedy)
	}
	return column{}, o.misfit(key, fmt.Sprintf("%s has no column %q", o.subject(), unquote(name)), remedy)
}

// noTable names the table that was meant among those that are there, if one is near.
func (o Options) noTable(parts, tables []string, remedy string) *record.Stop {
	if near := nearestTable(parts, tables); near != "" {
		remedy = fmt.Sprintf("did you mean %s? %s", near, remedy)
	}
	return o.misfit("table", "there is no table "+o.Table, remedy)
}

// subject names what is read, for people.
func (o Options) subject() string {
	if o.Table != "" {
		return o.Table
	}
	return "the query"
}

func (o Options) notRising(last, seq int64) *record.Stop {
	return &record.Stop{
		Code: record.SequenceNotUnique,
		Text: fmt.Sprintf("the numbers in %q of %s do not rise: %d comes after %d", o.Sequence, o.subject(), seq, last),
		Remedy: "every row needs a number of its own: look for rows that share one, or for a join in `query` that repeats rows;\n" +
			"no row of this page was taken",
	}
}

func (o Options) wentBack(before, now string) *record.Stop {
	return &record.Stop{
		Code: record.SourceWentBack,
		Text: fmt.Sprintf("connections.%s now answers as server %s; this feed reads server %s", o.Connection, known(now), known(before)),
		Remedy: "if the address is wrong, correct it; if the server was replaced or restored, its numbers may repeat: find the last number that is still\n" +
			"the row that was sent, then rowrelay rewind " + o.Feed + " --to N --resend completed --reason ...   (or give the feed a new name)",
	}
}

func known(server string) string {
	if server == "" {
		return "(unknown)"
	}
	return server
}

func (o Options) belowEverything() *record.Stop {
	return o.misfit("start", "a row has the lowest number of all, and nothing can begin below it",
		"give that row another number, or begin above it with start: -9223372036854775808")
}
