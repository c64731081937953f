package message

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// ElementName is what the element of a column is called where the message lists no fields: init writes the same names out.
func ElementName(column string) string { return string(appendName(nil, column)) }

// appendName writes a column's name as an element's. What no XML name may hold becomes _xHHHH_, as
// SQL/XML (ISO 9075-14) does it; an underscore that would read as such an escape is escaped itself,
// so every name can be told from every other, and got back.
func appendName(buf []byte, name string) []byte {
	if name == "" {
		return append(buf, "_x0000_"...) // SQLite allows it; no other name becomes this one
	}
	for i, r := range name {
		if keepsInName(name, i, r) {
			buf = utf8.AppendRune(buf, r)
		} else {
			buf = fmt.Appendf(buf, "_x%04X_", r)
		}
	}
	return buf
}

func keepsInName(name string, i int, r rune) bool {
	switch {
	case i == 0 && isReserved(name):
		return false
	case r == '_':
		return !looksEscaped(name[i:])
	case i == 0:
		return isLetter(r)
	}
	return isLetter(r) || '0' <= r && r <= '9' || r == '-' || r == '.'
}

// isName reports whether s is an XML name as it stands.
func isName(s string) bool {
	return s != "" && string(appendName(nil, s)) == s
}

// isReserved: XML keeps names that begin with xml, in any case, for itself.
func isReserved(s string) bool {
	return len(s) >= 3 && s[0]|0x20 == 'x' && s[1]|0x20 == 'm' && s[2]|0x20 == 'l'
}

// looksEscaped: four hex digits are enough, for the closing underscore may come from the next escape.
func looksEscaped(s string) bool {
	if len(s) < 6 || s[1] != 'x' {
		return false
	}
	for _, b := range []byte(s[2:6]) {
		if b|0x20 < 'a' || b|0x20 > 'f' {
			if b < '0' || b > '9' {
				return false
			}
		}
	}
	return true
}

func isLetter(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r|0x20 && r|0x20 <= 'z'
	}
	return unicode.Is(letters, r)
}

// letters are those beyond ASCII that every edition of XML 1.0 allows in names (appendix B of the
// fourth): parsers that follow the fourth are still common, so later additions are escaped.
var letters = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x00C0, Hi: 0x00D6, Stride: 1}, {Lo: 0x00D8, Hi: 0x00F6, Stride: 1}, {Lo: 0x00F8, Hi: 0x00FF, Stride: 1},
		{Lo: 0x0100, Hi: 0x0131, Stride: 1}, {Lo: 0x0134, Hi: 0x013E, Stride: 1}, {Lo: 0x0141, Hi: 0x0148, Stride: 1},
		{Lo: 0x014A, Hi: 0x017E, Stride: 1}, {Lo: 0x0386, Hi: 0x0386, Stride: 1}, {Lo: 0x0388, Hi: 0x038A, Stride: 1},
		{Lo: 0x038C, Hi: 0x038C, Stride: 1}, {Lo: 0x038E, Hi: 0x03A1, Stride: 1},
		{Lo: 0x03A3, Hi: 0x03CE, Stride: 1}, {Lo: 0x0401, Hi: 0x040C, Stride: 1}, {Lo: 0x040E, Hi: 0x044F, Stride: 1},
		{Lo: 0x0451, Hi: 0x045C, Stride: 1}, {Lo: 0x045E, Hi: 0x0481, Stride: 1}, {Lo: 0x05D0, Hi: 0x05EA, Stride: 1},
		{Lo: 0x0621, Hi: 0x063A, Stride: 1}, {Lo: 0x0641, Hi: 0x064A, Stride: 1}, {Lo: 0x1E00, Hi: 0x1E9B, Stride: 1},
		{Lo: 0x1EA0, Hi: 0x1EF9, Stride: 1}, {Lo: 0x3041, Hi: 0x3094, Stride: 1}, {Lo: 0x30A1, Hi: 0x30FA, Stride: 1},
		{Lo: 0x4E00, Hi: 0x9FA5, Stride: 1}, {Lo: 0xAC00, Hi: 0xD7A3, Stride: 1},
	},
	LatinOffset: 3,
}
