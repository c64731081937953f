package process

import (
	"strings"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sqlvalue"
)

// Rehearse is a plan whose lookups ask nobody: each finds what results has for its `into`, a row, a list of rows, or NULL, which the plan
// then owns. What is not there is no row, and a lookup of One then fails as it would otherwise. Nothing is known of the results' types.
func (p *Pipeline) Rehearse(names expression.Names, results map[string]record.Value) (*Plan, []record.Fault) {
	after, faults := p.Offline(names)
	if len(faults) > 0 {
		return nil, faults
	}
	plan := &Plan{names: after}
	for _, item := range p.items {
		s, _ := item.compile(names) // as check did
		if item.Lookup != nil {
			s.lookup, s.into = item.given(results), len(names.Into)
			names.Into = after.Into[:s.into+1]
		}
		plan.steps = append(plan.steps, s)
	}
	return plan, nil
}

// given is a lookup that has its answer.
func (i Item) given(results map[string]record.Value) *lookup {
	l := &lookup{Lookup: *i.Lookup, path: i.asks()}
	l.known = &answer{value: l.none()}
	switch v := l.typed(results[l.Into]); {
	case v.Kind == record.List && l.Rows != Many: // as many rows as a database would find
		l.known.rows = len(v.Items)
		if l.known.rows == 1 {
			l.known.value = v.Items[0]
		}
	case v.Kind == record.List:
		l.known = &answer{value: v, rows: len(v.Items)}
	case !v.Null && (v.Kind == record.Object || l.HTTP != nil && results[l.Into].Text != ""): // a service may answer with a single value
		l.known = &answer{value: v, rows: 1}
	}
	return l
}

// typed is a given row, or a list of them, with the types that the file says its columns have. What is no value of the type stays.
func (l *lookup) typed(v record.Value) record.Value {
	switch {
	case v.Kind == record.List:
		for i := range v.Items {
			v.Items[i] = l.typed(v.Items[i])
		}
	case v.Row != nil:
		v.Row.Loose = v.Row.Loose || l.HTTP != nil
		for i, c := range v.Row.Columns {
			kind, named := kinds[l.kindOf(c.Name)]
			if one, ok := sqlvalue.To(v.Row.Values[i].Text, kind, l.Zone); named && ok && !v.Row.Values[i].Null {
				v.Row.Columns[i].Kind, v.Row.Values[i] = kind, one
			}
		}
	}
	return v
}

// kindOf is what `columns` says of a column, "" if nothing.
func (l *lookup) kindOf(column string) string {
	for name, kind := range l.Columns {
		if strings.EqualFold(name, column) {
			return kind
		}
	}
	return ""
}
