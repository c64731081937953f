package process

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// describe writes the parameters with their values, as far as a line of a log can hold them.
func (l *lookup) describe(values []record.Value) string {
	switch {
	case l.known != nil:
		return "this test"
	case len(values) == 0:
		return "a question without values of the row"
	}
	names := l.named()
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = names[i] + " = " + show(v)
	}
	return strings.Join(texts, ", ")
}

// named is what the values are called.
func (l *lookup) named() []string {
	if l.request != nil {
		return l.request.named()
	}
	names := make([]string, len(l.parameters))
	for i, p := range l.parameters {
		names[i] = p.name
	}
	return names
}

// show is a value, if it is short and can be printed.
func show(v record.Value) string {
	switch {
	case v.Null:
		return "NULL"
	case v.Kind == record.Bytes || v.Kind == record.List || len(v.Text) >= 64 || !printable(v.Text):
		return "(a value that is not shown)"
	}
	return v.Text
}

func printable(text string) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// because tells of the row's columns that the filter looked at. A test's row need not have all of them: what it leaves out is NULL.
func (s *step) because(scope *expression.Scope) string {
	var texts []string
	for _, name := range s.filter.Columns() {
		v := expression.Column(&scope.Row, name)
		if v == nil {
			v = &record.Value{Null: true}
		}
		text := show(*v)
		if v.Kind == record.Text && !v.Null {
			text = strconv.Quote(text)
		}
		texts = append(texts, name+" = "+text)
	}
	return strings.Join(texts, ", ")
}

// brief is a text of the database in one line, cut to about max bytes.
func brief(text string, max int) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
	if len(text) > max {
		text = strings.ToValidUTF8(text[:max], "") + "..."
	}
	return text
}
