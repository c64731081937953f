package message_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/record"
)

const sampleSchema = `<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:ord="urn:acme:orders:v2" targetNamespace="urn:acme:orders:v2" elementFormDefault="qualified">
  <xs:element name="Order">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="Number" type="ord:NumberType"/>
        <xs:element name="PlacedAt" type="xs:dateTime" minOccurs="0"/>
        <xs:element name="DueDate" type="xs:date" nillable="true"/>
        <xs:element name="Amount" minOccurs="0">
          <xs:complexType>
            <xs:simpleContent>
              <xs:extension base="ord:AmountType">
                <xs:attribute name="currency" type="xs:string"/>
              </xs:extension>
            </xs:simpleContent>
          </xs:complexType>
        </xs:element>
        <xs:element name="Customer" minOccurs="0">
          <xs:complexType>
            <xs:sequence>
              <xs:element name="Name" type="ord:NameType" minOccurs="0"/>
            </xs:sequence>
          </xs:complexType>
        </xs:element>
        <xs:element name="Note" type="xs:string" minOccurs="0"/>
        <xs:element name="Lines" minOccurs="0">
          <xs:complexType>
            <xs:sequence>
              <xs:element name="Line" minOccurs="0" maxOccurs="unbounded">
                <xs:complexType>
                  <xs:sequence>
                    <xs:element name="Qty" type="xs:decimal" minOccurs="0"/>
                  </xs:sequence>
                  <xs:attribute name="no" type="xs:integer"/>
                </xs:complexType>
              </xs:element>
            </xs:sequence>
          </xs:complexType>
        </xs:element>
      </xs:sequence>
      <xs:attribute name="version" type="xs:string" fixed="2.1" use="required"/>
    </xs:complexType>
  </xs:element>
  <xs:simpleType name="NumberType">
    <xs:restriction base="xs:string">
      <xs:minLength value="1"/>
    </xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="AmountType">
    <xs:restriction base="xs:decimal">
      <xs:fractionDigits value="2"/>
    </xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="NameType">
    <xs:restriction base="xs:string">
      <xs:maxLength value="80"/>
    </xs:restriction>
  </xs:simpleType>
</xs:schema>
`

func schemas(t require.TestingT, o message.Options, n expression.Names, exact bool) (*message.Plan, []message.Schema) {
	p, err := message.Compile(o, n)
	require.NoError(t, err)
	all, err := p.Schemas("orders", exact)
	require.NoError(t, err)
	return p, all
}

func TestTheSchemaOfTheSample(t *testing.T) {
	_, n := sampleScope()
	_, all := schemas(t, sample(), n, true)
	require.Equal(t, []message.Schema{{Namespace: "urn:acme:orders:v2", File: "orders.xsd", Text: sampleSchema}}, all)
}

// TestTheSchemaOfTheSampleTellsDocumentsApart takes one document as it comes out, and others with one thing wrong.
func TestTheSchemaOfTheSampleTellsDocumentsApart(t *testing.T) {
	requireXMLLint(t)
	_, n := sampleScope()
	_, all := schemas(t, sample(), n, true)
	j := newJudges(t, t.TempDir(), all)
	j.accept(t, sampleDocument)
	var wrong []string
	for _, c := range [][2]string{
		{"ord:Note>", "ord:Notes>"}, {"<ord:Number>A-4711</ord:Number>", ""}, {"A-4711", ""}, {`<ord:DueDate xsi:nil="true"/>`, ""}, {`<ord:DueDate xsi:nil="true"/>`, "<ord:DueDate/>"},
		{"<ord:PlacedAt>", "<ord:Extra/><ord:PlacedAt>"}, {"2026-09-01T12:03:07.12Z", "2026-09-01"}, {"1239.50", "1239.505"}, {"1239.50", "much"}, {` version="2.1"`, ""}, {`"2.1"`, `"2.2"`},
		{"currency", "money"}, {"Müller", strings.Repeat("x", 81)}, {`no="1"`, `no="1.5"`}, {`no="1"`, `ord:no="1"`}, {"<ord:Qty>3</ord:Qty>", "3"}, {"<ord:Qty>3", "<ord:Qty>1E5"},
		{"<ord:Note>", "<Note xmlns=''/><ord:Note>"}, {`"urn:acme:orders:v2" xmlns`, `"urn:acme:orders:v3" xmlns`}, {"<ord:Customer>", `<ord:Customer xsi:nil="true">`}, {"</ord:Number>", "</ord:Number>text"},
	} {
		document := strings.ReplaceAll(sampleDocument, c[0], c[1])
		require.NotEqual(t, sampleDocument, document, c[0])
		wrong = append(wrong, document)
	}
	j.refuse(t, wrong...)
}

