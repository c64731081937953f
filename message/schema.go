package message

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Schema is one XSD 1.0 document.
type Schema struct {
	Namespace string // that it declares; "" is none
	File      string // by which the others import it
	Text      string
}

// Schemas describe every document that the plan renders: the root's namespace first, one document each, the first in the file name.xsd. With
// exact every value is of its column's kind; without, where a database types single values, a column may be any text. The error names a
// field that no schema can describe.
func (p *Plan) Schemas(name string, exact bool) ([]Schema, error) {
	d := &describer{name: name, prefixes: p.prefixes}
	d.xsd = d.free("xs", "xsd")
	root := p.shape(exact)
	uri, local := d.split(root.name)
	main := d.schema(uri)
	main.declare(&main.elements, local, d.element(main, root), anyElement)
	if d.fault != nil {
		return nil, d.fault
	}
	all := make([]Schema, len(d.schemas))
	for i, s := range d.schemas {
		all[i] = Schema{s.namespace, s.file, s.write(d)}
	}
	return all, nil
}

// describer makes schemas of a shape.
type describer struct {
	name     string
	prefixes scope
	xsd      string // the prefix of XSD's own names
	schemas  []*schema
	fault    error
}

// schema is a document that is being made, for one namespace.
type schema struct {
	namespace, prefix, file     string
	imports                     []*schema
	elements, attributes, types []*tag
	locals                      []*tag // elements whose second attribute is form
}

// free is the first of the prefixes that the message does not use.
func (d *describer) free(wanted ...string) string {
	for i := 0; ; i++ {
		if i >= len(wanted) {
			wanted = append(wanted, fmt.Sprint(wanted[0], i))
		}
		if _, taken := d.prefixes[wanted[i]]; !taken {
			return wanted[i]
		}
	}
}

// split is an element's name without its prefix, and the namespace that it is in.
func (d *describer) split(name string) (uri, local string) {
	prefix, local, found := strings.Cut(name, ":")
	if !found {
		prefix, local = "", name
	}
	return d.prefixes[prefix], local
}

// schema is the document for a namespace, begun where it is not there yet.
func (d *describer) schema(uri string) *schema {
	for _, s := range d.schemas {
		if s.namespace == uri {
			return s
		}
	}
	s := &schema{namespace: uri, file: d.name + ".xsd"}
	if uri != "" {
		s.prefix = d.prefix(uri)
	}
	if len(d.schemas) > 0 {
		s.file = d.name + "-" + s.prefix + ".xsd"
	}
	d.schemas = append(d.schemas, s)
	return s
}

func (d *describer) prefix(uri string) string {
	for _, prefix := range slices.Sorted(maps.Keys(d.prefixes)) {
		if prefix != "" && d.prefixes[prefix] == uri {
			return prefix
		}
	}
	return d.free("ns")
}

// declare adds a declaration that documents share by its name. What two of one name cannot agree on becomes loose.
func (s *schema) declare(all *[]*tag, name string, t *tag, loose func(name string) *tag) {
	for i, other := range *all {
		if other.attributes[0].value != name {
			continue
		}
		if other.text() != t.text() {
			(*all)[i] = loose(name)
		}
		return
	}
	*all = slices.Insert(*all, 0, t) // parents are ready after their children, and read before them
}

// refer is a reference to what another document declares.
func (s *schema) refer(tagName string, to *schema, name string) *tag {
	if !slices.Contains(s.imports, to) {
		s.imports = append(s.imports, to)
	}
	return newTag(tagName, "ref", to.qname(name))
}

func (s *schema) qname(name string) string {
	return strings.TrimPrefix(s.prefix+":"+name, ":")
}

func (s *schema) write(d *describer) string {
	t := newTag("schema", "xmlns:"+d.xsd, schemaNamespace)
	if s.namespace != "" {
		t.set("xmlns:"+s.prefix, s.namespace)
	}
	for _, other := range s.imports {
		t.set("xmlns:"+other.prefix, other.namespace)
		t.add(newTag("import", "namespace", other.namespace, "schemaLocation", other.file))
	}
	if s.namespace != "" {
		t.set("targetNamespace", s.namespace)
		t.set("elementFormDefault", s.settleForms())
	}
	t.add(s.elements...).add(s.attributes...).add(s.types...)
	w := writer{indent: true}
	w.raw(declaration)
	t.write(&w, d.xsd)
	w.raw("\n")
	return string(w.buf)
}

const schemaNamespace = "http://www.w3.org/2001/XMLSchema"

// settleForms is the form of the first local element; others keep theirs.
func (s *schema) settleForms() string {
	form := facet{"form", "qualified"}
	if len(s.locals) > 0 {
		form = s.locals[0].attributes[1]
	}
	for _, t := range s.locals {
		if t.attributes[1] == form {
			t.attributes = slices.Delete(t.attributes, 1, 2)
		}
	}
	return form.value
}
