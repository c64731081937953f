package message

import (
	"slices"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// repeated compiles a field with `each`.
func (c *compiler) repeated(parent *element, f Field, n expression.Names, at complaints) {
	c.checkRepeated(f, at)
	known := parent.count()
	where, attribute, ok := c.find(parent, f.To, at)
	switch {
	case !ok:
		where = newElement(f.To)
	case attribute != "" || f.To == ".":
		at.wrong("to", f.To+" cannot be repeated", "name an element")
		where = newElement(f.To)
	case parent.count() == known:
		at.wrong("to", f.To+" is written by another field already", "repeat an element of its own")
		where = newElement(f.To)
	}
	item := expression.Type{Any: true}
	where.each = &each{place: place{f.To, shorten(f.Each), at.path}, required: f.Required}
	if f.Each != "" {
		where.each.expr, item = c.list(f, n, at)
	}
	c.fields(where, f.Fields, with(n, f.As, item), at)
}

func (c *compiler) checkRepeated(f Field, at complaints) {
	for _, excluded := range []struct {
		key     string
		present bool
	}{{"from", f.From != nil}, {"value", f.Value != nil}, {"type", f.Type != ""}, {"scale", f.Scale != nil},
		{"max_length", f.MaxLength != 0}, {"if_null", f.IfNull != ""}, {"cdata", f.CDATA}} {
		if excluded.present {
			at.wrong(excluded.key, "a repeated element has no value of its own", `give it to a field in its fields; { to: "." } is the text of each`)
		}
	}
	if f.Each == "" {
		at.wrong("each", "`as` and `fields` belong to a list", "write each: and the list's expression")
	}
	if f.As == "" {
		at.wrong("as", "the items have no name", "write as: and a name that fields use for the item")
	}
	if len(f.Fields) == 0 {
		at.wrong("fields", "the items have no fields", "write fields: and what each item consists of")
	}
}

// list compiles the expression of a list and the name of its items.
func (c *compiler) list(f Field, n expression.Names, at complaints) (*expression.Expr, expression.Type) {
	item := expression.Type{Any: true}
	if f.As != "" {
		at.checkName(f.As, n)
	}
	e := at.expression("each", f.Each, n)
	if e == nil {
		return nil, item
	}
	c.used = append(c.used, e.References()...)
	t := e.Type()
	if !t.Any && t.Kind != record.List {
		at.wrong("each", "it is "+kinds[t.Kind]+", not a list", "name a lookup with rows: many, or a column that is an array")
	}
	if t.Item != nil {
		item = *t.Item
	}
	return e, item
}

func with(n expression.Names, name string, t expression.Type) expression.Names {
	n.Vars = append(slices.Clip(n.Vars), expression.Binding{Name: name, Type: t})
	return n
}

// checkName: a name that hid another would change what the other fields mean.
func (c complaints) checkName(name string, n expression.Names) {
	if hidden := hides(name, n); hidden != "" {
		c.wrong("as", name+" is "+hidden+" already", "choose another name")
		return
	}
	if !isIdentifier(name) {
		c.wrong("as", quote(name)+" is no name", "use letters, digits and '_', and do not begin with a digit")
	} else if e, err := expression.Compile(name, with(expression.Names{}, name, expression.Type{Any: true})); err != nil || len(e.References()) == 0 {
		c.wrong("as", name+" is a word of the expressions already", "choose another name")
	}
}

func hides(name string, n expression.Names) string {
	for _, column := range n.Columns {
		if column.Name == name {
			return "a column"
		}
	}
	for _, b := range slices.Concat(n.Into, n.Vars) {
		if b.Name == name {
			return "the name of a lookup or of a list's items"
		}
	}
	if slices.Contains([]string{"seq", "feed", "row", "fmt", "dec", "coalesce", "trim", "upper", "lower", "mapvalue", "len", "round"}, name) {
		return "a word of the expressions"
	}
	return ""
}

func isIdentifier(s string) bool {
	for i, r := range s {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// count is the number of elements from here on.
func (e *element) count() int {
	n := 1
	for _, child := range e.children {
		n += child.count()
	}
	return n
}
