package message_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/record"
)

// samplesOf are values of each kind that a source or lookup hands out, what is rare among them. xmllint knows decimals of 24 digits at most.
var samplesOf = map[record.Kind][]string{
	record.Text: {"", " ", "a", "<&]]>\"\t\r\n", "ü\U0001F600", "10.50", " 1e3 ", "true", "2024-02-29", "2026-01-01T10:00:00.5+02:00", "24:00:00", "-P1DT2H", "AP8=", "00ff", "urn:a:b", "a b?c#d", "<o:a>1</o:a>", "<a><b/></a>x",
		strings.Repeat("long", 9), "\x01"},
	record.Boolean:  {"true", "false"},
	record.Integer:  {"0", "-1", "2147483648", "9223372036854775807", "-9223372036854775808"},
	record.Decimal:  {"0.00", "-12.50", "1239.5", "0.0000001", "9999999999999.99", "NaN", "-Infinity"},
	record.Float:    {"1.5E15", "1E-7", "NaN", "INF", "-INF", "0.1", "3"},
	record.Bytes:    {"", "\x00\xff", "abc", strings.Repeat("\xfe", 30)},
	record.Date:     {"2026-09-01", "-0044-03-15", "5874897-12-31", "infinity"},
	record.DateTime: {"2026-09-01T12:03:07.12Z", "-0044-03-15T00:00:00Z", "294276-12-31T23:59:59.999999Z", "1800-01-01T00:00:00Z", "-infinity"},
	record.Time:     {"12:03:07.12", "24:00:00", "12:00:00+02:00", "12:00:00+15:59", "12:00:00-00:44:30"},
	record.Duration: {"P1Y2M3DT4H5M6.789S", "PT0S", "P-1Y-2M", "P-1Y2DT-3H", "PT-0.5S"},
}

func anyOf(t *rapid.T, k record.Kind) record.Value {
	switch {
	case rapid.IntRange(0, 4).Draw(t, "null") == 0:
		return null
	case k == record.List:
		return list(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) record.Value { return anyOf(t, anyKind(t)) }), 0, 3).Draw(t, "items")...)
	}
	return kind(k, rapid.SampledFrom(samplesOf[k]).Draw(t, "value"))
}

func anyKind(t *rapid.T) record.Kind {
	return rapid.SampledFrom([]record.Kind{record.Text, record.Text, record.Boolean, record.Integer, record.Decimal, record.Float, record.Bytes, record.Date, record.DateTime,
		record.Time, record.Duration, record.List, record.List}).Draw(t, "kind")
}

// anyMapping is a block, and a row with the columns that it is about.
func anyMapping(t *rapid.T) (message.Options, record.Row) {
	draw := func(name string, words ...string) string { return rapid.SampledFrom(words).Draw(t, name) }
	o := message.Options{Root: draw("root", "R", "o:R"), MaxSize: 1 << 20, Namespaces: map[string]string{"o": "urn:o", "p": "urn:p"}, Indent: rapid.Bool().Draw(t, "indent"),
		IfNull: draw("if_null", "", "nil", "empty"), InvalidChars: draw("invalid_chars", "fail", "remove", "replace")}
	switch draw("default", "none", "own", "root's") {
	case "own":
		o.Namespaces[""] = "urn:d"
	case "root's":
		o.Namespaces[""] = "urn:o"
	}
	var r record.Row
	for i := range rapid.IntRange(1, 6).Draw(t, "columns") {
		r.Columns = append(r.Columns, record.Column{Name: draw("name", "c", "Odd ÷", "xml") + fmt.Sprint(i), Kind: anyKind(t)})
	}
	if rapid.IntRange(0, 4).Draw(t, "unmapped") > 0 {
		o.Fields = append([]message.Field{}, anyFields(t, r, "", 2)...)
	}
	return o, r
}

