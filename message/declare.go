package message

import (
	"fmt"
	"strings"
)

// particle is an element where its parent has it: declared here, or in the document of its namespace.
func (d *describer) particle(s *schema, e *shape) *tag {
	uri, name := d.split(e.name)
	var t *tag
	if uri == "" || uri == s.namespace {
		t = d.element(s, e)
		if s.namespace != "" {
			t.attributes = append([]facet{t.attributes[0], {"form", formOf(uri != "")}}, t.attributes[1:]...)
			s.locals = append(s.locals, t)
		}
	} else {
		other := d.schema(uri)
		other.declare(&other.elements, name, d.element(other, e), anyElement)
		t = s.refer("element", other, name)
	}
	if !e.always {
		t.set("minOccurs", "0")
	}
	if e.repeated {
		t.set("maxOccurs", "unbounded")
	}
	return t
}

func formOf(qualified bool) string {
	if qualified {
		return "qualified"
	}
	return "unqualified"
}

// element is the declaration of one, without how often it occurs.
func (d *describer) element(s *schema, e *shape) *tag {
	_, name := d.split(e.name)
	t := newTag("element", "name", name)
	switch simple := len(e.children) == 0 && len(e.attributes) == 0; {
	case simple && e.text != nil && e.text.isSimple():
		t.set("type", d.simple(s, name, e.text))
	case simple && e.text != nil && e.text.mayItems:
		t.set("type", d.valueOrItems(s))
	case e.text != nil && e.text.isSimple() && len(e.children) == 0:
		extension := newTag("extension", "base", d.simple(s, name, e.text))
		t.add(newTag("complexType").add(newTag("simpleContent").add(d.attributes(s, extension, e.attributes))))
	default:
		t.add(d.complex(s, e))
	}
	if e.nillable {
		t.set("nillable", "true")
	}
	return t
}

func (c *content) isSimple() bool { return !c.mayItems && !c.items && !c.anything }

// complex is a type with elements in it, or with nothing in it.
func (d *describer) complex(s *schema, e *shape) *tag {
	t := newTag("complexType")
	if e.text != nil && !e.text.items {
		t.set("mixed", "true")
	}
	children := e.children
	if e.text != nil && (e.text.items || e.text.mayItems) {
		children = append([]*shape{item}, children...)
	}
	switch {
	case e.text != nil && e.text.anything || d.isAmbiguous(children):
		t.add(newTag("sequence").add(anything()))
	case len(children) > 0:
		sequence := newTag("sequence")
		for _, child := range children {
			sequence.add(d.particle(s, child))
		}
		t.add(sequence)
	}
	return d.attributes(s, t, e.attributes)
}

// item is one of a list that no `each` goes through: a value or another list, for databases do not say how deep an array is.
var item = &shape{name: "item", text: &content{mayItems: true}, repeated: true, nillable: true}

// isAmbiguous: where two prefixes are of one namespace a parent may have two children that a validator could not tell apart.
func (d *describer) isAmbiguous(children []*shape) bool {
	seen := map[[2]string]bool{}
	for _, child := range children {
		uri, name := d.split(child.name)
		if seen[[2]string{uri, name}] {
			return true
		}
		seen[[2]string{uri, name}] = true
	}
	return false
}

// anything is elements that are not looked into: what a value brings along may use the message's own names for something else.
func anything() *tag {
	return newTag("any", "namespace", "##any", "processContents", "skip", "minOccurs", "0", "maxOccurs", "unbounded")
}

func anyElement(name string) *tag {
	return newTag("element", "name", name, "nillable", "true").add(newTag("complexType", "mixed", "true").add(
		newTag("sequence").add(anything()), newTag("anyAttribute", "namespace", "##any", "processContents", "skip")))
}

func anyAttribute(name string) *tag { return newTag("attribute", "name", name) }

// valueOrItems names the type of what is a value in one row and a list in another, or a list in a list.
func (d *describer) valueOrItems(s *schema) string {
	const name = "valueOrItems"
	if len(s.types) == 0 || s.types[0].attributes[0].value != name {
		t := newTag("complexType", "name", name, "mixed", "true")
		s.types = append([]*tag{t}, s.types...) // before its items ask for it
		t.add(newTag("sequence").add(d.particle(s, item)))
	}
	return s.qname(name)
}

// attributes adds them to a type.
func (d *describer) attributes(s *schema, t *tag, all []*shape) *tag {
	var others *tag // after all that are named
	for _, a := range all {
		switch {
		case a.name == "xsi:type":
			d.fault = fmt.Errorf("%s writes xsi:type, which names types of the receiver's own schema: no other can describe them → check against theirs with rowrelay preview %s --xsd FILE", a.key, d.name)
		case strings.HasPrefix(a.name, "xsi:"): // every schema allows it
		case strings.HasPrefix(a.name, "xml:"): // declared by no document of ours
			others = newTag("anyAttribute", "namespace", xmlNamespace, "processContents", "skip")
		default:
			t.add(d.attribute(s, a))
		}
	}
	if others != nil {
		t.add(others)
	}
	return t
}