func TestEveryNamespaceHasADocument(t *testing.T) {
	o := message.Options{Root: "o:R", MaxSize: 1 << 20, Namespaces: map[string]string{"": "urn:d", "o": "urn:o", "p": "urn:p", "unused": "urn:u"},
		Fields: []message.Field{element1("p:a/o:b", "v"), element1("p:a/o:b/c", "v"), element1("@p:k", "v")}}
	_, all := schemas(t, o, expression.Names{Columns: row("v", text("")).Columns}, true)
	var files []string
	for _, s := range all {
		files = append(files, s.Namespace+" "+s.File)
	}
	require.Equal(t, []string{"urn:o orders.xsd", "urn:p orders-p.xsd", "urn:d orders-ns.xsd"}, files)
	require.Contains(t, all[0].Text, `<xs:import namespace="urn:p" schemaLocation="orders-p.xsd"/>`)
	require.Contains(t, all[0].Text, `<xs:element ref="p:a" minOccurs="0"/>`)
	require.Contains(t, all[0].Text, `<xs:attribute ref="p:k"/>`)
	require.Contains(t, all[1].Text, `<xs:import namespace="urn:o" schemaLocation="orders.xsd"/>`)
	require.Contains(t, all[2].Text, `xmlns:ns="urn:d" targetNamespace="urn:d"`)
}

func TestKindsThatDoNotHoldMakeNoTypes(t *testing.T) {
	o := message.Options{Root: "R", MaxSize: 1 << 20, Fields: []message.Field{element1("a", "n"), {To: "b", Source: from("n"), Type: "integer"}}}
	names := expression.Names{Columns: row("n", kind(record.Integer, "")).Columns}
	for exact, want := range map[bool]string{true: "xs:integer", false: "xs:string"} {
		_, all := schemas(t, o, names, exact)
		require.Contains(t, all[0].Text, `name="a" type="`+want+`"`)
		require.Contains(t, all[0].Text, `name="b" type="xs:integer"`)
	}
}

func TestTypesThatTakeTheEmptyTextStayAsTheyAre(t *testing.T) {
	o := message.Options{Root: "R", MaxSize: 1 << 20, IfNull: "empty"}
	_, all := schemas(t, o, expression.Names{Columns: row("b", kind(record.Bytes, ""), "t", text(""), "d", kind(record.Date, "")).Columns}, true)
	require.Contains(t, all[0].Text, `<xs:element name="b" type="xs:base64Binary"/>`)
	require.Contains(t, all[0].Text, `<xs:element name="t" type="xs:string"/>`)
	require.Contains(t, all[0].Text, `<xs:element name="d" type="dType"/>`)
}

func TestWhatNoSchemaDescribesIsNamed(t *testing.T) {
	o := message.Options{Root: "R", MaxSize: 1 << 20, Fields: []message.Field{element1("a", "v"), {To: "a/@xsi:type", Source: value("t")}}}
	p, err := message.Compile(o, expression.Names{Open: true})
	require.NoError(t, err)
	_, err = p.Schemas("orders", true)
	require.EqualError(t, err, "message.fields[1] writes xsi:type, which names types of the receiver's own schema: no other can describe them → check against theirs with rowrelay preview orders --xsd FILE")
}
