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

// doubts are what compiles and may not be meant.
func (r *recipe) doubts(columns []record.Column) []finding {
	return slices.Concat(r.hidden(columns), r.nullable(columns), r.coarse(columns, "fields", r.file.Feeds[r.feed].Message.Fields))
}

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

// coarse warns of fields whose scale is smaller than that of their column: what it would cut off is never cut off.
func (r *recipe) coarse(columns []record.Column, at string, fields []config.Field) (found []finding) {
	for i, f := range fields {
		path := fmt.Sprintf("%s[%d]", at, i)
		found = append(found, r.coarse(columns, path+".fields", f.Fields)...)
		if f.From == nil || f.Scale == nil {
			continue
		}
		of := slices.IndexFunc(columns, func(c record.Column) bool { return expression.Spelled(c.Name) == strings.TrimSpace(*f.From) })
		if of >= 0 && columns[of].Scale > *f.Scale {
			found = append(found, r.tooCoarse(path+".scale", columns[of], *f.Scale))
		}
	}
	return found
}

func (r *recipe) tooCoarse(path string, c record.Column, scale int) finding {
	at := r.file.Complain("feeds."+r.feed+".message."+path, 0, 0, "", "").Place()
	return doubt(r.feed, fmt.Sprintf("%s  %s: %s holds %d digits after the point, and scale allows %d; rows that use more are FAILED (XML_TYPE)", at, path, c.Name, c.Scale, scale),
		fmt.Sprintf("write scale: %d, or, where rounding is right, from: %s", c.Scale, quoted(fmt.Sprintf("round(%s, %d)", expression.Spelled(c.Name), scale))))
}
