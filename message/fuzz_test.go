package message_test

import (
	"encoding/xml"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/message"
)

// FuzzRender puts one text everywhere that a text can go.
func FuzzRender(f *testing.F) {
	f.Add("a ]]> & \r\n <b>\U0001F600", false)
	p := map[bool]*message.Plan{}
	for _, indent := range []bool{false, true} {
		p[indent] = plan(f, message.Options{Root: "R", Indent: indent, Fields: []message.Field{
			element1("@a", "v"), element1("x", "v"), {To: "y", Source: from("v"), CDATA: true}, element1("y/@a", "v"),
			{To: "l/i", Each: "list", As: "i", Fields: []message.Field{element1(".", "i")}},
		}})
	}
	embedded := plan(f, message.Options{Root: "R", Fields: []message.Field{{To: "x", Source: from("v"), Type: "xml"}}})
	f.Fuzz(func(t *testing.T, v string, indent bool) {
		doc, err := render(p[indent], row("v", text(v), "list", list(text(v), text(v))))
		require.Equal(t, allowed(v), err == nil)
		if err == nil {
			got := read(t, doc)
			require.Equal(t, []string{v, v, v, v, v, v}, []string{got.Attributes["a"], got.Children[0].Text, got.Children[1].Text,
				got.Children[1].Attributes["a"], got.Children[2].Children[0].Text, got.Children[2].Children[1].Text})
		}
		if doc, err = render(embedded, row("v", text(v))); err == nil {
			require.NoError(t, xml.Unmarshal(doc, new(element)), "%q", doc)
			require.NotContains(t, string(doc), "\r")
			for _, r := range string(doc) {
				require.LessOrEqual(t, r, '\uFFFF')
			}
		}
	})
}
