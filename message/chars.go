package message

import (
	"strings"
	"unicode/utf8"
)

// What a byte of text is to XML; the escaped ones are indexes of escapes.
const (
	plain = iota
	ampersand
	less
	greater // always escaped: a bare ]]> is not well-formed
	carriageReturn
	quotation
	tab
	lineFeed
	multibyte
	forbidden
)

// escapes has &#13; because a parser turns a bare carriage return into a line feed, and in an attribute each of the
// blanks into a space.
var escapes = [...]string{ampersand: "&amp;", less: "&lt;", greater: "&gt;", carriageReturn: "&#13;", quotation: "&quot;", tab: "&#9;", lineFeed: "&#10;"}

var textClasses = func() (c [256]uint8) {
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

var attributeClasses = func() [256]uint8 {
	c := textClasses
	c['"'], c['\t'], c['\n'] = quotation, tab, lineFeed
	return c
}()

// isChar is the Char production of XML 1.0 for what is beyond ASCII: utf8 has refused surrogates.
func isChar(r rune, size int) bool {
	return r != 0xFFFE && r != 0xFFFF && (r != utf8.RuneError || size > 1)
}

// isAllowed is the whole production, for the character that s begins with.
func isAllowed(s string) (ok bool, size int) {
	class := textClasses[s[0]]
	if class != multibyte {
		return class != forbidden, 1
	}
	r, size := utf8.DecodeRuneInString(s)
	return isChar(r, size), size
}

// clean replaces or removes what XML forbids. A value without such characters is returned as it is.
func clean(s, rule string) string {
	var b strings.Builder
	done := 0
	for i := 0; i < len(s); {
		ok, size := isAllowed(s[i:])
		if !ok {
			b.WriteString(s[done:i])
			if rule == replace {
				b.WriteRune(utf8.RuneError)
			}
			done = i + size
		}
		i += size
	}
	if done == 0 {
		return s
	}
	return b.String() + s[done:]
}
