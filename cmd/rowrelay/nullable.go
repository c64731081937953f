package main

import (
	"fmt"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

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
		for _, name := range e.References() {
			if can[name] {
				found = append(found, doubt(r.feed, fmt.Sprintf("process[%d].filter: %s can be NULL; such rows are filtered out", i, name),
					fmt.Sprintf(`coalesce(%s, ...), or %s ?? ..., if that is not what you want`, name, name)))
			}
		}
	}
	return found
}
