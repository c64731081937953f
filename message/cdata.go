package message

import (
	"strings"
	"unicode/utf8"
)

const (
	sectionBegin = "<![CDATA["
	sectionEnd   = "]]>"
)

// cdata writes sections, and between them what no section can hold: the references. Where it refuses the value, positions
// are those in the whole of it, so it is checked before it is cut.
func (w *writer) cdata(s string) *fault {
	if bad := checkChars(s); bad != nil {
		return bad
	}
	for s != "" {
		n := strings.IndexFunc(s, needsReference)
		if n < 0 {
			n = len(s)
		}
		w.section(s[:n])
		s = w.outside(s[n:])
	}
	return nil
}

func needsReference(r rune) bool { return r > 0xFFFF || r == '\r' }

// outside writes the first character of s, if there is one, and returns the others.
func (w *writer) outside(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case size == 0:
	case r == '\r':
		w.raw(escapes[carriageReturn])
	default:
		w.reference(r)
	}
	return s[size:]
}

// section has two sections for one where the text would end it.
func (w *writer) section(s string) {
	if s == "" {
		return
	}
	w.raw(sectionBegin)
	for {
		before, after, found := strings.Cut(s, sectionEnd)
		w.raw(before)
		if !found {
			break
		}
		w.raw("]]", sectionEnd, sectionBegin, ">")
		s = after
	}
	w.raw(sectionEnd)
}

func checkChars(s string) *fault {
	for i := 0; i < len(s); {
		ok, size := isAllowed(s[i:])
		if !ok {
			r, size := utf8.DecodeRuneInString(s[i:])
			return invalid(s, i, r, size)
		}
		i += size
	}
	return nil
}
