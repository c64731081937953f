package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/expression"
)

// named is what a feed calls by name.
type named struct {
	columns []string // of the row, in expressions
	texts   []string // of the lookups' questions, which hold names too
	keys    []string // the columns of source
	names   expression.Names
}

// namesOf gathers the names of a feed's source, process and message.
func namesOf(f config.Feed) *named {
	n := &named{keys: []string{f.Source.Sequence, f.Source.BusinessKey, f.Source.Created}, names: expression.Names{Open: true}}
	for _, item := range f.Process {
		n.read(item.When)
		n.read(item.Filter)
		if item.Lookup != nil {
			n.lookup(*item.Lookup)
		}
	}
	n.fields(f.Message.Fields)
	m := f.Message
	for _, origin := range []*config.Origin{m.CorrelationID, m.Type, m.ReplyTo, m.GroupID} {
		n.origin(origin)
	}
	for _, property := range m.Properties {
		n.origin(&property)
	}
	slices.Sort(n.columns) // properties come in any order
	n.columns = slices.Compact(n.columns)
	return n
}

// read adds the columns of an expression. One that is wrong is told elsewhere.
func (n *named) read(src string) {
	if e, err := expression.Compile(src, n.names); err == nil {
		n.columns = append(n.columns, e.Columns()...)
	}
}

// parameters are the names in a lookup's SQL; its other words name columns of other tables.
var parameters = regexp.MustCompile(`:(?:[\p{L}\d_]+|"(?:[^"]|"")+")`)

func (n *named) lookup(l config.Lookup) {
	for _, name := range parameters.FindAllString(l.SQL, -1) {
		n.texts = append(n.texts, strings.ReplaceAll(name, `""`, `"`))
	}
	if l.HTTP != nil {
		n.texts = append(n.texts, l.HTTP.Get)
		for _, text := range l.HTTP.Query {
			n.texts = append(n.texts, text)
		}
	}
	n.names.Into = append(n.names.Into, anything(l.Into))
}

// fields go through lists, whose items have names within them alone.
func (n *named) fields(all []config.Field) {
	for _, f := range all {
		if f.From != nil {
			n.read(*f.From)
		}
		n.read(f.Each)
		outside := n.names.Vars
		n.names.Vars = append(slices.Clip(outside), anything(f.As))
		n.fields(f.Fields)
		n.names.Vars = outside
	}
}

func (n *named) origin(o *config.Origin) {
	if o != nil && o.From != nil {
		n.read(*o.From)
	}
}

// has tells whether the feed uses the column, or may use it: what stands in a lookup's question is not looked at closely.
func (n *named) has(column string) bool {
	return slices.Contains(n.keys, column) ||
		slices.ContainsFunc(n.columns, func(name string) bool { return means(name, column) }) ||
		slices.ContainsFunc(n.texts, func(text string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(column)) })
}

func anything(name string) expression.Binding {
	return expression.Binding{Name: name, Type: expression.Type{Any: true}}
}
