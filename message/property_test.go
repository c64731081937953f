package message_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"strconv"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rowrelay/rowrelay/record"
)

// element is any element as encoding/xml sees it: the judge of what we write.
type element struct {
	XMLName  xml.Name
	Text     string    `xml:",chardata"`
	Elements []element `xml:",any"`
}

func parse(t require.TestingT, doc []byte) element {
	var e element
	d := xml.NewDecoder(bytes.NewReader(doc))
	require.NoError(t, d.Decode(&e), "%s", doc)
	_, err := d.Token()
	require.Equal(t, io.EOF, err)
	return e
}

var escaped = regexp.MustCompile(`_x([0-9A-F]{4,6})_`)

func unescapeName(s string) string {
	return escaped.ReplaceAllStringFunc(s, func(m string) string {
		n, _ := strconv.ParseInt(m[2:len(m)-1], 16, 32)
		return string(rune(n))
	})
}

// allowed is the Char production of XML 1.0, written down a second time.
func allowed(s string) bool {
	for _, r := range s {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return false
		}
	}
	return utf8.ValidString(s)
}

func TestAnyTextArrivesOrIsRefused(t *testing.T) {
	m := mapping(t)
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
			rapid.StringOf(rapid.RuneFrom([]rune("<>&]'\"\r\n\t a\x00\x1f\x7f\u0085\u2028\uFFFD\uFFFE\U0010FFFF")))).Draw(t, "text")
		doc, err := render(m, row("a", text(want), "b", list(text(want), text(want))))
		if !allowed(want) {
			require.Nil(t, doc)
			require.Equal(t, record.XMLInvalidChar, err.(*record.Failure).Code)
			return
		}
		require.NoError(t, err)
		got := parse(t, doc)
		require.Equal(t, want, got.Elements[0].Text)
		require.Equal(t, want, got.Elements[1].Elements[1].Text)
	})
}

func TestAnyNameIsWellFormedAndComesBack(t *testing.T) {
	m := mapping(t)
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.OneOf(rapid.StringN(1, 20, -1), rapid.StringOfN(rapid.RuneFrom([]rune("_x0041Fa :-.Xml")), 1, 20, -1)).Draw(t, "name")
		doc, err := render(m, row(want, text("")))
		require.NoError(t, err)
		name := parse(t, doc).Elements[0].XMLName
		require.Empty(t, name.Space)
		require.Equal(t, want, unescapeName(name.Local))
		require.NotRegexp(t, `^(?i)xml`, name.Local)
	})
}

func TestEveryRuneMakesALegalName(t *testing.T) {
	m := mapping(t)
	for r := rune(1); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) || r > 0x10000 && r%257 != 0 {
			continue
		}
		doc, err := render(m, row("a"+string(r), text(""), string(r), text("")))
		require.NoError(t, err)
		require.NoError(t, xml.Unmarshal(doc, new(element)), "%U", r)
	}
}

func FuzzRenderIsWellFormed(f *testing.F) {
	f.Add("a", "b")
	f.Add("", "]]>\r")
	f.Add("xml:\xff", "\xed\xa0\x80")
	m := mapping(f)
	f.Fuzz(func(t *testing.T, name, value string) {
		doc, err := render(m, row(name, text(value)))
		require.Equal(t, allowed(value), err == nil)
		if err == nil {
			require.Equal(t, value, parse(t, doc).Elements[0].Text)
		}
	})
}
