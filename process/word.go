package process

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
)

// word is a name in a parameter: in quotes the column of exactly that name, without them the one that is so whatever the case of its letters.
type word struct {
	text  string // as written, without quotes
	exact bool
}

func (w word) means(name string) bool {
	return w.text == name || !w.exact && strings.EqualFold(w.text, name)
}

// is tells the words of rowrelay itself, which a column in quotes may be called as well.
func (w word) is(builtIn string) bool { return !w.exact && strings.ToLower(w.text) == builtIn }

// String is the same for all ways to write the same.
func (w word) String() string {
	if w.exact {
		return database.Quote(w.text)
	}
	return strings.ToLower(w.text)
}

// find returns the column of a name, or -1.
func find(w word, columns []record.Column) (int, error) {
	found := -1
	for i, c := range columns {
		if !w.means(c.Name) {
			continue
		}
		if found >= 0 {
			return 0, fmt.Errorf("%q may be the column %q or %q", w.text, columns[found].Name, c.Name)
		}
		found = i
	}
	return found, nil
}

// spell lists columns as their database spells them, in quotes where a parameter needs them.
func spell(columns []record.Column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = spelled(c.Name, columns)
	}
	return strings.Join(names, ", ")
}

func spelled(name string, columns []record.Column) string {
	c := cutter{sql: name}
	w := word{text: c.word()}
	if _, err := find(w, columns); err != nil || w.text != name || w.text == "" || w.is("seq") || w.is("feed") {
		return database.Quote(name)
	}
	return name
}

// empty: nothing stands between two quotes.
func (m mention) empty() bool {
	return slices.ContainsFunc(m.words, func(w word) bool { return w.text == "" })
}

// key is what a parameter is called; one that stands in several places has it once.
func (m mention) key() string {
	names := make([]string, len(m.words))
	for i, w := range m.words {
		names[i] = w.String()
	}
	return strings.Join(names, ".")
}

// none complains that no column has the name. What follows it may be the rest of the column's name.
func (m mention) none(text, has string, columns []record.Column) error {
	last := m.words[len(m.words)-1]
	longest, quoted := "", ""
	for _, c := range columns {
		if n := len(c.Name); !last.exact && n > len(longest) && n <= len(m.rest) && strings.EqualFold(m.rest[:n], c.Name) {
			longest = c.Name
		}
		if s := spelled(c.Name, columns); s != c.Name && quoted == "" {
			quoted = s
		}
	}
	remedy := has + " " + spell(columns)
	switch {
	case longest != "":
		remedy = "write " + m.prefix() + database.Quote(longest)
	case quoted != "":
		remedy += "; quotes are written: " + m.prefix() + quoted
	}
	if m.glued {
		remedy += "; in a slice write a blank behind the colon"
	}
	return m.wrong(text, remedy)
}

// prefix is what stands before the name of the column.
func (m mention) prefix() string {
	if len(m.words) == 2 {
		return ":" + m.words[0].String() + "."
	}
	return ":"
}
