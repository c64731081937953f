// Package message turns a row into the XML document that the receiver needs.
package message

import (
	"fmt"

	"github.com/rowrelay/rowrelay/record"
)

// Options are what the file's `message` block says.
type Options struct {
	Root    string // the document element, an XML name without a prefix
	MaxSize int    // of the whole document in bytes; above 0
}

// Mapping renders rows. It holds no state, so any number of workers may share one.
type Mapping struct {
	root    string
	maxSize int
}

const (
	declaration  = `<?xml version="1.0" encoding="UTF-8"?>`
	xsiNamespace = ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`
	nilItem      = `<item xsi:nil="true"/>`
)

// New checks the options; its errors name the key of the file that is wrong.
func New(o Options) (*Mapping, error) {
	if !isName(o.Root) {
		return nil, fmt.Errorf("message.root %q is no XML name: use letters, digits, '_', '-' and '.', "+
			"begin with a letter or '_', but not with \"xml\"; a prefix needs namespaces, which this version does not have", o.Root)
	}
	if o.MaxSize <= 0 {
		return nil, fmt.Errorf("message.max_size is %d bytes: it must be above 0", o.MaxSize)
	}
	return &Mapping{root: o.Root, maxSize: o.MaxSize}, nil
}

// Render writes one element per column, in column order, and leaves NULL out. What it returns is
// well-formed XML 1.0 in UTF-8 and belongs to the caller. Every error is a *record.Failure:
// XML_INVALID_CHAR, XML_TYPE or XML_TOO_LARGE.
func (m *Mapping) Render(row record.Row) ([]byte, error) {
	w := writer{buf: make([]byte, 0, m.estimate(row))}
	w.raw(declaration)
	m.openRoot(&w, row)
	for i, v := range row.Values {
		if v.Null {
			continue
		}
		if err := w.column(row.Columns[i].Name, v); err != nil {
			return nil, err
		}
	}
	w.raw("</", m.root, ">")
	if len(w.buf) > m.maxSize {
		return nil, record.Fail(record.XMLTooLarge, "the message has %d bytes, message.max_size allows %d", len(w.buf), m.maxSize)
	}
	return w.buf, nil
}

// openRoot declares xsi only where an item is nil, so that most messages stay free of it.
func (m *Mapping) openRoot(w *writer, row record.Row) {
	w.raw("<", m.root)
	for _, v := range row.Values {
		if hasNil(v) {
			w.raw(xsiNamespace)
			break
		}
	}
	w.raw(">")
}

func hasNil(v record.Value) bool {
	for _, item := range v.Items {
		if item.Null || hasNil(item) {
			return true
		}
	}
	return false
}

// estimate is the document's size when nothing needs escaping, so that the buffer seldom grows.
func (m *Mapping) estimate(row record.Row) int {
	n := len(declaration) + len(xsiNamespace) + 2*len(m.root) + len("<></>")
	for i, v := range row.Values {
		if !v.Null {
			n += 2*len(row.Columns[i].Name) + len("<></>") + weigh(v)
		}
	}
	return n
}

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
