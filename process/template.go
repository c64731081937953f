package process

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// template is a text with values in it: /rates/{currency}.
type template struct {
	pieces []string // one more than there are values
	exprs  []*expression.Expr
	texts  []string // of the expressions
}

// compileTemplate compiles what stands in braces. An error's place is in the whole text.
func compileTemplate(text string, names expression.Names) (t template, err error) {
	rest, at := text, 0
	for {
		begin := strings.IndexByte(rest, '{')
		if begin < 0 {
			t.pieces = append(t.pieces, rest)
			return t, nil
		}
		end := closing(rest[begin:])
		if end < 0 {
			return t, moved(text, at+begin, &expression.Error{Line: 1, Column: 1, Text: "the brace is not closed", Remedy: "write {expression}"})
		}
		src := rest[begin+1 : begin+end]
		e, err := expression.Compile(src, names)
		if err == nil {
			err = single(e.Type())
		}
		if err != nil {
			return t, moved(text, at+begin+1, err)
		}
		t.pieces, t.exprs, t.texts = append(t.pieces, rest[:begin]), append(t.exprs, e), append(t.texts, src)
		rest, at = rest[begin+end+1:], at+begin+end+1
	}
}

// closing is the place of the brace that closes the first one: braces of a table and those in quotes belong to the expression.
func closing(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		case '"', '\'', '`':
			end := quoted(s[i:])
			if end < 0 {
				return -1
			}
			i += end
		}
	}
	return -1
}

// quoted is the place of the quote that ends the text at the beginning of s.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && s[0] != '`':
			i++
		case s[i] == s[0]:
			return i
		}
	}
	return -1
}

// moved is an error of an expression that begins at a byte of the text.
func moved(text string, at int, err error) error {
	e, ok := err.(*expression.Error)
	if !ok {
		return err
	}
	before := text[:at]
	there := *e
	if e.Line == 1 {
		there.Column += utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	}
	there.Line += strings.Count(before, "\n")
	return &there
}

func single(t expression.Type) error {
	if !t.Any && (t.Kind == record.List || t.Kind == record.Object || t.Kind == record.Bytes) {
		return &expression.Error{Line: 1, Column: 1, Text: "it is no single value that an address could hold", Remedy: "name a text, a number, a date or true and false"}
	}
	return nil
}

// values adds those of one row.
func (t template) values(all []record.Value, s *expression.Scope) ([]record.Value, error) {
	for _, e := range t.exprs {
		v, err := e.Eval(s)
		if err == nil {
			err = single(expression.Type{Kind: v.Kind})
		}
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}

// spelled are the expressions as the file writes them.
func (t template) spelled() []string { return t.texts }

// fill puts the first values in and returns the others. It is not ok if one cannot be written.
func (t template) fill(values []record.Value, write func(record.Value) (string, bool)) (text string, rest []record.Value, ok bool) {
	var b strings.Builder
	ok = true
	for i := range t.exprs {
		piece, written := write(values[i])
		ok = ok && written
		b.WriteString(t.pieces[i] + piece)
	}
	b.WriteString(t.pieces[len(t.exprs)])
	return b.String(), values[len(t.exprs):], ok
}

// segment is a value in a path. One that is empty or made of points would lead to another place.
func segment(v record.Value) (string, bool) {
	if v.Null || strings.Trim(v.Text, ".") == "" {
		return "", false
	}
	return url.PathEscape(v.Text), true
}

// written is a value in a parameter, which is escaped with the others.
func written(v record.Value) (string, bool) { return v.Text, !v.Null }
