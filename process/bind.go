package process

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// bound is a statement whose parameters are known.
type bound struct {
	sql        string // with the dialect's own parameters
	parameters []parameter
}

// parameter is one value of the row; in the statement it may stand in several places.
type parameter struct {
	name   string
	column record.Column // its type
	value  func(*expression.Scope) record.Value
}

// bind finds what each parameter means. Without a pool there is no dialect yet.
func (l *Lookup) bind(names expression.Names) (bound, error) {
	d := l.dialect()
	s, err := cut(strings.TrimRight(strings.TrimSpace(l.SQL), "; \t\r\n"), d.name())
	if err != nil {
		return bound{}, err
	}
	var b bound
	var sql strings.Builder
	numbers := map[string]int{}
	for i, m := range s.named {
		if numbers[m.key()] == 0 {
			p, err := l.meaning(m, names)
			if err != nil {
				return bound{}, err
			}
			b.parameters = append(b.parameters, p)
			numbers[m.key()] = len(b.parameters)
		}
		n := numbers[m.key()]
		sql.WriteString(s.pieces[i] + d.parameter(n, b.parameters[n-1].column))
	}
	b.sql = sql.String() + s.pieces[len(s.named)]
	return b, nil
}

// meaning resolves one name.
func (l *Lookup) meaning(m mention, names expression.Names) (parameter, error) {
	if len(m.words) == 2 {
		return ofLookup(m, names.Into)
	}
	p := parameter{name: m.key()}
	switch w := m.words[0]; {
	case w.is("seq"):
		p.column = record.Column{Kind: record.Integer, Type: "bigint"}
		p.value = func(s *expression.Scope) record.Value {
			return record.Value{Kind: record.Integer, Text: strconv.FormatInt(s.Seq, 10)}
		}
		return p, nil
	case w.is("feed"):
		p.column = record.Column{Kind: record.Text, Type: "text"}
		p.value = func(s *expression.Scope) record.Value { return record.Value{Text: s.Feed} }
		return p, nil
	}
	return ofRow(p, m, names)
}

func ofRow(p parameter, m mention, names expression.Names) (parameter, error) {
	w := m.words[0]
	at, err := find(w, names.Columns)
	switch {
	case err != nil:
		return p, m.wrong(err.Error(), `write the one that is meant in quotes: :"Name"`)
	case at >= 0:
		p.column = names.Columns[at]
		p.value = func(s *expression.Scope) record.Value { return s.Row.Values[at] }
		return p, nil
	}
	for _, b := range names.Into {
		if w.means(b.Name) {
			return p, m.wrong(fmt.Sprintf("%q is not one value but what a lookup found", b.Name), fmt.Sprintf("name a column of it, as in :%s.id", b.Name))
		}
	}
	if names.Open {
		return p, nil
	}
	return p, m.none(fmt.Sprintf("the row has no column %q", w.text), "it has", names.Columns)
}

// ofLookup is a column of a row that an earlier lookup found.
func ofLookup(m mention, results []expression.Binding) (parameter, error) {
	into, member := m.words[0], m.words[1]
	p := parameter{name: m.key()}
	for i, b := range results {
		switch {
		case !into.means(b.Name):
			continue
		case b.Type.Any:
			return p, nil
		case b.Type.Kind != record.Object:
			return p, m.wrong(fmt.Sprintf("%q is a list of rows", b.Name), "a parameter is one value: let the database join the rows")
		}
		at, err := find(member, b.Type.Columns)
		if err != nil || at < 0 {
			return p, m.none(fmt.Sprintf("lookup %q finds no column %q", b.Name, member.text), "it finds", b.Type.Columns)
		}
		p.column = b.Type.Columns[at]
		p.value = func(s *expression.Scope) record.Value { return memberOf(s.Into[i], at) }
		return p, nil
	}
	return p, m.wrong(fmt.Sprintf("no lookup before this one is called %q", into.text), "a lookup may use what an earlier one found; in a slice write a space behind the colon")
}

func memberOf(v record.Value, at int) record.Value {
	if v.Null || v.Row == nil {
		return record.Value{Null: true}
	}
	return v.Row.Values[at]
}
