package message

import (
	"encoding/base64"
	"fmt"
	"unicode/utf8"

	"github.com/rowrelay/rowrelay/record"
)

// writer appends to one buffer and refuses what XML cannot say.
type writer struct {
	buf []byte
}

func (w *writer) raw(parts ...string) {
	for _, p := range parts {
		w.buf = append(w.buf, p...)
	}
}

func (w *writer) column(name string, v record.Value) error {
	w.buf = append(w.buf, '<')
	w.buf = appendName(w.buf, name)
	w.buf = append(w.buf, '>')
	if err := w.value(v); err != nil {
		return err.in(name)
	}
	w.buf = append(w.buf, '<', '/')
	w.buf = appendName(w.buf, name)
	w.buf = append(w.buf, '>')
	return nil
}

func (w *writer) value(v record.Value) *fault {
	switch v.Kind {
	case record.List:
		return w.items(v.Items)
	case record.Bytes:
		w.base64(v.Text)
		return nil
	case record.Decimal, record.Date, record.DateTime, record.Duration:
		if isUnbounded(v.Text) {
			return &fault{code: record.XMLType, text: fmt.Sprintf("%s is no value of an XML %s", v.Text, xsdType(v.Kind))}
		}
	}
	return w.text(v.Text)
}

func (w *writer) items(items []record.Value) *fault {
	for i, item := range items {
		if item.Null {
			w.raw(nilItem)
			continue
		}
		w.raw("<item>")
		if err := w.value(item); err != nil {
			return err.at(i + 1)
		}
		w.raw("</item>")
	}
	return nil
}

// base64 encodes piecewise: a copy of a large value as []byte would double its memory.
func (w *writer) base64(s string) {
	var piece [3 * 1024]byte // a multiple of 3, so that only the last piece is padded
	for len(s) > 0 {
		n := copy(piece[:], s)
		w.buf = base64.StdEncoding.AppendEncode(w.buf, piece[:n])
		s = s[n:]
	}
}

// text copies runs of plain characters and stops only where one needs a decision.
func (w *writer) text(s string) *fault {
	done := 0
	for i := 0; i < len(s); {
		class := classes[s[i]]
		if class == plain {
			i++
			continue
		}
		if class == multibyte {
			r, size := utf8.DecodeRuneInString(s[i:])
			if !isChar(r, size) {
				return invalid(s, i, r, size)
			}
			if r > 0xFFFF {
				w.raw(s[done:i])
				w.reference(r)
				done = i + size
			}
			i += size
			continue
		}
		if class == forbidden {
			return invalid(s, i, rune(s[i]), 1)
		}
		w.raw(s[done:i], escapes[class])
		i++
		done = i
	}
	w.raw(s[done:])
	return nil
}

// reference writes a character above U+FFFF by its number: ActiveMQ Classic hands a STOMP text on as it
// is, and its JMS clients, which read Java's modified UTF-8, cannot read UTF-8's four bytes.
func (w *writer) reference(r rune) {
	w.buf = fmt.Appendf(w.buf, "&#x%X;", r)
}

// What a byte of text is to XML; the escaped ones are indexes of escapes.
const (
	plain = iota
	ampersand
	less
	greater // always escaped: a bare ]]> is not well-formed
	carriageReturn
	multibyte
	forbidden
)

// escapes has &#13; because a parser turns a bare carriage return into a line feed.
var escapes = [...]string{ampersand: "&amp;", less: "&lt;", greater: "&gt;", carriageReturn: "&#13;"}

var classes = func() (c [256]uint8) {
	for b := range 0x20 {
		c[b] = forbidden
	}
	for b := 0x80; b < 0x100; b++ {
		c[b] = multibyte
	}
	c['\t'], c['\n'], c['\r'] = plain, plain, carriageReturn
	c['&'], c['<'], c['>'] = ampersand, less, greater
	return c
}()

// isChar is the Char production of XML 1.0 for what is beyond ASCII: utf8 has refused surrogates.
func isChar(r rune, size int) bool {
	return r != 0xFFFE && r != 0xFFFF && (r != utf8.RuneError || size > 1)
}

func isUnbounded(s string) bool {
	switch s {
	case "NaN", "Infinity", "-Infinity", "infinity", "-infinity":
		return true
	}
	return false
}

func xsdType(k record.Kind) string {
	switch k {
	case record.Decimal:
		return "decimal"
	case record.Date:
		return "date"
	case record.Duration:
		return "duration"
	}
	return "dateTime"
}
