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
		if numbers[m.name] == 0 {
			p, err := l.meaning(m, names)
			if err != nil {
				return bound{}, err
			}
			b.parameters = append(b.parameters, p)
			numbers[m.name] = len(b.parameters)
		}
		n := numbers[m.name]
		sql.WriteString(s.pieces[i] + d.parameter(n, b.parameters[n-1].column))
	}
	b.sql = sql.String() + s.pieces[len(s.named)]
	return b, nil
}

// meaning resolves one name.
func (l *Lookup) meaning(m mention, names expression.Names) (parameter, error) {
	if into, member, ok := strings.Cut(m.name, "."); ok {
		return ofLookup(m, into, member, names.Into)
	}
	p := parameter{name: m.name}
	switch m.name {
	case "seq":
		p.column = record.Column{Kind: record.Integer, Type: "bigint"}
		p.value = func(s *expression.Scope) record.Value {
			return record.Value{Kind: record.Integer, Text: strconv.FormatInt(s.Seq, 10)}
		}
		return p, nil
	case "feed":
		p.column = record.Column{Kind: record.Text, Type: "text"}
		p.value = func(s *expression.Scope) record.Value { return record.Value{Text: s.Feed} }
		return p, nil
	}
	return ofRow(p, m, names)
}

func ofRow(p parameter, m mention, names expression.Names) (parameter, error) {
	at, err := find(m.name, names.Columns)
	switch {
	case err != nil:
		return p, m.wrong(err.Error(), "rename one of them with AS in the source's query")
	case at >= 0:
		p.column = names.Columns[at]
		p.value = func(s *expression.Scope) record.Value { return s.Row.Values[at] }
		return p, nil
	}
	for _, b := range names.Into {
		if strings.ToLower(b.Name) == m.name {
			return p, m.wrong(fmt.Sprintf("%q is not one value but what a lookup found", m.name), fmt.Sprintf("name a column of it, as in :%s.id", m.name))
		}
	}
	if names.Open {
		return p, nil
	}
	return p, m.wrong(fmt.Sprintf("the row has no column %q", m.name), "it has "+spell(names.Columns))
}

// ofLookup is a column of a row that an earlier lookup found.
func ofLookup(m mention, into, member string, results []expression.Binding) (parameter, error) {
	p := parameter{name: m.name}
	for i, b := range results {
		switch {
		case strings.ToLower(b.Name) != into:
			continue
		case b.Type.Any:
			return p, nil
		case b.Type.Kind != record.Object:
			return p, m.wrong(fmt.Sprintf("%q is a list of rows", into), "a parameter is one value: let the database join the rows")
		}
		at, err := find(member, b.Type.Columns)
		if err != nil || at < 0 {
			return p, m.wrong(fmt.Sprintf("lookup %q finds no column %q", into, member), "it finds "+spell(b.Type.Columns))
		}
		p.column = b.Type.Columns[at]
		p.value = func(s *expression.Scope) record.Value { return memberOf(s.Into[i], at) }
		return p, nil
	}
	return p, m.wrong(fmt.Sprintf("no lookup before this one is called %q", into), "a lookup may use what an earlier one found; in a slice write a space behind the colon")
}

func memberOf(v record.Value, at int) record.Value {
	if v.Null || v.Row == nil {
		return record.Value{Null: true}
	}
	return v.Row.Values[at]
}

// find returns the column of a name in lower case, or -1.
func find(name string, columns []record.Column) (int, error) {
	found := -1
	for i, c := range columns {
		if strings.ToLower(c.Name) != name {
			continue
		}
		if found >= 0 {
			return 0, fmt.Errorf("%q may be the column %q or %q", name, columns[found].Name, c.Name)
		}
		found = i
	}
	return found, nil
}

func spell(columns []record.Column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = strings.ToLower(c.Name)
	}
	return strings.Join(names, ", ")
}
