package message

import (
	"encoding/base64"
	"fmt"
	"unicode/utf8"
)

// writer appends to one buffer and refuses what XML cannot say.
type writer struct {
	buf    []byte
	limit  int // a document that is longer is given up early; 0: none
	indent bool
	depth  int  // of the element that is being written; the root is 0
	inline bool // an element with a text of its own is open, so that nothing may be broken into lines
	nils   bool // xsi is needed
}

func (w *writer) raw(parts ...string) {
	for _, p := range parts {
		w.buf = append(w.buf, p...)
	}
}

// line begins a line at the present depth, where there are lines at all.
func (w *writer) line() {
	if w.indent && !w.inline {
		w.buf = append(w.buf, '\n')
		for range w.depth {
			w.buf = append(w.buf, ' ', ' ')
		}
	}
}

const upperHex = "0123456789ABCDEF"

func (w *writer) hex(s string) {
	for i := range len(s) {
		w.buf = append(w.buf, upperHex[s[i]>>4], upperHex[s[i]&15])
	}
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

// escape copies runs of plain characters and stops only where one needs a decision.
func (w *writer) escape(s string, classes *[256]uint8) *fault {
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
