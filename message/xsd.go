package message

import (
	"maps"
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/record"
)

// xsd is a type that a field may ask for.
type xsd struct {
	name    string
	takes   []record.Kind
	lexical func(*format, record.Value) (string, *fault) // of a value that is neither NULL nor Bytes
}

// fits reports whether a value of the kind can be one of the type at all.
func (x *xsd) fits(k record.Kind) bool { return slices.Contains(x.takes, k) }

var types = func() map[string]*xsd {
	all := map[string]*xsd{}
	add := func(name string, lexical func(*format, record.Value) (string, *fault), takes ...record.Kind) {
		all[name] = &xsd{name, append(takes, record.Text), lexical}
	}
	add("string", plainText, record.Boolean, record.Integer, record.Decimal, record.Float, record.Date, record.DateTime, record.Time, record.Duration)
	add("boolean", boolean, record.Boolean, record.Integer, record.Decimal)
	add("integer", whole("integer", 0), record.Integer, record.Decimal, record.Float)
	add("int", whole("int", 32), record.Integer, record.Decimal, record.Float)
	add("long", whole("long", 64), record.Integer, record.Decimal, record.Float)
	add("decimal", decimal, record.Integer, record.Decimal, record.Float)
	add("double", float, record.Integer, record.Decimal, record.Float)
	add("float", float, record.Integer, record.Decimal, record.Float)
	add("date", date, record.Date, record.DateTime)
	add("dateTime", dateTime, record.Date, record.DateTime)
	add("time", timeOfDay, record.Time)
	add("duration", duration, record.Duration)
	add("base64Binary", base64Text, record.Bytes)
	add("hexBinary", hexText, record.Bytes)
	add("anyURI", anyURI)
	add("xml", asItIs)
	return all
}()

// typeNames are the words that `type` may be.
func typeNames() string { return strings.Join(slices.Sorted(maps.Keys(types)), ", ") }

// kinds name a value's kind to people.
var kinds = map[record.Kind]string{
	record.Text: "a text", record.Boolean: "a boolean", record.Integer: "an integer", record.Decimal: "a decimal",
	record.Float: "a floating-point number", record.Bytes: "bytes", record.Date: "a date", record.DateTime: "a date with a time",
	record.Time: "a time", record.Duration: "a duration", record.List: "a list", record.Object: "a row of its own",
}

// noValue says that a text is not in a type's lexical space, without the text.
func noValue(typ string) *fault {
	return refuse(record.XMLType, "the value is no XML %s", typ)
}
