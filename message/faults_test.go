package message_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/record"
)

// names are those that the faults below refer to.
var names = expression.Names{
	Columns: []record.Column{{Name: "a", Kind: record.Text}, {Name: "n", Kind: record.Integer}, {Name: "bytes", Kind: record.Bytes}, {Name: "tags", Kind: record.List}},
	Into: []expression.Binding{
		{Name: "customer", Type: expression.Type{Kind: record.Object, Columns: []record.Column{{Name: "name"}}}},
		{Name: "lines", Type: expression.Type{Kind: record.List, Item: &expression.Type{Kind: record.Object, Columns: []record.Column{{Name: "no"}}}}},
	},
}

// faults are the keys and texts of what Compile complains about.
func faults(t *testing.T, o message.Options) []string {
	if o.Root == "" {
		o.Root = "R"
	}
	if o.MaxSize == 0 {
		o.MaxSize = 1
	}
	o.Path = "m"
	p, err := message.Compile(o, names)
	if err == nil {
		return nil
	}
	require.Nil(t, p)
	require.IsType(t, message.Faults{}, err)
	var all []string
	for _, f := range err.(message.Faults) {
		all = append(all, f.Path+": "+f.Text)
	}
	return all
}

func items(fields ...message.Field) message.Field {
	return message.Field{To: "l/i", Each: "lines", As: "line", Fields: fields}
}

