// Package message turns a row into the XML document and the headers that the receiver needs.
package message

import (
	"slices"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// Plan is a compiled message block. It holds no state, so any number of workers may share one.
type Plan struct {
	head, tail string // the declaration and the root's begin tag; xsi is declared between them, where a row needs it
	xsi        bool   // head declares it for every row
	root       *element
	columns    *columns // nil: the fields decide
	headers    headers
	prefixes   scope // of the root
	maxSize    int
	indent     bool
	size       int   // of what every document has
	weighed    []int // the columns that go into the document
}

// Message is what a row has become. It belongs to the caller.
type Message struct {
	Body    []byte // well-formed XML 1.0 in UTF-8, without characters above U+FFFF
	Headers Headers
}

var xsiBytes = []byte(xsiNamespace)

// Render makes the message of one row; s, which it does not change, has the names that the plan was compiled with.
// Every error is a *record.Failure: XML_INVALID_CHAR, XML_TYPE, XML_REQUIRED or XML_TOO_LARGE.
func (p *Plan) Render(s *expression.Scope) (*Message, error) {
	w := writer{buf: make([]byte, 0, min(p.estimate(s), p.maxSize)), limit: p.maxSize, indent: p.indent}
	w.raw(p.head)
	xsi := len(w.buf)
	w.raw(p.tail)
	if failure := p.document(&w, s); failure != nil {
		return nil, failure
	}
	if w.nils && !p.xsi {
		w.buf = slices.Insert(w.buf, xsi, xsiBytes...)
	}
	if len(w.buf) > p.maxSize {
		return nil, record.Fail(record.XMLTooLarge, "the message has %d bytes, message.max_size allows %d", len(w.buf), p.maxSize)
	}
	h, failure := p.headers.render(s)
	if failure != nil {
		return nil, failure
	}
	return &Message{Body: w.buf, Headers: h}, nil
}

func (p *Plan) document(w *writer, s *expression.Scope) *record.Failure {
	if p.columns != nil {
		return p.columns.render(w, s.Row, p.root.end)
	}
	v, rule, bad := p.root.settle(s)
	if bad == nil {
		_, bad = p.root.body(w, s, v, rule)
	}
	if bad != nil {
		return bad.inField()
	}
	return nil
}

// estimate is about the document's size when nothing needs escaping, so that the buffer seldom grows.
func (p *Plan) estimate(s *expression.Scope) int {
	n := p.size
	if p.columns != nil {
		return n + p.columns.weigh(s.Row)
	}
	for _, i := range p.weighed {
		if i < len(s.Row.Values) { // a test's row may be shorter
			n += weigh(s.Row.Values[i])
		}
	}
	return n
}

// weigh is about what a value takes in the document.
func weigh(v record.Value) int {
	n := len(v.Text)
	if v.Kind == record.Bytes {
		n += n/3 + 4
	}
	for _, item := range v.Items {
		n += len(nilItem) + weigh(item)
	}
	return n
}
