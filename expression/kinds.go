package expression

import (
	"slices"

	"github.com/rowrelay/rowrelay/record"
)

var (
	yes  = record.Value{Kind: record.Boolean, Text: "true"}
	no   = record.Value{Kind: record.Boolean, Text: "false"}
	null = record.Value{Null: true}
)

func boolean(b bool) record.Value {
	if b {
		return yes
	}
	return no
}

var words = [...]string{
	record.Text: "text", record.Boolean: "a boolean", record.Integer: "an integer", record.Decimal: "a decimal",
	record.Float: "a float", record.Bytes: "bytes", record.Date: "a date", record.DateTime: "a dateTime",
	record.Time: "a time", record.Duration: "a duration", record.List: "a list", record.Object: "a row",
}

// word is how errors call a kind.
func word(k record.Kind) string {
	if int(k) < len(words) {
		return words[k]
	}
	return "of an unknown kind"
}

func isNumber(k record.Kind) bool {
	return k == record.Integer || k == record.Decimal || k == record.Float
}

func isMoment(k record.Kind) bool {
	return k == record.Date || k == record.DateTime || k == record.Time
}

// isOrdered says that values of the kind can be compared with <. isEqual, that they can be with ==. Durations
// cannot: how long a month is depends on the month.
func isOrdered(k record.Kind) bool {
	return isNumber(k) || isMoment(k) || k == record.Text || k == record.Bytes
}

func isEqual(k record.Kind) bool { return isOrdered(k) || k == record.Boolean }

// join is the type of what is either a or b.
func join(a, b Type) (Type, bool) {
	switch {
	case a.Any || b.Any:
		return Type{Any: true}, true
	case a.Kind == record.Object && b.Kind == record.Object && !slices.Equal(a.Columns, b.Columns):
		return Type{Any: true}, true
	case a.Kind == record.List && b.Kind == record.List && a.Item != b.Item:
		return Type{Kind: record.List}, true
	case a.Kind == b.Kind:
		return a, true
	case isNumber(a.Kind) && isNumber(b.Kind):
		return Type{Kind: widest(a.Kind, b.Kind)}, true
	}
	return Type{}, false
}

// widest is the kind in which two kinds of numbers meet.
func widest(a, b record.Kind) record.Kind {
	switch {
	case a == record.Float || b == record.Float:
		return record.Float
	case a == record.Decimal || b == record.Decimal:
		return record.Decimal
	}
	return record.Integer
}
