package message_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/record"
)

const xsi = ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`

// body renders without the declaration, so that a test shows the document alone.
func body(t *testing.T, o message.Options, r record.Row) (string, error) {
	o.Root = "R"
	doc, err := render(plan(t, o), r)
	if err != nil {
		return "", err
	}
	return string(doc[len(`<?xml version="1.0" encoding="UTF-8"?>`):]), nil
}

func element1(to, src string) message.Field { return message.Field{To: to, Source: from(src)} }

func TestFieldsMakeTheDocument(t *testing.T) {
	everything := row("a", text("1"), "b", text("2"), "c", null, "items", list(text("x"), null, text("y")), "none", list())
	for _, c := range []struct {
		name, want string
		fields     []message.Field
	}{
		{"no fields", `<R></R>`, []message.Field{}},
		{"elements come in the order of first mention", `<R><p><x>1</x><z>1</z></p><y>2</y></R>`,
			[]message.Field{element1("p/x", "a"), element1("y", "b"), element1("p/z", "a")}},
		{"a literal is escaped", `<R a="&lt;&quot;&#10;">&lt;"` + "\n" + `</R>`,
			[]message.Field{{To: "@a", Source: value("<\"\n")}, {To: ".", Source: value("<\"\n")}}},
		{"an attribute may come before its element", `<R><x k="2">1</x></R>`, []message.Field{element1("x/@k", "b"), element1("x", "a")}},
		{"NULL leaves out the element and its empty parents", `<R></R>`, []message.Field{element1("p/q/x", "c"), element1("p/y", "c")}},
		{"an attribute keeps a parent", `<R><p k="1"></p></R>`, []message.Field{element1("p/@k", "a"), element1("p/y", "c")}},
		{"an attribute that is NULL does not", `<R></R>`, []message.Field{element1("p/@k", "c"), element1("p/y", "c")}},
		{"an element without its value takes its attributes along", `<R></R>`, []message.Field{element1("x", "c"), element1("x/@k", "a")}},
		{"so it does where its elements are left out too", `<R></R>`, []message.Field{element1("x", "c"), element1("x/@k", "a"), element1("x/y", "c")}},
		{"an empty one keeps them", `<R><x k="1"></x></R>`,
			[]message.Field{{To: "x", Source: from("c"), IfNull: "empty"}, element1("x/@k", "a")}},
		{"a nil one too", `<R` + xsi + `><x k="1" xsi:nil="true"/></R>`,
			[]message.Field{{To: "x", Source: from("c"), IfNull: "nil"}, element1("x/@k", "a")}},
		{"a text may stand before elements", `<R><p>1<x>2</x></p></R>`, []message.Field{element1("p", "a"), element1("p/x", "b")}},
		{"without the text, the elements stay", `<R><p k="1"><x>2</x></p></R>`, []message.Field{element1("p", "c"), element1("p/x", "b"), element1("p/@k", "a")}},
		{"what may hold elements is never nil", `<R></R>`, []message.Field{element1("p", "c"), element1("p/x", "c")}},
		{"a list without each has items", `<R` + xsi + `><l><item>x</item><item xsi:nil="true"/><item>y</item></l><n></n></R>`,
			[]message.Field{element1("l", "items"), element1("n", "none")}},
		{"each repeats the element", `<R><l><i>x</i><i>y</i></l></R>`,
			[]message.Field{{To: "l/i", Each: "items", As: "i", Fields: []message.Field{element1(".", "i")}}}},
		{"each item may be nil", `<R` + xsi + `><i>x</i><i xsi:nil="true"/><i>y</i></R>`,
			[]message.Field{{To: "i", Each: "items", As: "i", Fields: []message.Field{{To: ".", Source: from("i"), IfNull: "nil"}}}}},
		{"an empty list and NULL write nothing", `<R><z>1</z></R>`,
			[]message.Field{{To: "l/i", Each: "none", As: "i", Fields: []message.Field{element1(".", "i")}},
				{To: "m/i", Each: "c", As: "i", Fields: []message.Field{element1(".", "i")}}, element1("z", "a")}},
		{"lists nest, and the outer names are known inside", `<R><o><i k="x1">x</i><i k="x1">y</i></o><o><i k="1">x</i><i k="1">y</i></o><o><i k="y1">x</i><i k="y1">y</i></o></R>`,
			[]message.Field{{To: "o", Each: "items", As: "outer", Fields: []message.Field{
				{To: "i", Each: "items", As: "inner", Fields: []message.Field{element1(".", "inner"), element1("@k", `(outer ?? "") + a`)}}}}}},
		{"CDATA", `<R><x><![CDATA[<a>]]></x><y></y></R>`, []message.Field{{To: "x", Source: value("<a>"), CDATA: true}, {To: "y", Source: value(""), CDATA: true}}},
		{"CDATA leaves out what a section cannot hold", `<R><x><![CDATA[a]]>&#13;<![CDATA[` + "\n" + `]]]]><![CDATA[>]]>&#x1F600;&#x1F601;<![CDATA[ü]]></x></R>`,
			[]message.Field{{To: "x", Source: value("a\r\n]]>\U0001F600\U0001F601ü"), CDATA: true}}},
		{"xml:lang and xsi:type need no namespaces", `<R` + xsi + ` xml:lang="de"><x xsi:type="t">1</x></R>`,
			[]message.Field{{To: "@xml:lang", Source: value("de")}, element1("x", "a"), {To: "x/@xsi:type", Source: value("t")}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := body(t, message.Options{Fields: c.fields}, everything)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestOptionsOfTheWholeMessage(t *testing.T) {
	r := row("a", text("1"), "b", null)
	x := []message.Field{element1("x", "b"), element1("@k", "b")}
	for _, c := range []struct {
		name, want string
		o          message.Options
	}{
		{"namespaces in alphabetical order", `<R xmlns="urn:0" xmlns:a="urn:&quot;1&amp;2" xmlns:z="urn:3"></R>`,
			message.Options{Fields: x, Namespaces: map[string]string{"z": "urn:3", "": "urn:0", "a": `urn:"1&2`}}},
		{"xsi among them", `<R xmlns:a="urn:1"` + xsi + ` xmlns:z="urn:3"><x xsi:nil="true"/></R>`,
			message.Options{Fields: x, IfNull: "nil", Namespaces: map[string]string{"z": "urn:3", "a": "urn:1"}}},
		{"if_null: empty", `<R k=""><x></x></R>`, message.Options{Fields: x, IfNull: "empty"}},
		{"if_null for every column", `<R` + xsi + `><a>1</a><b xsi:nil="true"/></R>`, message.Options{IfNull: "nil"}},
		{"if_null: nil is no matter of what has elements", `<R></R>`, message.Options{Fields: []message.Field{element1("x", "b"), element1("x/y/@k", "b")}, IfNull: "nil"}},
		{"empty columns", `<R><a>1</a><b></b></R>`, message.Options{IfNull: "empty"}},
		{"nothing is broken into lines beside a text", "\n<R>\n  <p>1<x><y>1</y></x></p>\n</R>",
			message.Options{Indent: true, Fields: []message.Field{element1("p", "a"), element1("p/x/y", "a")}}},
		{"indented columns", "\n<R>\n  <a>1</a>\n</R>", message.Options{Indent: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := body(t, c.o, r)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestInvalidCharsAreReplacedOrRemoved(t *testing.T) {
	r := row("a", text("\x00x\xff\uFFFEy"), "b", list(text("\x01")))
	for rule, want := range map[string]string{
		"replace": "<R><a>\uFFFDx\uFFFD\uFFFDy</a><b><item>\uFFFD</item></b></R>",
		"remove":  "<R><a>xy</a><b><item></item></b></R>",
	} {
		got, err := body(t, message.Options{InvalidChars: rule}, r)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestFieldsRefuseARow(t *testing.T) {
	r := row("a", text("abc"), "b", null, "e", text(""), "bad", text("ok\x00"), "n", list(text("ok"), text("\x01")), "o", object("x", text("1")))
	lines := func(f message.Field) message.Field {
		return message.Field{To: "l/i", Each: "n", As: "i", Fields: []message.Field{f}}
	}
	for _, c := range []struct {
		name  string
		field message.Field
		want  record.Failure
	}{
		{"required and NULL", message.Field{To: "p/x", Source: from("b"), Required: true},
			record.Failure{Code: record.XMLRequired, Text: "field p/x, from b: the value is NULL or empty, and the field is required"}},
		{"required and empty", message.Field{To: "@x", Source: from("e"), Required: true},
			record.Failure{Code: record.XMLRequired, Text: "field @x, from e: the value is NULL or empty, and the field is required"}},
		{"if_null: fail", message.Field{To: "x", Source: from("b"), IfNull: "fail"},
			record.Failure{Code: record.XMLRequired, Text: "field x, from b: the value is NULL, and if_null is fail"}},
		{"a required list", message.Field{To: "x", Each: "b", As: "i", Required: true, Fields: []message.Field{element1(".", "i")}},
			record.Failure{Code: record.XMLRequired, Text: "field x, from b: the list is NULL or empty, and the field is required"}},
		{"too long", message.Field{To: "x", Source: from("a"), MaxLength: 2},
			record.Failure{Code: record.XMLType, Text: "field x, from a: the value is 3 characters long, max_length allows 2"}},
		{"an invalid character", element1("x", "bad"),
			record.Failure{Code: record.XMLInvalidChar, Text: "field x, from bad: character 3 is U+0000, which XML 1.0 forbids"}},
		{"in CDATA", message.Field{To: "x", Source: from("bad"), CDATA: true},
			record.Failure{Code: record.XMLInvalidChar, Text: "field x, from bad: character 3 is U+0000, which XML 1.0 forbids"}},
		{"in a repeated element", lines(element1("y/@z", "i")),
			record.Failure{Code: record.XMLInvalidChar, Text: "field l/i[2]/y/@z, from i: character 1 is U+0001, which XML 1.0 forbids"}},
		{"in its text", lines(element1(".", "i")),
			record.Failure{Code: record.XMLInvalidChar, Text: "field l/i[2], from i: character 1 is U+0001, which XML 1.0 forbids"}},
		{"in a list", element1("x", "n"),
			record.Failure{Code: record.XMLInvalidChar, Text: "field x[2], from n: character 1 is U+0001, which XML 1.0 forbids"}},
		{"a list in an attribute", element1("@x", "n"),
			record.Failure{Code: record.XMLType, Text: "field @x, from n: a list is no single value"}},
		{"a row of its own", element1("x", "o"),
			record.Failure{Code: record.XMLType, Text: "field x, from o: a row of its own is no single value"}},
		{"an expression that fails", element1("x", `1 / (len(a) - 3)`),
			record.Failure{Code: record.XMLType, Text: "field x, from 1 / (len(a) - 3): 1:3: division by zero"}},
		{"each of no list", message.Field{To: "x", Each: "a", As: "i", Fields: []message.Field{element1(".", "i")}},
			record.Failure{Code: record.XMLType, Text: "field x, from a: a text is no list that each could go through"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := body(t, message.Options{Fields: []message.Field{c.field}}, r)
			requireFailure(t, c.want, err)
		})
	}
}
