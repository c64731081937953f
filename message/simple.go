package message

import (
	"slices"
	"strconv"
	"strings"
)

// attribute is one where its element has it. A prefix alone puts it into a namespace.
func (d *describer) attribute(s *schema, a *shape) *tag {
	uri, name := "", a.name
	if strings.Contains(name, ":") {
		uri, name = d.split(name)
	}
	if uri == "" || uri == s.namespace {
		t := d.declared(s, name, a.text)
		if uri != "" {
			t.set("form", "qualified")
		}
		return used(t, a)
	}
	other := d.schema(uri)
	other.declare(&other.attributes, name, d.declared(other, name, a.text), anyAttribute)
	return used(s.refer("attribute", other, name), a)
}

func used(t *tag, a *shape) *tag {
	if a.always {
		t.set("use", "required")
	}
	return t
}

// declared is an attribute's declaration. One that never changes is fixed.
func (d *describer) declared(s *schema, name string, c *content) *tag {
	if len(c.facets) == 1 && c.facets[0].name == "enumeration" {
		return newTag("attribute", "name", name, "type", d.xsd+":string", "fixed", c.facets[0].value)
	}
	return newTag("attribute", "name", name, "type", d.simple(s, name, c))
}

// simple names the type of a text: one of XSD's own, or one that is made from it.
func (d *describer) simple(s *schema, name string, c *content) string {
	base := d.xsd + ":" + c.base
	if len(c.facets) == 0 && !c.needsEmpty() {
		return base
	}
	made := newTag("restriction", "base", base)
	for _, f := range c.facets {
		made.add(newTag(f.name, "value", f.value))
	}
	if c.needsEmpty() {
		nothing := newTag("restriction", "base", d.xsd+":string").add(newTag("length", "value", "0"))
		made = newTag("union").add(newTag("simpleType").add(made), newTag("simpleType").add(nothing))
	}
	return s.qname(s.named(name, made))
}

// needsEmpty tells whether the empty text has to be allowed beside the type, which does not take it.
func (c *content) needsEmpty() bool {
	switch c.base {
	case "string":
		return c.empty && slices.ContainsFunc(c.facets, func(f facet) bool { return f.name == "pattern" })
	case "base64Binary", "hexBinary", "anyURI":
		return false
	}
	return c.empty
}

// named keeps a type under the name of what has it first, numbered where that has another type elsewhere.
func (s *schema) named(of string, made *tag) string {
	for i := 1; ; i++ {
		name := of + "Type"
		if i > 1 {
			name += strconv.Itoa(i)
		}
		t := newTag("simpleType", "name", name).add(made)
		at := slices.IndexFunc(s.types, func(other *tag) bool { return other.attributes[0].value == name })
		if at < 0 {
			s.types = append(s.types, t)
			return name
		}
		if s.types[at].text() == t.text() {
			return name
		}
	}
}
