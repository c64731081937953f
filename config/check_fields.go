package config

import (
	"fmt"
	"slices"
	"strings"
)

// fieldList is one list of fields, and what the lists round it say.
type fieldList struct {
	path       string
	namespaces namespaces
	names      []string // bound by lookups and by the `as` of the lists round it
}

func (c *checker) fields(path string, f Feed) {
	if !c.has(path) || !c.sound(path) {
		return
	}
	list := fieldList{path: path, namespaces: namespaces{parent(path) + ".namespaces", f.Message.Namespaces}}
	for _, item := range f.Process {
		if item.Lookup != nil {
			list.names = append(list.names, item.Lookup.Into)
		}
	}
	if len(f.Message.Fields) == 0 {
		c.wrong(path, "fields is empty", "remove it to make every column an element")
	}
	c.fieldList(list, f.Message.Fields)
}

func (c *checker) fieldList(l fieldList, fields []Field) {
	written := map[string]int{}
	for i, f := range fields {
		at := fmt.Sprintf("%s[%d]", l.path, i)
		if !c.sound(at) {
			continue
		}
		c.to(at, f, l.namespaces)
		if first, twice := written[f.To]; twice && f.To != "" {
			c.wrong(at+".to", fmt.Sprintf("to: %s stands twice, first in fields[%d]", quote(f.To), first), "keep one of them")
		} else {
			written[f.To] = i
		}
		if c.has(at + ".each") {
			c.each(at, f, l)
		} else {
			c.field(at, f)
		}
	}
}

// to checks the path of the element or attribute, step by step.
func (c *checker) to(at string, f Field, n namespaces) {
	path := at + ".to"
	c.require(path, "name the element or attribute: to: Customer/Name, to: Amount/@currency")
	if !c.has(path) || !c.sound(path) {
		return
	}
	if f.To == "." { // the text of the element itself
		return
	}
	steps := strings.Split(f.To, "/")
	for i, step := range steps {
		name, isAttribute := strings.CutPrefix(step, "@")
		switch {
		case step == "":
			c.wrong(path, "a name is missing in to"+c.not(path, quote(f.To)), "write a/b for elements and a/@c for an attribute, below the root")
			return
		case isAttribute && i < len(steps)-1:
			c.wrong(path, "an attribute stands at the end"+c.not(path, quote(f.To)), "write a/b/@c")
			return
		}
		c.xmlName(path, name, isAttribute, n)
	}
}

func (f Field) isAttribute() bool { return strings.Contains(f.To, "@") }

// field checks one that writes a single value.
func (c *checker) field(at string, f Field) {
	for _, key := range []string{"as", "fields"} {
		if c.has(at+"."+key) && c.sound(at+".each") {
			c.wrong(at+"."+key, key+" goes with each only", "write each: the list to go through, or remove "+key)
			return
		}
	}
	c.origin(at, f.Origin())
	if c.has(at + ".type") {
		c.oneOf(at+".type", f.Type)
	}
	if f.Type == "xml" && f.isAttribute() {
		c.wrong(at+".type", "an attribute holds no XML", "name an element in to")
	}
	c.limit(at, f)
	c.absent(at, f)
	if f.CDATA && (f.isAttribute() || f.Type == "xml") {
		c.wrong(at+".cdata", "cdata is for the text of an element", "remove it")
	}
}

func (c *checker) limit(at string, f Field) {
	switch scale := at + ".scale"; {
	case f.Scale == nil || !c.sound(scale):
	case f.Type != "decimal" && c.sound(at+".type"):
		c.wrong(scale, "scale goes with type: decimal", "write type: decimal, or remove scale")
	default:
		c.number(scale, *f.Scale)
	}
	if c.has(at + ".max_length") {
		c.number(at+".max_length", f.MaxLength)
	}
}

// absent checks what is to become of NULL.
func (c *checker) absent(at string, f Field) {
	path := at + ".if_null"
	if !c.has(path) || !c.sound(path) {
		return
	}
	c.oneOf(path, f.IfNull)
	switch {
	case f.IfNull == "nil" && f.isAttribute():
		c.wrong(path, "an attribute cannot be nil", "write omit, empty or fail")
	case f.Required && f.IfNull != "fail" && slices.Contains(nullWords, f.IfNull):
		c.wrong(path, "required fails where there is no value, if_null does not", "keep one of them")
	}
}

// forOne are the keys that say nothing about a whole list.
var forOne = []string{"from", "value", "type", "scale", "max_length", "if_null", "cdata"}

// each checks one that writes an element for every item of a list.
func (c *checker) each(at string, f Field, l fieldList) {
	c.expression(at+".each", f.Each)
	c.require(at+".as", "name the item: as: line; its fields then read line.qty")
	c.require(at+".fields", "say what each element holds: fields: [{ to: ..., from: ... }]")
	for _, key := range forOne {
		if c.has(at + "." + key) {
			c.wrong(at+"."+key, key+" does not go with each", "move it into fields")
		}
	}
	if (f.isAttribute() || f.To == ".") && c.sound(at+".to") {
		c.wrong(at+".to", "each writes elements of its own", "name an element")
	}
	c.name(at+".as", f.As)
	if slices.Contains(l.names, f.As) && f.As != "" {
		c.wrong(at+".as", "as: "+quote(f.As)+" is bound already, by a lookup or a list round this one", "choose another name")
	}
	if c.has(at+".fields") && c.sound(at+".fields") && len(f.Fields) == 0 {
		c.wrong(at+".fields", "fields is empty", "say what each element holds: fields: [{ to: ..., from: ... }]")
	}
	c.fieldList(fieldList{at + ".fields", l.namespaces, append(slices.Clone(l.names), f.As)}, f.Fields)
}
