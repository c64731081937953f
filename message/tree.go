package message

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/rowrelay/rowrelay/expression"
)

// placed is an element's text with the field that puts it there.
type placed struct {
	complaints
	*element
	ifNull string
}

func (c *compiler) root(n expression.Names) *element {
	root := newElement(c.o.Root)
	c.fields(root, c.o.Fields, n, c.complaints)
	for _, p := range c.texts {
		p.check()
	}
	return root
}

func newElement(name string) *element {
	return &element{name: name, begin: "<" + name, end: "</" + name + ">"}
}

func (c *compiler) fields(parent *element, fields []Field, n expression.Names, within complaints) {
	for i, f := range fields {
		at := within.at(cmp.Or(f.Path, fmt.Sprintf("%s.fields[%d]", within.path, i)))
		if f.Each != "" || f.As != "" || f.Fields != nil {
			c.repeated(parent, f, n, at)
		} else {
			c.single(parent, f, n, at)
		}
	}
}

func (c *compiler) single(parent *element, f Field, n expression.Names, at complaints) {
	where, name, ok := c.find(parent, f.To, at)
	l := c.leaf(f, n, at, name != "")
	switch {
	case !ok:
	case name != "":
		c.addAttribute(where, name, l, at)
	case where.text != nil:
		at.wrong("to", f.To+" has a value already", "remove one of the two fields")
	case where.each != nil && where != parent:
		at.wrong("to", f.To+" is repeated by `each`, its text stands there", `write { to: ".", ... } in that field's fields`)
	default:
		where.text = l
		c.texts = append(c.texts, placed{at, where, f.IfNull})
	}
}

func (c *compiler) addAttribute(e *element, name string, l *leaf, at complaints) {
	for _, other := range e.attributes {
		if c.expanded(other.name) == c.expanded(name) {
			at.wrong("to", l.path+" has a value already", "remove one of the two fields")
			return
		}
	}
	c.xsi = c.xsi || strings.HasPrefix(name, "xsi:")
	e.attributes = append(e.attributes, &attribute{name: name, begin: " " + name + `="`, leaf: *l})
}

// expanded is an attribute's name with its namespace for the prefix: two prefixes may be of one.
func (c *compiler) expanded(name string) string {
	prefix, local, found := strings.Cut(name, ":")
	if !found {
		return name
	}
	return cmp.Or(c.prefixes[prefix], prefix) + " " + local
}

// find is the element that `to` names, made where it is not there yet, and the attribute's name if it names one.
func (c *compiler) find(e *element, to string, at complaints) (where *element, attribute string, ok bool) {
	if to == "." {
		return e, "", true
	}
	parts := strings.Split(to, "/")
	if last := parts[len(parts)-1]; strings.HasPrefix(last, "@") {
		attribute, parts = last[1:], parts[:len(parts)-1]
		if !c.named(attribute, true, at) {
			return nil, attribute, false
		}
	}
	for i, part := range parts {
		if !c.named(part, false, at) {
			return nil, attribute, false
		}
		if e = e.child(part); e.each != nil && (i < len(parts)-1 || attribute != "") {
			at.wrong("to", strings.Join(parts[:i+1], "/")+" is repeated by `each`", "put this field into that field's fields")
			return nil, attribute, false
		}
	}
	return e, attribute, true
}

func (c *compiler) named(name string, attribute bool, at complaints) bool {
	text, remedy := nameFault(name, attribute, c.prefixes)
	if text != "" {
		at.wrong("to", text, remedy)
	}
	return text == ""
}

func (e *element) child(name string) *element {
	for _, child := range e.children {
		if child.name == name {
			return child
		}
	}
	child := newElement(name)
	e.children = append(e.children, child)
	return child
}

// check waits until the element has all its children.
func (p placed) check() {
	for _, child := range p.children {
		if child.each != nil {
			p.wrong("to", "the element has a text, and elements from `each` as well", "give the text or the list an element of its own")
			return
		}
	}
	if p.ifNull == null && len(p.children) > 0 {
		p.wrong("if_null", "an element with elements in it cannot be nil", "write omit, empty or fail")
	}
}

// size is what the element takes in the document without its values.
func (e *element) size() int {
	n := len(e.begin) + len(">") + len(e.end)
	for _, a := range e.attributes {
		n += len(a.begin) + len(a.literal) + len(`"`)
	}
	if e.text != nil {
		n += len(e.text.literal) + len(sectionBegin) + len(sectionEnd)
	}
	for _, child := range e.children {
		n += child.size()
	}
	return n
}
