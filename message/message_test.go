package message_test

import (
	"cmp"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/record"
)

func row(pairs ...any) record.Row {
	var r record.Row
	for i := 0; i < len(pairs); i += 2 {
		v := pairs[i+1].(record.Value)
		r.Columns = append(r.Columns, record.Column{Name: pairs[i].(string), Kind: v.Kind})
		r.Values = append(r.Values, v)
	}
	return r
}

func text(s string) record.Value { return record.Value{Text: s} }

func kind(k record.Kind, s string) record.Value { return record.Value{Kind: k, Text: s} }

func list(items ...record.Value) record.Value { return record.Value{Kind: record.List, Items: items} }

var null = record.Value{Null: true}

// plan compiles for any row, so that a test's row is all there is to say of its columns.
func plan(t testing.TB, o message.Options) *message.Plan {
	o.Declaration, o.MaxSize = true, cmp.Or(o.MaxSize, 64<<20)
	p, err := message.Compile(o, expression.Names{Open: true})
	require.NoError(t, err)
	return p
}

// mapping is one without a field list.
func mapping(t testing.TB) *message.Plan { return plan(t, message.Options{Root: "Order"}) }

func render(p *message.Plan, r record.Row) ([]byte, error) {
	m, err := p.Render(&expression.Scope{Feed: "orders", Seq: 4711, Row: r})
	if err != nil {
		return nil, err
	}
	return m.Body, nil
}

func TestRenderWritesOneElementPerColumn(t *testing.T) {
	const begin, end = `<?xml version="1.0" encoding="UTF-8"?><Order>`, `</Order>`
	const beginNil = `<?xml version="1.0" encoding="UTF-8"?><Order xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">`
	for _, c := range []struct {
		name, want string
		row        record.Row
	}{
		{"columns in their order", begin + `<b>1</b><a>x</a>` + end, row("b", kind(record.Integer, "1"), "a", text("x"))},
		{"NULL is left out, empty is not", begin + `<b></b>` + end, row("a", null, "b", text(""))},
		{"markup is escaped", begin + `<a>&lt;b&gt; &amp;amp; ]]&gt; "'</a>` + end, row("a", text(`<b> &amp; ]]> "'`))},
		{"line ends survive a parser", begin + "<a>\t1\n2&#13;\n</a>" + end, row("a", text("\t1\n2\r\n"))},
		{"four bytes of UTF-8 become a reference", begin + "<a>é\u4e2d&#x1F600;b&#x10FFFF;</a>" + end, row("a", text("é\u4e2d\U0001F600b\U0010FFFF"))},
		{"bytes are base64", begin + `<a>AP8=</a>` + end, row("a", kind(record.Bytes, "\x00\xff"))},
		{"a list has items", begin + `<a><item>1</item><item>2</item></a>` + end, row("a", list(text("1"), text("2")))},
		{"an empty list is there", begin + `<a></a>` + end, row("a", list())},
		{"NULL in a list is nil", beginNil + `<a><item xsi:nil="true"/></a>` + end, row("a", list(null))},
		{"lists nest", beginNil + `<a><item><item>1</item><item xsi:nil="true"/></item></a>` + end, row("a", list(list(text("1"), null)))},
		{"floats know NaN and INF", begin + `<a>NaN</a><b>-INF</b>` + end, row("a", kind(record.Float, "NaN"), "b", kind(record.Float, "-INF"))},
		{"the word infinity is a text", begin + `<a>infinity</a>` + end, row("a", text("infinity"))},
		{"names", begin + `<Gr_x00F7_ße>1</Gr_x00F7_ße><_x0031_st_x0020_no>2</_x0031_st_x0020_no>` + end, row("Gr÷ße", text("1"), "1st no", text("2"))},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := render(mapping(t), c.row)
			require.NoError(t, err)
			require.Equal(t, c.want, string(got))
		})
	}
}

func TestKnownColumnsMakeTheSameDocument(t *testing.T) {
	r := row("Gr÷ße", text("1"), "b", null, "c", list(text("x"), null))
	p, err := message.Compile(message.Options{Root: "Order", MaxSize: 1 << 20, Declaration: true, IfNull: "nil"}, expression.Names{Columns: r.Columns})
	require.NoError(t, err)
	got, err := render(p, r)
	require.NoError(t, err)
	want, err := render(plan(t, message.Options{Root: "Order", IfNull: "nil"}), r)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

func TestRenderRefusesWhatXMLCannotSay(t *testing.T) {
	for _, c := range []struct {
		name string
		row  record.Row
		want record.Failure
	}{
		{"a control character", row("a", text("ok"), "b", text("ä\nb\x00c")),
			record.Failure{Code: record.XMLInvalidChar, Text: `column "b": character 4 is U+0000, which XML 1.0 forbids`}},
		{"a noncharacter", row("b", text("ab\uFFFE")),
			record.Failure{Code: record.XMLInvalidChar, Text: `column "b": character 3 is U+FFFE, which XML 1.0 forbids`}},
		{"broken UTF-8", row("b", text("ab\xffd")),
			record.Failure{Code: record.XMLInvalidChar, Text: `column "b": character 3 is not UTF-8 (byte 0xFF)`}},
		{"inside a list", row("b", list(text("x"), list(null, text("\x01")))),
			record.Failure{Code: record.XMLInvalidChar, Text: `column "b"[2][2]: character 1 is U+0001, which XML 1.0 forbids`}},
		{"a decimal that is none", row("b", kind(record.Decimal, "NaN")),
			record.Failure{Code: record.XMLType, Text: `column "b": NaN is no value of an XML decimal`}},
		{"a day without end", row("b", kind(record.Date, "-infinity")),
			record.Failure{Code: record.XMLType, Text: `column "b": -infinity is no value of an XML date`}},
		{"a moment without end", row("b", list(kind(record.DateTime, "infinity"))),
			record.Failure{Code: record.XMLType, Text: `column "b"[1]: infinity is no value of an XML dateTime`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := render(mapping(t), c.row)
			require.Nil(t, got)
			requireFailure(t, c.want, err)
		})
	}
}

func TestRenderRefusesWhatIsTooLarge(t *testing.T) {
	const size = len(`<?xml version="1.0" encoding="UTF-8"?><O><a>&amp;</a></O>`)
	p := plan(t, message.Options{Root: "O", MaxSize: size})
	_, err := render(p, row("a", text("&")))
	require.NoError(t, err)
	_, err = render(p, row("a", text("&b")))
	failure, ok := errors.AsType[*record.Failure](err)
	require.True(t, ok)
	require.Equal(t, record.XMLTooLarge, failure.Code)
	require.Equal(t, "the message has 58 bytes, message.max_size allows 57", failure.Text)
}

func BenchmarkRender(b *testing.B) {
	r := row("order_seq", kind(record.Integer, "4711"), "order_no", text("A-4711"), "customer", text("Müller & Söhne"),
		"amount", kind(record.Decimal, "1239.50"), "created_at", kind(record.DateTime, "2026-09-01T12:03:07.12Z"),
		"note", text(strings.Repeat("plain words ", 20)))
	p, err := message.Compile(message.Options{Root: "Order", MaxSize: 64 << 20, Declaration: true}, expression.Names{Columns: r.Columns})
	require.NoError(b, err)
	benchmark(b, p, &expression.Scope{Row: r})
}

func benchmark(b *testing.B, p *message.Plan, s *expression.Scope) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Render(s); err != nil {
			b.Fatal(err)
		}
	}
}
