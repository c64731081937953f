package message

import (
	"slices"

	"github.com/rowrelay/rowrelay/expression"
)

// shape is an element or attribute as it may come out, whatever the row: what a schema says of it.
type shape struct {
	name       string
	key        string   // of the field in the file; "" of an element that no field names
	text       *content // nil: none
	always     bool     // it is there wherever its parent is
	repeated   bool
	nillable   bool
	attributes []*shape
	children   []*shape
}

// shape is that of the root. exact as Schemas has it.
func (p *Plan) shape(exact bool) *shape {
	if p.columns != nil {
		return p.columns.shape(p.root.name, exact)
	}
	s := p.root.shape(exact)
	if t := p.root.text; t != nil && t.mayBeLeftOut() { // only the root stays where its text is left out
		s.text.empty = true
	}
	return s
}

func (e *element) shape(exact bool) *shape {
	s := &shape{name: e.name, always: e.isAlways(), repeated: e.each != nil}
	if e.text != nil {
		s.key, s.text = e.text.key, e.text.content(exact)
		s.nillable = e.text.mayBe(null) && len(e.children) == 0
	}
	for _, a := range e.attributes {
		s.attributes = append(s.attributes, &shape{name: a.name, key: a.key, text: a.content(exact), always: a.isAlways()})
	}
	for _, child := range e.children {
		s.children = append(s.children, child.shape(exact))
	}
	return s
}

// isAlways tells the same of once as it does of a row: that the element is written for every one.
func (e *element) isAlways() bool {
	inside := slices.ContainsFunc(e.children, (*element).isAlways)
	switch {
	case e.each != nil && !e.each.required:
		return false
	case e.text != nil:
		return inside || !e.text.mayBeLeftOut() && (len(e.children) == 0 || !e.text.mayBe(null))
	}
	return inside || e.each != nil || slices.ContainsFunc(e.attributes, (*attribute).isAlways)
}

func (a *attribute) isAlways() bool { return !a.mayBeLeftOut() && !a.mayBe(null) }

// mayBe tells whether a value that is NULL is dealt with by this rule.
func (l *leaf) mayBe(rule string) bool { return l.expr != nil && !l.required && l.null == rule }

func (l *leaf) mayBeLeftOut() bool { return l.mayBe(omit) }

func (l *leaf) content(exact bool) *content {
	if l.expr == nil {
		return l.constant()
	}
	return l.of(l.expr.Type(), exact)
}

// shape is that of every column an element; where the columns are not known, anything.
func (c *columns) shape(root string, exact bool) *shape {
	s := &shape{name: root}
	if c.names == nil {
		s.text = &content{anything: true}
	}
	for i, name := range c.names {
		s.children = append(s.children, &shape{name: name, text: c.of(expression.Type{Kind: c.kinds[i]}, exact),
			always: c.null != omit, nillable: c.null == null})
	}
	return s
}
