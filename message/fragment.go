package message

import (
	"encoding/xml"
	"io"
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rowrelay/rowrelay/record"
)

// fragment is XML that a value brings along. It is written anew, token by token: what encoding/xml lets pass and others
// do not never gets into the message. Comments are left out, CDATA sections become plain text.
type fragment struct {
	w     writer   // a copy, so that no other document's writer has to live on the heap
	open  []string // elements as written, the innermost last
	known []scope  // prefixes; one of each open element, after the message's own
}

// scope is the namespaces by prefix at one place.
type scope map[string]string

func (f *format) fragment(w *writer, s string) *fault {
	if bad := checkChars(s); bad != nil {
		return bad // encoding/xml checks only texts
	}
	d := xml.NewDecoder(strings.NewReader(withoutDeclaration(s)))
	x := fragment{w: *w, known: []scope{f.prefixes}}
	defer func() { *w = x.w }()
	for {
		token, err := d.RawToken()
		if err == io.EOF {
			return x.end()
		}
		if err != nil { // whose text quotes the value
			line, column := d.InputPos()
			return refuse(record.XMLType, "the value is no well-formed XML: at or before line %d, column %d of it", line, column)
		}
		if bad := x.token(token); bad != nil {
			line, column := d.InputPos()
			bad.text += refuse("", ", before line %d, column %d of it", line, column).text
			return bad
		}
	}
}

func malformed(why string) *fault {
	return refuse(record.XMLType, "the value is no well-formed XML: %s", why)
}

func (x *fragment) end() *fault {
	if len(x.open) > 0 {
		return malformed("an element is not closed")
	}
	return nil
}

func (x *fragment) token(token xml.Token) *fault {
	switch t := token.(type) {
	case xml.StartElement:
		return x.start(t)
	case xml.EndElement:
		return x.close(written(t.Name))
	case xml.CharData:
		return x.w.escape(string(t), &textClasses)
	case xml.ProcInst:
		return malformed("it has a processing instruction")
	case xml.Directive:
		return malformed("it has a document type definition")
	}
	return nil
}

func (x *fragment) start(t xml.StartElement) *fault {
	here, bad := x.declare(t.Attr)
	if bad != nil {
		return bad
	}
	x.known, x.open = append(x.known, here), append(x.open, written(t.Name))
	if _, ok := x.uri(t.Name.Space); !ok || t.Name.Space == "xmlns" || !isPlainName(t.Name) {
		return malformed("an element's name or prefix is unknown to XML")
	}
	x.w.raw("<", written(t.Name))
	if bad := x.attributes(t.Attr); bad != nil {
		return bad
	}
	x.w.raw(">")
	return nil
}

func (x *fragment) close(name string) *fault {
	last := len(x.open) - 1
	if last < 0 || x.open[last] != name {
		return malformed("an element is closed that is not open")
	}
	x.w.raw("</", name, ">")
	x.open, x.known = x.open[:last], x.known[:len(x.known)-1]
	return nil
}

func (x *fragment) attributes(all []xml.Attr) *fault {
	seen := map[xml.Name]bool{}
	for _, a := range all {
		uri, ok := x.uri(a.Name.Space)
		if a.Name.Space == "" {
			uri = "" // the default namespace is none of an attribute
		}
		name := xml.Name{Space: uri, Local: a.Name.Local}
		if !ok || seen[name] || !isPlainName(a.Name) {
			return malformed("an attribute stands there twice, or its name or prefix is unknown to XML")
		}
		seen[name] = true
		x.w.raw(" ", written(a.Name), `="`)
		if bad := x.w.escape(a.Value, &attributeClasses); bad != nil {
			return bad
		}
		x.w.raw(`"`)
	}
	return nil
}

// declare is what is known inside an element with these attributes.
func (x *fragment) declare(all []xml.Attr) (scope, *fault) {
	inner, own := x.known[len(x.known)-1], false
	for _, a := range all {
		prefix, ok := declared(a.Name)
		if !ok {
			continue
		}
		if prefix != "" && a.Value == "" || prefix == "xml" || prefix == "xmlns" || a.Value == xmlNamespace || a.Value == xmlnsNamespace {
			return nil, malformed("it declares a namespace that XML forbids to declare")
		}
		if !own { // of the element alone, not of those around it
			inner, own = maps.Clone(inner), true
		}
		inner[prefix] = a.Value
	}
	return inner, nil
}

func declared(n xml.Name) (prefix string, ok bool) {
	switch {
	case n.Space == "xmlns":
		return n.Local, true
	case n.Space == "" && n.Local == "xmlns":
		return "", true
	}
	return "", false
}

// uri is what a prefix stands for here. To use xsi is to have it declared on the root.
func (x *fragment) uri(prefix string) (string, bool) {
	if uri, ok := x.known[len(x.known)-1][prefix]; ok || prefix == "" {
		return uri, true
	}
	switch prefix {
	case "xml":
		return xmlNamespace, true
	case "xmlns":
		return xmlnsNamespace, true
	case "xsi":
		x.w.nils = true
		return xsiURI, true
	}
	return "", false
}

// isPlainName: encoding/xml has checked the characters, but takes a:b:c, :a and a:1.
func isPlainName(n xml.Name) bool {
	first, _ := utf8.DecodeRuneInString(n.Local)
	return !strings.Contains(n.Local, ":") && (first == '_' || unicode.IsLetter(first))
}

func written(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// withoutDeclaration: a document that is embedded leaves its <?xml ...?> behind.
func withoutDeclaration(s string) string {
	if rest := strings.TrimLeft(s, "\ufeff \t\r\n"); strings.HasPrefix(rest, "<?xml ") {
		if _, body, ok := strings.Cut(rest, "?>"); ok {
			return body
		}
	}
	return s
}
