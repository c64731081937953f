package message_test

import (
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/testbed"
)

func ptr[T any](v T) *T { return &v }

func from(src string) message.Source { return message.Source{From: &src} }

func value(s string) message.Source { return message.Source{Value: &s} }

// sample is the mapping of the reference, with every kind of field.
func sample() message.Options {
	return message.Options{
		Path: "feeds.orders.message", Root: "ord:Order", MaxSize: 1 << 20, Declaration: true,
		Namespaces:     map[string]string{"ord": "urn:acme:orders:v2"},
		SchemaLocation: "urn:acme:orders:v2 orders-v2.xsd",
		CorrelationID:  ptr(from("order_no")), Type: ptr(value("Order.v2")), ReplyTo: ptr(value("ERP.ORDERS.REPLY")), GroupID: ptr(from("customer_id")),
		Properties: []message.Property{{Name: "sourceSystem", Source: value("ERP")}, {Name: "orderStatus", Source: from("status")}},
		Fields: []message.Field{
			{To: "@version", Source: value("2.1")},
			{To: "ord:Number", Source: from("order_no"), Required: true},
			{To: "ord:PlacedAt", Source: from("created_at"), Type: "dateTime"},
			{To: "ord:DueDate", Source: from("due_on"), Type: "date", IfNull: "nil"},
			{To: "ord:Amount", Source: from("amount"), Type: "decimal", Scale: ptr(2)},
			{To: "ord:Amount/@currency", Source: from("currency")},
			{To: "ord:Customer/ord:Name", Source: from("customer.name"), MaxLength: 80},
			{To: "ord:Note", Source: from("note"), CDATA: true},
			{To: "ord:Lines/ord:Line", Each: "lines", As: "line", Fields: []message.Field{
				{To: "@no", Source: from("line.line_no")}, {To: "ord:Qty", Source: from("line.qty"), Type: "decimal"},
			}},
		},
	}
}

func object(pairs ...any) record.Value {
	r := row(pairs...)
	return record.Value{Kind: record.Object, Row: &r}
}

func typeOf(v record.Value) expression.Type {
	t := expression.Type{Kind: v.Kind}
	if v.Row != nil {
		t.Columns = v.Row.Columns
	}
	if len(v.Items) > 0 {
		t.Item = ptr(typeOf(v.Items[0]))
	}
	return t
}

func sampleScope() (*expression.Scope, expression.Names) {
	customer := object("name", text("Müller & Söhne"))
	lines := list(object("line_no", kind(record.Integer, "1"), "qty", kind(record.Decimal, "3")),
		object("line_no", kind(record.Integer, "2"), "qty", kind(record.Float, "1E-7")))
	s := &expression.Scope{Feed: "orders", Seq: 4711, Into: []record.Value{customer, lines}, Row: row(
		"order_no", text("A-4711"), "customer_id", text("C7"), "status", text("RELEASED"), "amount", kind(record.Decimal, "1239.5"),
		"currency", text("EUR"), "created_at", kind(record.DateTime, "2026-09-01T12:03:07.12Z"),
		"due_on", record.Value{Kind: record.Date, Null: true}, "note", text("5 < 6 & ]]> end"))}
	return s, expression.Names{Columns: s.Row.Columns, Into: []expression.Binding{{Name: "customer", Type: typeOf(customer)}, {Name: "lines", Type: typeOf(lines)}}}
}

const sampleDocument = `<?xml version="1.0" encoding="UTF-8"?>` +
	`<ord:Order xmlns:ord="urn:acme:orders:v2" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:acme:orders:v2 orders-v2.xsd" version="2.1">` +
	`<ord:Number>A-4711</ord:Number><ord:PlacedAt>2026-09-01T12:03:07.12Z</ord:PlacedAt><ord:DueDate xsi:nil="true"/><ord:Amount currency="EUR">1239.50</ord:Amount>` +
	`<ord:Customer><ord:Name>Müller &amp; Söhne</ord:Name></ord:Customer><ord:Note><![CDATA[5 < 6 & ]]]]><![CDATA[> end]]></ord:Note>` +
	`<ord:Lines><ord:Line no="1"><ord:Qty>3</ord:Qty></ord:Line><ord:Line no="2"><ord:Qty>0.0000001</ord:Qty></ord:Line></ord:Lines></ord:Order>`

