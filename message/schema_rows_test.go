package message_test

import (
	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/record"
)

// everyKind has a column of every kind, and columns whose names no element may have.
func everyKind() record.Row {
	return row("text", text("a"), "boolean", kind(record.Boolean, "true"), "integer", kind(record.Integer, "1"), "decimal", kind(record.Decimal, "1.50"),
		"float", kind(record.Float, "1.5E300"), "bytes", kind(record.Bytes, "\x00\xff"), "date", kind(record.Date, "2026-09-01"),
		"dateTime", kind(record.DateTime, "2026-09-01T12:03:07.12Z"), "time", kind(record.Time, "12:03:07.12"), "duration", kind(record.Duration, "P1Y2M3DT4H5M6.789S"),
		"list", list(text("1"), null, list(text("2"))), "Gr÷ße", text("1"), "1st no", text("2"), "xmlData", text("3"), "_x0041", text("4"))
}

// edges are the same columns with what is rare in a database.
func edges() record.Row {
	r := everyKind()
	for i, v := range []record.Value{text("<&]]>\t\r\n \U0001F600"), kind(record.Boolean, "false"), kind(record.Integer, "-9223372036854775808"), kind(record.Decimal, "-0.00"),
		kind(record.Float, "-INF"), kind(record.Bytes, ""), kind(record.Date, "-0044-03-15"), kind(record.DateTime, "294276-12-31T23:59:59.999999Z"),
		kind(record.Time, "24:00:00"), kind(record.Duration, "P-1Y2DT-3H-0.5S"), list(), null, text(""), text(" "), null} {
		r.Values[i] = v
	}
	return r
}

func nulls() record.Row {
	r := everyKind()
	for i := range r.Values {
		r.Values[i] = null
	}
	return r
}

// everyType has a literal-like expression for each word that `type` may be, so that the type alone decides.
func everyType() []message.Field {
	all := []message.Field{
		{To: "string", Source: from(`"1"`), MaxLength: 8, Required: true}, {To: "decimal", Source: from(`dec("1")`), Scale: ptr(2)}, {To: "base64Binary", Source: from(`"AP8="`), MaxLength: 4},
		{To: "hexBinary", Source: from(`"00ff"`), MaxLength: 8}, {To: "anyURI", Source: from(`"urn:1"`), MaxLength: 9}, {To: "date", Source: from(`"2026-09-01+02:00"`)}, {To: "dateTime", Source: from(`"2026-09-01T00:00:00"`)},
		{To: "time", Source: from(`"24:00:00"`)}, {To: "duration", Source: from(`"P1Y"`)}, {To: "boolean", Source: from(`"1"`)}, {To: "int", Source: from("1")}, {To: "long", Source: from("1")},
		{To: "integer", Source: from(`"+1"`)}, {To: "double", Source: from(`"1e3"`)}, {To: "float", Source: from(`"-INF"`)},
	}
	for i := range all {
		all[i].Type = all[i].To
	}
	return append(all, message.Field{To: "x", Source: from(`"<a/>"`), Type: "xml"})
}
