package process

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// Offline checks what can be checked without a database, as far as the names of the source tell, and
// reports every fault. What lookups find has no type yet. The names that it returns are those after
// the last item, for what comes next.
func (p *Pipeline) Offline(names expression.Names) (expression.Names, []record.Fault) {
	var faults []record.Fault
	for _, item := range p.items {
		_, wrong := item.compile(names)
		faults = append(faults, wrong...)
		if l := item.Lookup; l != nil {
			faults = append(faults, item.checkLookup(names)...)
			names.Into = append(names.Into, expression.Binding{Name: l.Into, Type: l.guess()})
		}
	}
	return names, faults
}

// guess is what is known of the result before the database is asked.
func (l *Lookup) guess() expression.Type {
	if l.Rows == Many {
		return expression.Type{Kind: record.List}
	}
	return expression.Type{Any: true}
}

// compile compiles an item's expressions. Those that have a fault are nil.
func (i Item) compile(names expression.Names) (s step, faults []record.Fault) {
	s.item = i
	for _, e := range []struct {
		key, src string
		to       **expression.Expr
	}{{"when", i.When, &s.when}, {"filter", i.Filter, &s.filter}} {
		if e.src == "" {
			continue
		}
		compiled, err := expression.Compile(e.src, names)
		if err == nil {
			err = condition(compiled.Type())
		}
		if err != nil {
			faults = append(faults, i.fault(e.key, err))
			continue
		}
		*e.to = compiled
	}
	return s, faults
}

func condition(t expression.Type) error {
	if t.Any || t.Kind == record.Boolean {
		return nil
	}
	return &expression.Error{Line: 1, Column: 1, Text: "the expression is neither true nor false", Remedy: "write a condition, such as status == \"RELEASED\""}
}

// checkLookup checks all of a lookup but what its database has to say.
func (i Item) checkLookup(names expression.Names) (faults []record.Fault) {
	l := i.Lookup
	if err := checkInto(l.Into, names); err != nil {
		faults = append(faults, i.advised("lookup.into", err, "give the lookup another name"))
	}
	if l.HTTP != nil {
		_, wrong := i.request(names)
		faults = append(faults, wrong...)
	} else if _, err := l.bind(names); err != nil {
		faults = append(faults, i.fault("lookup.sql", err))
	}
	if !slices.Contains([]Rows{One, Optional, Many}, l.Rows) {
		faults = append(faults, i.advised("lookup.rows", fmt.Errorf("%q is none of its words", l.Rows), "write one, optional or many"))
	}
	for name, kind := range sorted(l.Columns) {
		if _, ok := kinds[kind]; !ok {
			faults = append(faults, i.advised("lookup.columns."+name, fmt.Errorf("%q is no type", kind), "write one of "+kindNames()))
		}
	}
	return faults
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// checkInto: the name must mean the lookup's result and nothing else.
func checkInto(into string, names expression.Names) error {
	if !identifier.MatchString(into) {
		return fmt.Errorf("%q is no name: it is letters, digits and _, and does not begin with a digit", into)
	}
	for _, b := range names.Into {
		if b.Name == into {
			return fmt.Errorf("%q is the name of another lookup", into)
		}
	}
	for _, c := range names.Columns {
		if strings.ToLower(c.Name) == into {
			return fmt.Errorf("%q would hide the column %q", into, c.Name)
		}
	}
	if isReserved(into) {
		return fmt.Errorf("%q already means something in expressions", into)
	}
	return nil
}

// reserved are the names and functions of expressions that the parser takes for names like any other.
var reserved = []string{"seq", "feed", "row", "fmt", "dec", "coalesce", "trim", "upper", "lower", "len", "mapvalue", "round", "null"}

// isReserved: keywords are what an expression does not take for a name that is bound.
func isReserved(name string) bool {
	if slices.Contains(reserved, name) {
		return true
	}
	n := expression.Names{Into: []expression.Binding{{Name: name, Type: expression.Type{Any: true}}}}
	e, err := expression.Compile(name, n)
	return err != nil || !slices.Contains(e.References(), name)
}