func TestTheSampleOfTheReferenceComesOutByteForByte(t *testing.T) {
	s, n := sampleScope()
	for _, names := range []expression.Names{n, {Open: true, Into: n.Into}} {
		p, err := message.Compile(sample(), names)
		require.NoError(t, err)
		got, err := p.Render(s)
		require.NoError(t, err)
		require.Equal(t, sampleDocument, string(got.Body))
		require.Equal(t, message.Headers{CorrelationID: "A-4711", Type: "Order.v2", ReplyTo: "ERP.ORDERS.REPLY", GroupID: "C7",
			Properties: []message.Header{{Name: "sourceSystem", Value: "ERP"}, {Name: "orderStatus", Value: "RELEASED"}}}, got.Headers)
	}
}

func TestIndentBreaksLinesBetweenElementsOnly(t *testing.T) {
	s, n := sampleScope()
	o := sample()
	o.Indent, o.Declaration, o.SchemaLocation = true, false, ""
	p, err := message.Compile(o, n)
	require.NoError(t, err)
	got, err := p.Render(s)
	require.NoError(t, err)
	require.Equal(t, `<ord:Order xmlns:ord="urn:acme:orders:v2" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="2.1">
  <ord:Number>A-4711</ord:Number>
  <ord:PlacedAt>2026-09-01T12:03:07.12Z</ord:PlacedAt>
  <ord:DueDate xsi:nil="true"/>
  <ord:Amount currency="EUR">1239.50</ord:Amount>
  <ord:Customer>
    <ord:Name>Müller &amp; Söhne</ord:Name>
  </ord:Customer>
  <ord:Note><![CDATA[5 < 6 & ]]]]><![CDATA[> end]]></ord:Note>
  <ord:Lines>
    <ord:Line no="1">
      <ord:Qty>3</ord:Qty>
    </ord:Line>
    <ord:Line no="2">
      <ord:Qty>0.0000001</ord:Qty>
    </ord:Line>
  </ord:Lines>
</ord:Order>`, string(got.Body))
}

func TestXmllintFindsMessagesWellFormed(t *testing.T) {
	testbed.Require(t, testbed.XMLLint)
	s, n := sampleScope()
	s.Row.Values[7].Text = "]]\U0001F600> \r\n ]]>]]> é"
	for _, indent := range []bool{false, true} {
		o := sample()
		o.Indent = indent
		o.Fields = append(o.Fields, message.Field{To: "ord:Doc", Type: "xml", Source: value(`<?xml version="1.0"?><a xmlns:b="urn:b" b:c="1">x<b:d/>&#x1F600;</a>`)})
		p, err := message.Compile(o, n)
		require.NoError(t, err)
		got, err := p.Render(s)
		require.NoError(t, err)
		lint := exec.CommandContext(t.Context(), "xmllint", "--noout", "-")
		lint.Stdin = strings.NewReader(string(got.Body))
		out, err := lint.CombinedOutput()
		require.NoError(t, err, "%s\n%s", out, got.Body)
	}
}

func TestOnePlanServesManyWorkers(t *testing.T) {
	s, n := sampleScope()
	p, err := message.Compile(sample(), n)
	require.NoError(t, err)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for range 200 {
				if got, err := p.Render(s); err != nil || string(got.Body) != sampleDocument {
					t.Errorf("%v, %v", got, err)
				}
			}
		})
	}
	workers.Wait()
}

// BenchmarkRenderFields is BenchmarkRender with a field list.
func BenchmarkRenderFields(b *testing.B) {
	s, n := sampleScope()
	p, err := message.Compile(sample(), n)
	require.NoError(b, err)
	benchmark(b, p, s)
}