// anyFields may contradict each other; what Compile refuses is left out one by one.
func anyFields(t *rapid.T, r record.Row, as string, depth int) (all []message.Field) {
	part := rapid.SampledFrom([]string{"a", "b", "o:a", "p:a", "p:b"})
	for range rapid.IntRange(1, 5).Draw(t, "fields") {
		f := message.Field{To: strings.Join(rapid.SliceOfN(part, 1, 2).Draw(t, "to"), "/"), Required: rapid.IntRange(0, 5).Draw(t, "required") == 0}
		src := fmt.Sprintf("row[%q]", r.Columns[rapid.IntRange(0, len(r.Columns)-1).Draw(t, "column")].Name)
		if as != "" && rapid.Bool().Draw(t, "item") {
			src = as
		}
		if depth > 0 && rapid.IntRange(0, 3).Draw(t, "each") == 0 {
			f.Each, f.As = src, fmt.Sprint("i", depth)
			f.Fields = anyFields(t, r, f.As, depth-1)
			all = append(all, f)
			continue
		}
		f.Source = from(src)
		if rapid.IntRange(0, 5).Draw(t, "literal") == 0 {
			f.Source = value(rapid.SampledFrom(samplesOf[record.Text]).Draw(t, "literal"))
		}
		switch rapid.IntRange(0, 4).Draw(t, "where") {
		case 0:
			f.To += "/@" + part.Draw(t, "attribute")
		case 1:
			f.To = "@" + part.Draw(t, "attribute")
		case 2:
			f.To = "."
		}
		f.Type = rapid.SampledFrom([]string{"", "", "", "string", "boolean", "integer", "int", "long", "decimal", "decimal", "double", "date", "dateTime", "time", "duration", "base64Binary", "hexBinary", "anyURI", "xml"}).Draw(t, "type")
		f.IfNull = rapid.SampledFrom([]string{"", "", "omit", "nil", "empty", "fail"}).Draw(t, "if_null")
		f.MaxLength = rapid.SampledFrom([]int{0, 0, 8, 40}).Draw(t, "max_length")
		f.CDATA = rapid.IntRange(0, 5).Draw(t, "cdata") == 0
		if f.Type == "decimal" && rapid.Bool().Draw(t, "scaled") {
			f.Scale = ptr(rapid.IntRange(0, 5).Draw(t, "scale"))
		}
		all = append(all, f)
	}
	return all
}

// compile leaves out fields until the others agree.
func compile(o message.Options, n expression.Names) (*message.Plan, bool) {
	for {
		p, err := message.Compile(o, n)
		if err == nil {
			return p, true
		}
		var at int
		faults := err.(message.Faults)
		if _, err := fmt.Sscanf(faults[0].Path, "message.fields[%d]", &at); err != nil || len(o.Fields) == 0 {
			return nil, false
		}
		o.Fields = append(o.Fields[:at:at], o.Fields[at+1:]...)
	}
}

// TestAnyMessageSatisfiesItsSchema has both judges look at messages of any mapping, and at the same with one element too many.
func TestAnyMessageSatisfiesItsSchema(t *testing.T) {
	requireXMLLint(t)
	folder := t.TempDir()
	rendered, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		o, r := anyMapping(t)
		exact := rapid.Bool().Draw(t, "exact")
		p, ok := compile(o, expression.Names{Columns: r.Columns})
		if !ok {
			t.Skip("the block itself is wrong")
		}
		all, err := p.Schemas("any", exact)
		require.NoError(t, err)
		dir, err := os.MkdirTemp(folder, "")
		require.NoError(t, err)
		defer os.RemoveAll(dir)
		j := newJudges(t, dir, all)
		var documents, wrong []string
		for range 12 {
			r.Values = nil
			for _, c := range r.Columns {
				k := c.Kind
				if scalar := anyKind(t); !exact && k != record.List && scalar != record.List { // what types single values has no lists
					k = scalar
				}
				r.Values = append(r.Values, anyOf(t, k))
			}
			if got, err := p.Render(&expression.Scope{Feed: "any", Row: r}); err == nil {
				documents = append(documents, string(got.Body))
			}
		}
		if len(documents) == 0 {
			return
		}
		j.accept(t, documents...)
		rendered += len(documents)
		if text := fmt.Sprint(all); !strings.Contains(text, "##any") {
			for _, document := range documents {
				if at := strings.LastIndex(document, "</"); at >= 0 {
					wrong = append(wrong, document[:at]+"<more/>"+document[at:], strings.Replace(document, o.Root, o.Root+` more=""`, 1))
				}
			}
			j.refuse(t, wrong...)
			refused += len(wrong)
		}
	})
	require.Greater(t, rendered, 100)
	require.Greater(t, refused, 100)
}