func TestCompileRefusesFields(t *testing.T) {
	ok := element1("x", "a")
	for _, c := range []struct {
		name   string
		fields []message.Field
		want   []string
	}{
		{"neither from nor value", []message.Field{{To: "x"}}, []string{"m.fields[0].from: a field has one of from and value, and not both"}},
		{"both", []message.Field{{To: "x", Source: message.Source{From: ptr("a"), Value: ptr("b")}}}, []string{"m.fields[0].from: a field has one of from and value, and not both"}},
		{"no to", []message.Field{element1("", "a")}, []string{"m.fields[0].to: an empty name is no XML name"}},
		{"illegal names", []message.Field{element1("a//b", "a"), element1("1a", "a"), element1("a/@b c", "a"), element1("@a/b", "a"), element1("a:b:c", "a"), element1("xmlA", "a"), element1("./a", "a"), element1("@", "a")},
			[]string{"m.fields[0].to: an empty name is no XML name", `m.fields[1].to: "1a" is no XML name`, `m.fields[2].to: "b c" is no XML name`,
				`m.fields[3].to: "@a" is no XML name`, `m.fields[4].to: "a:b:c" is no XML name`, `m.fields[5].to: "xmlA" is no XML name`,
				`m.fields[6].to: "." is no XML name`, "m.fields[7].to: an empty name is no XML name"}},
		{"unknown prefixes", []message.Field{element1("o:a/o:b", "a"), element1("@o:c", "a")},
			[]string{"m.fields[0].to: the prefix o is not in namespaces", "m.fields[1].to: the prefix o is not in namespaces"}},
		{"prefixes of XML", []message.Field{element1("xsi:a", "a"), element1("xml:a", "a"), element1("@xsi:nil", "a"), element1("@xsi:schemaLocation", "a")},
			[]string{"m.fields[0].to: the prefix xsi belongs to XML itself", "m.fields[1].to: the prefix xml belongs to XML itself",
				"m.fields[2].to: xsi:nil is not written by hand", "m.fields[3].to: xsi:schemaLocation is not written by hand"}},
		{"twice the same", []message.Field{ok, element1("x", "n"), element1("x/@k", "a"), element1("x/@k", "n"), element1(".", "a"), element1(".", "a")},
			[]string{"m.fields[1].to: x has a value already", "m.fields[3].to: x/@k has a value already", "m.fields[5].to: . has a value already"}},
		{"an unknown type", []message.Field{{To: "x", Source: from("a"), Type: "xs:int"}}, []string{`m.fields[0].type: "xs:int" is no type`}},
		{"a type that does not fit", []message.Field{{To: "x", Source: from("bytes"), Type: "int"}, {To: "@y", Source: from("tags")}},
			[]string{"m.fields[0].from: bytes cannot have the type int", "m.fields[1].from: a list is no single value"}},
		{"rows of their own", []message.Field{element1("x", "customer"), element1("y", "lines")},
			[]string{"m.fields[0].from: it is a row of its own, no single value", "m.fields[1].from: it is a list of rows"}},
		{"a literal that does not fit", []message.Field{{To: "x", Source: value("secret"), Type: "int"}, {To: "y", Source: value(""), Required: true}, {To: "z", Source: value("abc"), MaxLength: 2}, {To: "@z", Source: value("\x00")}},
			[]string{"m.fields[0].value: the value is no XML int", "m.fields[1].value: the value is NULL or empty, and the field is required",
				"m.fields[2].value: the value is 3 characters long, max_length allows 2", "m.fields[3].value: character 1 is U+0000, which XML 1.0 forbids"}},
		{"contradictions", []message.Field{{To: "x", Source: from("a"), Scale: ptr(2)}, {To: "y", Source: from("a"), Type: "decimal", Scale: ptr(-1)}, {To: "z", Source: from("a"), MaxLength: -1},
			{To: "u", Source: from("a"), Required: true, IfNull: "omit"}, {To: "v", Source: from("a"), IfNull: "null"}, {To: "@w", Source: from("a"), IfNull: "nil"},
			{To: "@x", Source: from("a"), CDATA: true}, {To: "w", Source: from("a"), Type: "xml", CDATA: true}, {To: "@y", Source: from("a"), Type: "xml"}},
			[]string{"m.fields[0].scale: scale is the number of digits that a decimal has after the point", "m.fields[1].scale: scale is the number of digits that a decimal has after the point",
				"m.fields[2].max_length: a value cannot be shorter than empty", "m.fields[3].if_null: the field is required, so NULL fails", `m.fields[4].if_null: "null" is none of its words`,
				"m.fields[5].if_null: an attribute cannot be nil", "m.fields[6].cdata: CDATA sections hold the text of an element", "m.fields[7].cdata: CDATA sections hold the text of an element", "m.fields[8].type: an attribute holds no XML"}},
		{"nil with elements in it", []message.Field{{To: "x", Source: from("a"), IfNull: "nil"}, element1("x/y", "a")}, []string{"m.fields[0].if_null: an element with elements in it cannot be nil"}},
		{"text beside each", []message.Field{element1("l", "a"), items(element1("@no", "line.no"))}, []string{"m.fields[0].to: the element has a text, and elements from `each` as well"}},
		{"each of something else", []message.Field{{To: "x", Each: "a", As: "i", Fields: []message.Field{element1(".", "i")}}}, []string{"m.fields[0].each: it is a text, not a list"}},
		{"each without the rest", []message.Field{{To: "x", Each: "lines"}}, []string{"m.fields[0].as: the items have no name", "m.fields[0].fields: the items have no fields"}},
		{"the rest without each", []message.Field{{To: "x", As: "i"}},
			[]string{"m.fields[0].each: `as` and `fields` belong to a list", "m.fields[0].fields: the items have no fields"}},
		{"each with a value", []message.Field{{To: "x", Each: "lines", As: "i", Source: from("a"), Type: "int", Scale: ptr(1), MaxLength: 1, IfNull: "nil", CDATA: true, Fields: []message.Field{element1("@no", "i.no")}}},
			[]string{"m.fields[0].from: a repeated element has no value of its own", "m.fields[0].type: a repeated element has no value of its own", "m.fields[0].scale: a repeated element has no value of its own",
				"m.fields[0].max_length: a repeated element has no value of its own", "m.fields[0].if_null: a repeated element has no value of its own", "m.fields[0].cdata: a repeated element has no value of its own"}},
		{"names that hide", []message.Field{named("a"), named("customer"), named("seq"), named("upper"), named("and"), named("true"), named("1x"), items(named("line"))},
			[]string{"m.fields[0].as: a is a column already", "m.fields[1].as: customer is the name of a lookup or of a list's items already", "m.fields[2].as: seq is a word of the expressions already",
				"m.fields[3].as: upper is a word of the expressions already", "m.fields[4].as: and is a word of the expressions already", "m.fields[5].as: true is a word of the expressions already", `m.fields[6].as: "1x" is no name`,
				"m.fields[7].fields[0].as: line is the name of a lookup or of a list's items already"}},
		{"an attribute repeated", []message.Field{{To: "@x", Each: "lines", As: "i", Fields: []message.Field{ok}}}, []string{"m.fields[0].to: @x cannot be repeated"}},
		{"a repeated element from outside", []message.Field{items(element1("@no", "line.no")), element1("l/i/@k", "a"), element1("l/i/x", "a"), element1("l/i", "a")},
			[]string{"m.fields[1].to: l/i is repeated by `each`", "m.fields[2].to: l/i is repeated by `each`", "m.fields[3].to: l/i is repeated by `each`, its text stands there"}},
		{"one element from two lists", []message.Field{items(element1("@no", "line.no")), items(element1("@no", "line.no"))}, []string{"m.fields[1].to: l/i is written by another field already"}},
		{"faults inside", []message.Field{items(element1("@no", "line.nope"), element1("x", "line"), element1("y:y", "a"))},
			[]string{"m.fields[0].fields[0].from: ", "m.fields[0].fields[1].from: it is a row of its own, no single value", "m.fields[0].fields[2].to: the prefix y is not in namespaces"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := faults(t, message.Options{Fields: c.fields})
			require.Len(t, got, len(c.want), "%q", got)
			for i, want := range c.want {
				require.Contains(t, got[i], want)
			}
		})
	}
}

