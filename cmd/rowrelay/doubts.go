package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// hidden warns of columns whose name means something else in expressions.
func (r *recipe) hidden(columns []record.Column) []finding {
	var found []finding
	for _, c := range columns {
		name := strings.ToLower(c.Name)
		if name == "feed" || name == "seq" && c.Name != r.file.Feeds[r.feed].Source.Sequence {
			found = append(found, doubt(r.feed, fmt.Sprintf("the column %s is hidden: in expressions and in a lookup's SQL %s is rowrelay's own", c.Name, name),
				fmt.Sprintf("write row[%q] for the column; for SQL give it another name with AS in source.query", c.Name)))
		}
	}
	return found
}

// nullable warns where a column that can be NULL meets a filter: such rows are left out, as SQL does it.
func (r *recipe) nullable(columns []record.Column) []finding {
	can := map[string]bool{}
	for _, c := range columns {
		can[c.Name] = c.Nullable
	}
	var found []finding
	for i, it := range r.file.Feeds[r.feed].Process {
		e, err := expression.Compile(it.Filter, expression.Names{Open: true})
		if it.Filter == "" || err != nil {
			continue
		}
		asked := e.AskedForNull()
		for _, name := range e.References() {
			if can[name] && !slices.Contains(asked, name) {
				found = append(found, doubt(r.feed, fmt.Sprintf("process[%d].filter: %s can be NULL; such rows are filtered out", i, name),
					fmt.Sprintf(`coalesce(%s, ...), or %s ?? ..., if that is not what you want`, name, name)))
			}
		}
	}
	return found
}
