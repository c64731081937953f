package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/database"
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
				fmt.Sprintf("for the column write row[%q], and in SQL :%s", c.Name, database.Quote(c.Name))))
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

// nullable warns where a column that can be NULL meets a filter: such rows are left out, as SQL does it. Who asks for NULL in
// the filter, in its when or in a filter before it has thought of that.
func (r *recipe) nullable(columns []record.Column) []finding {
	can := map[string]bool{}
	for _, c := range columns {
		can[c.Name] = c.Nullable
	}
	var found []finding
	var asked []string
	for i, it := range r.file.Feeds[r.feed].Process {
		e := openly(it.Filter)
		if e == nil {
			continue
		}
		asked = append(asked, e.AskedForNull()...)
		known := asked
		if when := openly(it.When); when != nil {
			known = append(slices.Clone(asked), when.AskedForNull()...)
		}
		for _, name := range e.References() {
			if can[name] && !slices.Contains(known, name) {
				found = append(found, r.nullInFilter(i, e, name))
			}
		}
	}
	return found
}

func (r *recipe) nullInFilter(i int, e *expression.Expr, name string) finding {
	line, column := e.Mention(name)
	at := r.file.Complain(fmt.Sprintf("feeds.%s.process[%d].filter", r.feed, i), line, column, "", "").Place()
	return doubt(r.feed, fmt.Sprintf("%s  process[%d].filter: %s can be NULL; such rows are filtered out", at, i, name),
		fmt.Sprintf("if so it shall be, say it and this warning ends: %[1]s != nil and ...; else give NULL a value: coalesce(%[1]s, ...)", expression.Spelled(name)))
}

// openly compiles an expression against whatever columns it names; nil where there is none, or it is faulty, which is told elsewhere.
func openly(source string) *expression.Expr {
	if source == "" {
		return nil
	}
	e, err := expression.Compile(source, expression.Names{Open: true})
	if err != nil {
		return nil
	}
	return e
}
