package message_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/record"
)

// TestSchemasOfEveryKindOfField renders rows of every mapping and has both judges look at them, and at what is not quite the same.
func TestSchemasOfEveryKindOfField(t *testing.T) {
	requireXMLLint(t)
	ns := map[string]string{"o": "urn:o", "p": "urn:p"}
	dec, bytes := kind(record.Decimal, "1.5"), kind(record.Bytes, "ab\x00")
	for _, c := range []struct {
		name  string
		o     message.Options
		row   record.Row
		more  []record.Row // all with the same columns
		wrong [][2]string  // what replaces what in the first document, which both must refuse
	}{
		{name: "nothing", o: message.Options{Root: "R", Fields: []message.Field{}}, row: row("a", text("")), wrong: [][2]string{{"></R>", ">x</R>"}, {"></R>", "><a/></R>"}, {"<R>", "<R a='1'>"}}},
		{name: "every column", o: message.Options{Root: "R"}, row: everyKind(), more: []record.Row{edges()}, wrong: [][2]string{
			{"<boolean>true", "<boolean>yes"}, {"<integer>1", "<integer>1.5"}, {"<decimal>1.50", "<decimal>1.5E1"}, {"<float>1.5E300", "<float>Infinity"}, {"<bytes>AP8=", "<bytes>A"},
			{"<date>2026-09-01", "<date>01.09.2026"}, {"12:03:07.12Z</dateTime", "12:03</dateTime"}, {"<time>12:03", "<time>12.03"}, {"<duration>P1Y", "<duration>1Y"},
			{"<item>1</item>", "<entry>1</entry>"}, {"<list>", "<list>1"}, {"<Gr_x00F7_ße>", "<more/><Gr_x00F7_ße>"}, {"<text>", "<text k='1'>"}, {"<integer>1</integer>", "<integer/>"}}},
		{name: "every column under a prefix", o: message.Options{Root: "o:R", Namespaces: ns}, row: everyKind(), wrong: [][2]string{{"<text>a</text>", "<o:text>a</o:text>"}}},
		{name: "every column in the default namespace", o: message.Options{Root: "o:R", Namespaces: map[string]string{"o": "urn:o", "": "urn:d"}}, row: everyKind(), wrong: [][2]string{{"<text>a</text>", "<o:text>a</o:text>"}}},
		{name: "every column in the root's namespace", o: message.Options{Root: "o:R", Namespaces: map[string]string{"o": "urn:o", "": "urn:o"}}, row: everyKind(), wrong: [][2]string{{"<text>a</text>", `<text xmlns="">a</text>`}}},
		{name: "every column may be nil", o: message.Options{Root: "R", IfNull: "nil"}, row: everyKind(), more: []record.Row{nulls()}, wrong: [][2]string{{"<text>a</text>", ""}, {"<integer>1</integer>", "<integer/>"}}},
		{name: "every column may be empty", o: message.Options{Root: "R", IfNull: "empty"}, row: everyKind(), more: []record.Row{nulls()}, wrong: [][2]string{{"<text>a</text>", ""}, {"<integer>1", "<integer>one"}, {"<duration>P1Y", "<duration>1"}}},
		{name: "every column is there", o: message.Options{Root: "R", IfNull: "fail"}, row: everyKind(), wrong: [][2]string{{"<text>a</text>", ""}, {"<text>a</text>", `<text xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:nil="true"/>`}}},
		{name: "every type", o: message.Options{Root: "R", Fields: everyType()}, row: row("a", text("1")), wrong: [][2]string{
			{"<boolean>true", "<boolean>yes"}, {"<int>1", "<int>2147483648"}, {"<long>1", "<long>9223372036854775808"}, {"<integer>1", "<integer>x"}, {"<decimal>1.00", "<decimal>1.001"}, {"<double>1", "<double>one"},
			{"<base64Binary>AP8=", "<base64Binary>AP8AP8AP"}, {"<hexBinary>00ff", "<hexBinary>00ff00ff00"}, {"<anyURI>urn:1", "<anyURI>urn:123456"}, {"<string>1", "<string>123456789"}, {"<string>1", "<string>"}, {"<time>", "<time>1"}, {"<duration>", "<duration>1"}}},
		{name: "an empty decimal", o: message.Options{Root: "R", Fields: []message.Field{{To: "x", Source: from("a"), Type: "decimal", Scale: ptr(2), IfNull: "empty"}, {To: "x/@k", Source: from("b"), Type: "int", IfNull: "empty"}}},
			row: row("a", dec, "b", kind(record.Integer, "1")), more: []record.Row{row("a", null, "b", null)}, wrong: [][2]string{{"1.50", "1.501"}, {`k="1"`, ""}, {`k="1"`, `k="one"`}}},
		{name: "attributes", o: message.Options{Root: "o:R", Namespaces: ns, Fields: []message.Field{{To: "@a", Source: from("a"), Required: true}, {To: "@o:a", Source: from("a"), IfNull: "fail"}, {To: "@p:a", Source: value("<\"\t\n'>")},
			{To: "x", Source: from("a"), IfNull: "nil"}, {To: "x/@p:b", Source: from("b"), Type: "decimal"}, {To: "x/@xml:lang", Source: from("b")}, {To: "p:y/@p:b", Source: from("b"), Type: "decimal"}, {To: "@xsi:noNamespaceSchemaLocation", Source: value("x.xsd")}}},
			row: row("a", text("1"), "b", dec), more: []record.Row{row("a", text("1"), "b", null)}, wrong: [][2]string{{` a="1"`, ""}, {` o:a="1"`, ""}, {` p:a="`, ` p:a="x`}, {`<x p:b="1.5"`, `<x p:b="one"`}, {`<x p:b`, `<x b`}, {`<p:y p:b`, `<p:y b`}, {"<x", "<o:x/><x"}}},
		{name: "mixed namespaces", o: message.Options{Root: "o:R", Namespaces: map[string]string{"o": "urn:o", "p": "urn:p", "": "urn:d"}, Fields: []message.Field{element1("p:a/b", "a"), element1("p:a/p:c/o:d", "a"), element1("e/o:f", "b"), element1("o:g/p:h/@p:k", "b")}},
			row: row("a", text("1"), "b", dec), wrong: [][2]string{{"<b>1</b>", "<p:b>1</p:b>"}, {"<e>", "<e xmlns='urn:p'>"}, {"o:f>1.5", "o:f>one"}, {"<p:h p:k", "<p:h k"}, {"<p:a>", "<p:a/><p:a>"}}},
		{name: "one name with two meanings", o: message.Options{Root: "o:R", Namespaces: ns, Fields: []message.Field{element1("a/p:x", "a"), element1("b/p:x/o:y", "b"), element1("b/@p:k", "a"), {To: "a/@p:k", Source: from("b"), Type: "decimal"}}},
			row: row("a", text("A"), "b", dec), wrong: [][2]string{{"<a p:k", "<a k"}, {"<b p:k", "<b q='1' p:k"}}},
		{name: "two prefixes of one namespace", o: message.Options{Root: "R", Namespaces: map[string]string{"o": "urn:o", "q": "urn:o"}, Fields: []message.Field{element1("o:x", "a"), element1("y", "b"), element1("q:x", "a"), element1("z/o:y", "a")}}, row: row("a", text("1"), "b", dec),
			wrong: [][2]string{{"<R ", "<R k='1' "}, {"</R>", "text</R>"}}},
		{name: "a prefix that XSD's own would take", o: message.Options{Root: "xs:R", Namespaces: map[string]string{"xs": "urn:o", "ns": "urn:p", "": "urn:q"}, Fields: []message.Field{{To: "a/ns:b", Source: from("b"), Type: "decimal", Scale: ptr(1)}}}, row: row("b", dec), wrong: [][2]string{{">1.5<", ">1.55<"}, {"<a>", "<xs:a/><a>"}}},
		{name: "texts beside elements", o: message.Options{Root: "R", Fields: []message.Field{element1("p", "a"), element1("p/x", "b"), element1("p/@k", "b")}}, row: row("a", text("text"), "b", dec),
			more: []record.Row{row("a", null, "b", dec), row("a", text(""), "b", null)}, wrong: [][2]string{{"<x>1.5", "<x>one"}, {"<x>", "<y/><x>"}}},
		{name: "no nil with elements in it", o: message.Options{Root: "R", IfNull: "nil", Fields: []message.Field{element1("p", "a"), element1("p/x", "b")}}, row: row("a", text("text"), "b", dec),
			more: []record.Row{row("a", null, "b", null)}, wrong: [][2]string{{"<p>text<x>1.5</x></p>", `<p xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>`}, {"<x>1.5</x>", ""}}},
		{name: "one name for two types", o: message.Options{Root: "R", Fields: []message.Field{{To: "a/x", Source: from("b"), Type: "decimal", Scale: ptr(1)}, {To: "b/x", Source: from("c"), Type: "decimal", Scale: ptr(3)}, {To: "c/x", Source: from("b"), Type: "decimal", Scale: ptr(1)}}},
			row: row("b", dec, "c", kind(record.Decimal, "1.555")), wrong: [][2]string{{"<a><x>1.5", "<a><x>1.55"}, {"<b><x>1.555", "<b><x>1.5551"}, {"<c><x>1.5", "<c><x>1.55"}}},
		{name: "with a prefix and without", o: message.Options{Root: "o:R", Namespaces: ns, Fields: []message.Field{element1("a/o:b", "b"), element1("o:a/b", "b")}}, row: row("b", dec),
			wrong: [][2]string{{"<a><o:b>1.5</o:b>", "<a><b>1.5</b>"}, {"<o:a><b>1.5</b>", "<o:a><o:b>1.5</o:b>"}}},
		{name: "a list that is always there", o: message.Options{Root: "R", Fields: []message.Field{{To: "l/i", Each: "l", As: "i", Required: true, Fields: []message.Field{element1("x", "i")}}}}, row: row("l", list(text("1"))),
			more: []record.Row{row("l", list(null, null))}, wrong: [][2]string{{"<i><x>1</x></i>", ""}, {"<l><i><x>1</x></i></l>", ""}}},
		{name: "the root's own text", o: message.Options{Root: "R", Fields: []message.Field{{To: ".", Source: from("b"), Type: "decimal"}, element1("@k", "a")}}, row: row("a", text("1"), "b", dec), more: []record.Row{row("a", null, "b", null)}, wrong: [][2]string{{">1.5", ">one"}}},
		{name: "the root may be nil", o: message.Options{Root: "R", IfNull: "nil", Fields: []message.Field{element1(".", "b")}}, row: row("b", dec), more: []record.Row{row("b", null)}, wrong: [][2]string{{">1.5", ">one"}, {">1.5", ">"}}},
		{name: "lists", o: message.Options{Root: "R", Namespaces: ns, Fields: []message.Field{element1("l", "l"), element1("l/@n", "b"), element1("m/n", "l"), {To: "o:p", Source: from("l"), IfNull: "nil"},
			{To: "t/i", Each: "l", As: "i", Required: true, Fields: []message.Field{element1(".", "i"), element1("@k", "b")}},
			{To: "u", Each: "m", As: "j", Fields: []message.Field{{To: ".", Source: from("j"), Type: "string", IfNull: "empty"}}}, {To: "v", Each: "l", As: "k", Fields: []message.Field{element1("w", "b"), element1("z", "nil")}}}},
			row:   row("b", dec, "l", list(text("x"), text("y")), "m", list(text("x"))),
			more:  []record.Row{row("b", dec, "l", list(list(text("x"), null), null, kind(record.Integer, "1")), "m", list(null)), row("b", null, "l", list(list(), text("")), "m", null)},
			wrong: [][2]string{{"<item>x</item>", "<entry>x</entry>"}, {`<l n="1.5">`, `<l n="1.5">text`}, {"<u>x</u>", "<u><item>x</item></u>"}, {`<i k="1.5">x</i>`, `<i k="1.5"><j/></i>`}, {"<t>", "<t/><t>"}, {"<o:p><item>", "<o:p><o:item/><item>"}}},
		{name: "an item in the default namespace", o: message.Options{Root: "o:R", Namespaces: map[string]string{"o": "urn:o", "": "urn:d"}, Fields: []message.Field{element1("o:l", "l"), element1("o:l/o:x", "b"), element1("m", "l")}}, row: row("b", dec, "l", list(text("x"), list(text("y")))),
			more: []record.Row{row("b", dec, "l", list(null))}, wrong: [][2]string{{"<o:l><item>x</item>", "<o:l><o:item>x</o:item>"}, {"<item>y</item>", "<p/>"}}},
		{name: "embedded XML", o: message.Options{Root: "R", Namespaces: ns, Fields: []message.Field{{To: "x", Source: from("a"), Type: "xml"}, {To: "o:y", Source: from("a"), Type: "xml"}, {To: "o:y/z", Source: from("b")}, {To: "R/c", Source: value("<R/>"), Type: "xml"}}},
			row: row("a", text(`<R><b xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="none">1</b></R>text<o:y><R/></o:y>`), "b", dec), more: []record.Row{row("a", text(""), "b", dec)}, wrong: [][2]string{{"<x>", "<x k='1'>"}, {"</x>", "</x><x/>"}}},
		{name: "literals", o: message.Options{Root: "R", Fields: []message.Field{{To: "a", Source: value("<a> & \"b\"\t\r\n]]>ü\U0001F600"), CDATA: true}, {To: "b", Source: value("")}, {To: "c", Source: value("2.5"), Type: "decimal", Scale: ptr(2)}, {To: "c/@k", Source: value("")}, {To: "d", Source: value("x"), IfNull: "nil"}}},
			row: row("a", dec), wrong: [][2]string{{"2.50", "2.51"}, {"<b></b>", "<b>x</b>"}, {"<b></b>", ""}, {`k=""`, ""}, {`k=""`, `k="1"`}, {"<d>x", "<d>"}, {"ü", "u"}}},
		{name: "what is removed", o: message.Options{Root: "R", InvalidChars: "remove", Fields: []message.Field{{To: "a", Source: from("a"), Required: true}}}, row: row("a", text("x")), more: []record.Row{row("a", text("\x01"))}, wrong: [][2]string{{"<a>x</a>", ""}}},
		{name: "binary lengths", o: message.Options{Root: "R", Fields: []message.Field{{To: "a", Source: from("a"), MaxLength: 7}, {To: "b", Source: from("a"), Type: "hexBinary", MaxLength: 7}}}, row: row("a", bytes), wrong: [][2]string{{"YWIA", "YWIAYQ=="}, {"616200", "61620000"}}},
		{name: "indented", o: message.Options{Root: "R", Indent: true}, row: everyKind(), more: []record.Row{edges()}, wrong: [][2]string{{"</R>", "x</R>"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.o.MaxSize = 1 << 20
			p, all := schemas(t, c.o, expression.Names{Columns: c.row.Columns}, true)
			j := newJudges(t, t.TempDir(), all)
			var documents, wrong []string
			for _, r := range append([]record.Row{c.row}, c.more...) {
				got, err := p.Render(&expression.Scope{Row: r})
				require.NoError(t, err)
				documents = append(documents, string(got.Body))
			}
			j.accept(t, documents...)
			for _, w := range c.wrong {
				require.Contains(t, documents[0], w[0])
				wrong = append(wrong, strings.ReplaceAll(documents[0], w[0], w[1]))
			}
			require.NotEmpty(t, wrong)
			j.refuse(t, wrong...)
		})
	}
}
