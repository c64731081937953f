package message

import (
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// leaf compiles a field that has a value.
func (c *compiler) leaf(f Field, n expression.Names, at complaints, attribute bool) *leaf {
	before := len(*at.all)
	l := &leaf{place: place{path: f.To, key: at.path}, format: c.fieldFormat(f, at, attribute)}
	l.checkFormat(f, at)
	switch {
	case (f.From == nil) == (f.Value == nil):
		at.wrong("from", "a field has one of from and value, and not both", "from is an expression, value is written as it is")
	case f.From != nil:
		l.from = shorten(*f.From)
		if l.expr = at.expression("from", *f.From, n); l.expr != nil {
			l.checkType(l.expr.Type(), at)
			c.used = append(c.used, l.expr.References()...)
		}
	case len(*at.all) == before: // or what is wrong already would be said twice
		l.literal = c.literal(&l.format, *f.Value, at)
	}
	return l
}

func (c *compiler) fieldFormat(f Field, at complaints, attribute bool) format {
	out := c.format()
	out.typ, out.maxLength, out.required, out.cdata, out.attribute = types[f.Type], f.MaxLength, f.Required, f.CDATA, attribute
	if f.Type != "" && out.typ == nil {
		at.wrong("type", quote(f.Type)+" is no type", "write one of "+typeNames())
	}
	if f.IfNull != "" {
		out.null = f.IfNull
		at.oneOf("if_null", f.IfNull, omit, null, empty, fail)
	}
	if f.Scale != nil {
		out.scale = *f.Scale
	}
	return out
}

// checkFormat finds keys that contradict each other.
func (l *leaf) checkFormat(f Field, at complaints) {
	if f.Scale != nil && (f.Type != "decimal" || *f.Scale < 0) {
		at.wrong("scale", "scale is the number of digits that a decimal has after the point", "write type: decimal, and a scale of 0 or more")
	}
	if f.MaxLength < 0 {
		at.wrong("max_length", "a value cannot be shorter than empty", "write a number above 0")
	}
	if f.Required && f.IfNull != "" && f.IfNull != fail {
		at.wrong("if_null", "the field is required, so NULL fails", "remove required or if_null")
	}
	if f.IfNull == null && l.attribute {
		at.wrong("if_null", "an attribute cannot be nil", "write omit, empty or fail")
	}
	if f.CDATA && (l.attribute || f.Type == "xml") {
		at.wrong("cdata", "CDATA sections hold the text of an element", "remove cdata")
	}
	if f.Type == "xml" && l.attribute {
		at.wrong("type", "an attribute holds no XML", "name an element in to")
	}
}

// checkType refuses what could not be written for any row.
func (l *leaf) checkType(t expression.Type, at complaints) {
	switch {
	case t.Any:
	case t.Kind == record.Object:
		at.wrong("from", "it is a row of its own, no single value", "name one of its columns after a point")
	case t.Kind == record.List && t.Item != nil && !t.Item.Any && t.Item.Kind == record.Object:
		at.wrong("from", "it is a list of rows", "write each, as and fields instead of from")
	default:
		if bad := l.check(t.Kind); bad != nil {
			at.wrong("from", bad.text, "take another type, or another expression")
		}
	}
}

// literal is what a value that never changes looks like in the document.
func (c *compiler) literal(f *format, value string, at complaints) string {
	var w writer
	v := record.Value{Text: value}
	_, bad := f.settle(v)
	if bad == nil {
		bad = f.write(&w, v)
	}
	if bad != nil {
		at.wrong("value", bad.text, "correct the value")
	}
	c.xsi = c.xsi || w.nils
	return string(w.buf)
}

// shorten keeps an error's text readable.
func shorten(src string) string {
	src = strings.Join(strings.Fields(src), " ")
	if runes := []rune(src); len(runes) > 60 {
		return string(runes[:59]) + "…"
	}
	return src
}

// weighed are the columns that a field refers to: they make most of the document.
func (c *compiler) weighed(n expression.Names) []int {
	var all []int
	for i, column := range n.Columns {
		if slices.Contains(c.used, column.Name) {
			all = append(all, i)
		}
	}
	return all
}
