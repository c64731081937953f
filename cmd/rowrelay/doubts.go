package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// hidden warns of columns whose name means something else where the feed uses it.
func (r *recipe) hidden(columns []record.Column) []finding {
	var found []finding
	for _, c := range columns {
		name := strings.ToLower(c.Name)
		builtIn := name == "feed" || name == "seq" && c.Name != r.file.Feeds[r.feed].Source.Sequence
		if builtIn && r.mentions(name) {
			found = append(found, doubt(r.feed, fmt.Sprintf("the column %s is hidden: in expressions and in a lookup's SQL %s is rowrelay's own", c.Name, name),
				fmt.Sprintf("write row[%q] for the column; for SQL give it another name with AS in source.query", c.Name)))
		}
	}
	return found
}

// mentions tells that an expression of a step or a field uses the name, or SQL its parameter.
func (r *recipe) mentions(name string) bool {
	uses := regexp.MustCompile(`(?:^|[^"'\w.])` + name + `\b`)
	for _, it := range r.file.Feeds[r.feed].Process {
		if uses.MatchString(it.When) || uses.MatchString(it.Filter) || it.Lookup != nil && strings.Contains(it.Lookup.SQL, ":"+name) {
			return true
		}
	}
	return slices.ContainsFunc(froms(r.file.Feeds[r.feed].Message.Fields), uses.MatchString)
}

// froms are the expressions of fields, and of those in them.
func froms(fields []config.Field) (all []string) {
	for _, f := range fields {
		if f.From != nil {
			all = append(all, *f.From)
		}
		all = append(append(all, f.Each), froms(f.Fields)...)
	}
	return all
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
				line, column := e.Mention(name)
				at := r.file.Complain(fmt.Sprintf("feeds.%s.process[%d].filter", r.feed, i), line, column, "", "").Place()
				found = append(found, doubt(r.feed, fmt.Sprintf("%s  process[%d].filter: %s can be NULL; such rows are filtered out", at, i, name),
					fmt.Sprintf(`coalesce(%[1]s, ...), or %[1]s ?? ..., if that is not what you want`, expression.Spelled(name))))
			}
		}
	}
	return found
}
