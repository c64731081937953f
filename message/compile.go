package message

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rowrelay/rowrelay/expression"
)

// compiler turns a message block into a Plan and collects all that is wrong with it.
type compiler struct {
	complaints // of the block
	o          Options
	prefixes   scope
	xsi        bool // every document needs it
	texts      []placed
	used       []string // names that fields refer to
}

// Compile checks the block against the names that its expressions may use. Its error is of type Faults, with every fault at once.
func Compile(o Options, n expression.Names) (*Plan, error) {
	var faults Faults
	o.Path, o.IfNull, o.InvalidChars = cmp.Or(o.Path, "message"), cmp.Or(o.IfNull, omit), cmp.Or(o.InvalidChars, fail)
	o.Zone = cmp.Or(o.Zone, time.UTC)
	c := compiler{complaints: complaints{&faults, o.Path}, o: o, prefixes: scope{}}
	maps.Copy(c.prefixes, o.Namespaces)
	c.check()
	p := &Plan{maxSize: o.MaxSize, indent: o.Indent, prefixes: c.prefixes, root: c.root(n)}
	p.headers = c.compileHeaders(n)
	if o.Fields == nil {
		p.columns = newColumns(c.format(), n)
	}
	p.head, p.tail = c.begin()
	p.xsi = c.xsi
	if len(faults) > 0 {
		return nil, faults
	}
	p.size = len(p.head) + len(p.tail) + len(xsiNamespace) + p.root.size()
	p.weighed = c.weighed(n)
	return p, nil
}

func (c *compiler) check() {
	if text, remedy := nameFault(c.o.Root, false, c.o.Namespaces); text != "" {
		c.wrong("root", text, remedy)
	} else if !isName(c.o.Root[strings.IndexByte(c.o.Root, ':')+1:]) {
		c.wrong("root", quote(c.o.Root)+" looks like an escaped name", "choose a name without _xHHHH_")
	}
	c.oneOf("if_null", c.o.IfNull, omit, null, empty, fail)
	c.oneOf("invalid_chars", c.o.InvalidChars, fail, replace, remove)
	if c.o.MaxSize <= 0 {
		c.wrong("max_size", fmt.Sprintf("%d bytes are no size of a message", c.o.MaxSize), "it must be above 0")
	}
	for _, prefix := range slices.Sorted(maps.Keys(c.o.Namespaces)) {
		c.namespace(prefix, c.o.Namespaces[prefix])
	}
	if n := len(strings.Fields(c.o.SchemaLocation)); n%2 != 0 || n == 0 && c.o.SchemaLocation != "" {
		c.wrong("schema_location", "it is no list of pairs", "write each namespace and, after a blank, the place of its schema")
	}
}

func (c complaints) oneOf(key, word string, words ...string) {
	if !slices.Contains(words, word) {
		c.wrong(key, quote(word)+" is none of its words", "write "+strings.Join(words, ", "))
	}
}

func (c *compiler) namespace(prefix, uri string) {
	key := "namespaces." + prefix
	switch {
	case prefix == "xsi" || prefix == "xml" || prefix == "xmlns" || uri == xsiURI || uri == xmlNamespace || uri == xmlnsNamespace:
		c.wrong(key, "xml and xsi are XML's own", "leave it out: xsi is declared where a message needs it")
	case prefix != "" && !isPart(prefix):
		c.wrong(key, quote(prefix)+" is no prefix", "use letters, digits, '_', '-' and '.'; begin with a letter, but not with \"xml\"")
	case uri == "":
		c.wrong(key, "the URI is empty", "write the namespace of the receiver's schema")
	}
}

// begin is the beginning of every document up to the root's own attributes, cut where xsi would be declared.
func (c *compiler) begin() (head, tail string) {
	var before, after writer
	if c.o.Declaration {
		before.raw(declaration)
		if before.indent = c.o.Indent; before.indent {
			before.line()
		}
	}
	before.raw("<", c.o.Root)
	for _, prefix := range slices.Sorted(maps.Keys(c.o.Namespaces)) {
		w := &before
		if prefix > "xsi" {
			w = &after
		}
		name := strings.TrimSuffix("xmlns:"+prefix, ":")
		c.attribute(w, "namespaces."+prefix, name, c.o.Namespaces[prefix])
	}
	if c.o.SchemaLocation != "" {
		c.attribute(&after, "schema_location", "xsi:schemaLocation", c.o.SchemaLocation)
		c.xsi = true
	}
	if c.xsi {
		before.raw(xsiNamespace)
	}
	return string(before.buf), string(after.buf)
}

const declaration = `<?xml version="1.0" encoding="UTF-8"?>`

func (c *compiler) attribute(w *writer, key, name, value string) {
	w.raw(" ", name, `="`)
	if bad := w.escape(value, &attributeClasses); bad != nil {
		c.wrong(key, bad.text, "take the character out")
	}
	w.raw(`"`)
}

// format is what the block says for every value.
func (c *compiler) format() format {
	return format{scale: -1, null: c.o.IfNull, zone: c.o.Zone, invalid: c.o.InvalidChars, prefixes: c.prefixes}
}
