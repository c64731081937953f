package message

import (
	"encoding/xml"
	"math"
	"strconv"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// content is what a schema says of a text.
type content struct {
	base     string  // an XSD type without a prefix
	facets   []facet // that narrow it
	empty    bool    // or no text at all
	mayItems bool    // a text, or the items of a list
	items    bool    // the items of a list
	anything bool    // XML that a value brings along
}

type facet struct{ name, value string }

// of is what values of a type become. Where single values are typed, only a type in the file tells what they are.
func (f *format) of(t expression.Type, exact bool) *content {
	c := &content{base: "string", empty: f.null == empty && !f.required}
	switch {
	case f.typ != nil && f.typ.name == "xml":
		return &content{anything: true}
	case f.typ != nil:
		c.base = f.typ.name
	case !t.Any && t.Kind == record.List:
		return &content{items: true}
	case t.Any && !f.attribute:
		return &content{mayItems: true}
	case !t.Any && exact:
		c.base, c.facets = plainTypes[t.Kind].base, plainTypes[t.Kind].facets
	}
	c.facets = append(f.facets(c.base), c.facets...)
	return c
}

// plainTypes are the forms of plainText. The patterns take what databases write and no XSD type has: an interval whose
// parts have signs of their own, and a time whose offset has seconds or is above 14 hours.
var plainTypes = map[record.Kind]content{
	record.Text: {base: "string"}, record.Boolean: {base: "boolean"}, record.Integer: {base: "integer"}, record.Decimal: {base: "decimal"},
	record.Float: {base: "double"}, record.Bytes: {base: "base64Binary"}, record.Date: {base: "date"}, record.DateTime: {base: "dateTime"},
	record.Time:     {base: "string", facets: []facet{{"pattern", `[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+\-][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?`}}},
	record.Duration: {base: "string", facets: []facet{{"pattern", `-?P(-?[0-9]+Y)?(-?[0-9]+M)?(-?[0-9]+W)?(-?[0-9]+D)?(T(-?[0-9]+H)?(-?[0-9]+M)?(-?[0-9]+(\.[0-9]+)?S)?)?`}}},
	record.Object:   {base: "string"}, // which no document has: it is refused
}

// facets are the field's own limits.
func (f *format) facets(base string) (all []facet) {
	if base == "string" && f.required && f.invalid != remove { // what is removed may be all there was
		all = append(all, facet{"minLength", "1"})
	}
	if n, ok := f.longest(base); ok {
		all = append(all, facet{"maxLength", strconv.Itoa(n)})
	}
	if base == "decimal" && f.scale >= 0 {
		all = append(all, facet{"fractionDigits", strconv.Itoa(f.scale)})
	}
	return all
}

// longest is the length that XSD counts: of a binary type the bytes, where max_length counts the characters that stand for them.
func (f *format) longest(base string) (n int, ok bool) {
	switch base {
	case "string", "anyURI":
		n = f.maxLength
	case "base64Binary":
		n = f.maxLength / 4 * 3
	case "hexBinary":
		n = f.maxLength / 2
	default:
		return 0, false
	}
	return n, f.maxLength > 0 && n <= math.MaxInt32 // more is beyond what validators count
}

// constant is the content of a literal: its text alone, to the letter.
func (l *leaf) constant() *content {
	if l.typ != nil && l.typ.name == "xml" {
		return &content{anything: true}
	}
	var text string
	_ = xml.Unmarshal([]byte("<a>"+l.literal+"</a>"), &text) // which we have written
	return &content{base: "string", facets: []facet{{"enumeration", text}}}
}
