package message_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/record"
)

// node is a document as a person would draw it: the second account of what the fields mean.
type node struct {
	name       string
	attributes map[string]record.Value
	text       *record.Value // nil: no field
	children   []*node
}

var letters = []string{"a", "b", "o:c", "_d", "ü"}

func anyValue(t *rapid.T) record.Value {
	if rapid.IntRange(0, 3).Draw(t, "null") == 0 {
		return null
	}
	return text(rapid.OneOf(rapid.StringOf(rapid.RuneFrom([]rune("<>&]]>'\"\r\n\t a\u0085\u2028\uFFFD\U0010FFFF"))), rapid.String().Filter(allowed)).Draw(t, "value"))
}

func anyNode(t *rapid.T, name string, depth int) *node {
	n := &node{name: name, attributes: map[string]record.Value{}}
	for _, a := range rapid.SliceOfNDistinct(rapid.SampledFrom(letters), 0, 2, rapid.ID[string]).Draw(t, "attributes") {
		n.attributes[a] = anyValue(t)
	}
	if rapid.Bool().Draw(t, "text") {
		v := anyValue(t)
		n.text = &v
	}
	if depth > 0 {
		for _, child := range rapid.SliceOfNDistinct(rapid.SampledFrom(letters), 0, 3, rapid.ID[string]).Draw(t, "children") {
			n.children = append(n.children, anyNode(t, child, depth-1))
		}
	}
	return n
}

// fields writes the tree down as a mapping, and the row that it comes from.
func (n *node) fields(t *rapid.T, path string, r *record.Row) (all []message.Field) {
	add := func(to string, v record.Value, cdata bool) {
		column := fmt.Sprintf("c%d", len(r.Columns))
		r.Columns, r.Values = append(r.Columns, record.Column{Name: column}), append(r.Values, v)
		all = append(all, message.Field{To: to, Source: from(column), CDATA: cdata})
	}
	for name, v := range n.attributes {
		add(path+"@"+name, v, false)
	}
	if n.text != nil {
		add(path[:max(0, len(path)-1)]+map[bool]string{true: "."}[path == ""], *n.text, rapid.Bool().Draw(t, "cdata"))
	}
	for _, child := range n.children {
		all = append(all, child.fields(t, path+child.name+"/", r)...)
	}
	return all
}

// parsed is an element in a form that can be compared.
type parsed struct {
	Name       string
	Attributes map[string]string
	Text       string
	Children   []parsed
}

// expect is what must arrive; ok is false where nothing must.
func (n *node) expect() (p parsed, ok bool) {
	p = parsed{Name: n.name, Attributes: map[string]string{}}
	for name, v := range n.attributes {
		if !v.Null {
			p.Attributes[name] = v.Text
		}
	}
	for _, child := range n.children {
		if c, ok := child.expect(); ok {
			p.Children = append(p.Children, c)
		}
	}
	if n.text != nil {
		p.Text = n.text.Text
		return p, !n.text.Null || p.Children != nil
	}
	return p, p.Children != nil || len(p.Attributes) > 0
}

func read(t require.TestingT, doc []byte) parsed {
	d := xml.NewDecoder(bytes.NewReader(doc))
	stack := []*parsed{{}}
	for {
		token, err := d.RawToken()
		if err != nil {
			require.Len(t, stack, 1)
			require.Len(t, stack[0].Children, 1)
			return stack[0].Children[0]
		}
		top := stack[len(stack)-1]
		switch token := token.(type) {
		case xml.StartElement:
			p := &parsed{Name: prefixed(token.Name), Attributes: map[string]string{}}
			for _, a := range token.Attr {
				if a.Name.Space != "xmlns" {
					p.Attributes[prefixed(a.Name)] = a.Value
				}
			}
			stack = append(stack, p)
		case xml.CharData:
			top.Text += string(token)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
			stack[len(stack)-1].Children = append(stack[len(stack)-1].Children, *top)
		}
	}
}

func prefixed(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

func TestAnyTreeArrives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		root := anyNode(t, "R", 3)
		var r record.Row
		fields := append([]message.Field{}, root.fields(t, "", &r)...)
		p, err := message.Compile(message.Options{Root: "R", MaxSize: 64 << 20, Namespaces: map[string]string{"o": "urn:o"}, Fields: fields}, expression.Names{Columns: r.Columns})
		require.NoError(t, err)
		got, err := p.Render(&expression.Scope{Row: r})
		require.NoError(t, err)
		require.NoError(t, xml.Unmarshal(got.Body, new(element)), "%s", got.Body)
		want, _ := root.expect()
		require.Equal(t, want, read(t, got.Body), "%s", got.Body)
	})
}
