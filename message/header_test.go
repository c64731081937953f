package message_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/record"
)

func TestHeadersAreTexts(t *testing.T) {
	p := plan(t, message.Options{Root: "R", CorrelationID: ptr(from("none")), GroupID: ptr(from("n")), Properties: []message.Property{
		{Name: "amount", Source: from("d")}, {Name: "none", Source: from("none")}, {Name: "empty", Source: from("e")}, {Name: "at", Source: from("at")}, {Name: "bytes", Source: from("bytes")},
		{Name: "feed", Source: from("feed")}, {Name: "seq", Source: from("seq")},
	}})
	got, err := p.Render(&expression.Scope{Feed: "orders", Seq: 7, Row: row("none", null, "n", kind(record.Integer, "5"), "d", kind(record.Decimal, "10.50"), "e", text(""),
		"at", kind(record.DateTime, "2026-09-01T12:03:07Z"), "bytes", kind(record.Bytes, "\x00\xff"))})
	require.NoError(t, err)
	require.Equal(t, message.Headers{GroupID: "5", Properties: []message.Header{
		{Name: "amount", Value: "10.50"}, {Name: "empty", Value: ""}, {Name: "at", Value: "2026-09-01T12:03:07Z"}, {Name: "bytes", Value: "AP8="},
		{Name: "feed", Value: "orders"}, {Name: "seq", Value: "7"},
	}}, got.Headers)
}

func TestHeadersRefuseARow(t *testing.T) {
	for _, c := range []struct {
		value record.Value
		want  record.Failure
	}{
		{text("a:b"), record.Failure{Code: record.XMLType, Text: "header correlation_id: character 2 is a colon, which a correlation id may not hold: over STOMP some clients lose it"}},
		{text("ä\x00"), record.Failure{Code: record.XMLInvalidChar, Text: "header correlation_id: character 2 is U+0000, a control character, which no header may hold"}},
		{text("ä\r\n"), record.Failure{Code: record.XMLInvalidChar, Text: "header correlation_id: character 2 is U+000D, a control character, which no header may hold"}},
		{text("ä\xff"), record.Failure{Code: record.XMLInvalidChar, Text: "header correlation_id: character 2 is not UTF-8 (byte 0xFF)"}},
		{list(), record.Failure{Code: record.XMLType, Text: "header correlation_id: a list is no single value"}},
	} {
		p := plan(t, message.Options{Root: "R", CorrelationID: ptr(from("v")), Fields: []message.Field{}})
		_, err := p.Render(&expression.Scope{Row: row("v", c.value)})
		requireFailure(t, c.want, err)
	}
	p := plan(t, message.Options{Root: "R", Properties: []message.Property{{Name: "note", Source: from("v")}}})
	_, err := p.Render(&expression.Scope{Row: row("v", text("a\tb"))})
	requireFailure(t, record.Failure{Code: record.XMLInvalidChar, Text: "property note: character 2 is U+0009, a control character, which no header may hold"}, err)
	got, err := p.Render(&expression.Scope{Row: row("v", text("a:b \uFFFD"))})
	require.NoError(t, err)
	require.Equal(t, "a:b \uFFFD", got.Headers.Properties[0].Value)
}