// named is a list in an element of its own, with that name for its items.
func named(as string) message.Field {
	return message.Field{To: "l" + as, Each: "lines", As: as, Fields: []message.Field{{To: "@x", Source: value("1")}}}
}

func TestCompileRefusesBadOptions(t *testing.T) {
	for _, root := range []string{"a b", "1a", "ord:Order", "xmlOrder", "a>b", "_x0041_"} {
		require.Len(t, faults(t, message.Options{Root: root}), 1, root)
	}
	require.Equal(t, []string{
		`m.if_null: "null" is none of its words`, `m.invalid_chars: "drop" is none of its words`, "m.max_size: -1 bytes are no size of a message",
		`m.namespaces.1: "1" is no prefix`, "m.namespaces.a: the URI is empty", "m.namespaces.i: xml and xsi are XML's own", "m.namespaces.xsi: xml and xsi are XML's own",
		"m.schema_location: it is no list of pairs",
	}, faults(t, message.Options{MaxSize: -1, IfNull: "null", InvalidChars: "drop", SchemaLocation: "urn:a",
		Namespaces: map[string]string{"1": "urn:1", "a": "", "xsi": "urn:2", "i": "http://www.w3.org/2001/XMLSchema-instance"}}))
	require.Empty(t, faults(t, message.Options{Root: "o:Bestellung_für.2-X", Namespaces: map[string]string{"o": "urn:o"}}))
	require.Equal(t, []string{"m.fields[1].to: @q:k has a value already"}, faults(t, message.Options{
		Namespaces: map[string]string{"p": "urn:o", "q": "urn:o"}, Fields: []message.Field{element1("@p:k", "a"), element1("@q:k", "a")},
	}), "two prefixes of one namespace")
}

func TestCompileRefusesHeaders(t *testing.T) {
	property := func(name string) message.Property { return message.Property{Name: name, Source: value("x")} }
	require.Equal(t, []string{
		"m.correlation_id.value: character 2 is a colon, which a correlation id may not hold: over STOMP some clients lose it",
		"m.type: a header has one of from and value, and not both",
		"m.reply_to.value: character 1 is U+000A, a control character, which no header may hold",
		"m.group_id.from: it is a list, no single value",
		`m.properties.a-b: "a-b" is no name of a property: JMS takes Java identifiers only`,
		`m.properties.1a: "1a" is no name of a property: JMS takes Java identifiers only`,
		"m.properties.JMSPriority: names that begin with JMS belong to JMS",
		"m.properties.null: null is a word of JMS selectors",
		"m.properties.destination: destination is a header that the broker or rowrelay itself uses",
		"m.properties.ok: the property is there twice",
	}, faults(t, message.Options{
		CorrelationID: ptr(value("a:b")), Type: &message.Source{}, ReplyTo: ptr(value("\n")), GroupID: ptr(from("lines")),
		Properties: []message.Property{property("a-b"), property("1a"), property("JMSPriority"), property("null"), property("destination"), property("ok"), property("ok"), property("größe_$1")},
	}))
}

func TestFaultsOfExpressionsSayWhere(t *testing.T) {
	_, err := message.Compile(message.Options{Root: "R", MaxSize: 1, Fields: []message.Field{
		{Path: "feeds.orders.message.fields[7]", To: "x", Source: from("a ==\n  nope")}, element1("y", "a"), {To: "z", Source: from("nope.x")},
	}}, names)
	all := err.(message.Faults)
	require.Len(t, all, 2)
	require.Equal(t, "feeds.orders.message.fields[7].from", all[0].Path)
	require.Equal(t, [2]int{2, 3}, [2]int{all[0].Line, all[0].Column})
	require.Equal(t, "message.fields[2].from", all[1].Path)
	require.Contains(t, err.Error(), "feeds.orders.message.fields[7].from:2:3: ")
}

// requireFailure compares a row's failure; all but a column's, which stands in no field, name the key of the file.
func requireFailure(t *testing.T, want record.Failure, err error) {
	t.Helper()
	got, ok := errors.AsType[*record.Failure](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, [2]string{string(want.Code), want.Text}, [2]string{string(got.Code), got.Text})
	require.Equal(t, strings.HasPrefix(want.Text, "column "), got.Path == "", got.Path)
}
