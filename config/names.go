package config

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

var (
	plainName  = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	dottedName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
	schemaName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,62}$`) // PostgreSQL cuts longer ones off
)

// longestID bounds `<store.id>.<feed>.<seq>`; longestSeq is the length of the smallest int64.
const (
	longestID  = 200
	longestSeq = len("-9223372036854775808")
)

// nameStart and nameRest are NameStartChar and NameChar of XML 1.0, fifth edition, without the colon.
var (
	nameStart = &unicode.RangeTable{
		R16: []unicode.Range16{
			{Lo: 'A', Hi: 'Z', Stride: 1}, {Lo: '_', Hi: '_', Stride: 1}, {Lo: 'a', Hi: 'z', Stride: 1},
			{Lo: 0xC0, Hi: 0xD6, Stride: 1}, {Lo: 0xD8, Hi: 0xF6, Stride: 1}, {Lo: 0xF8, Hi: 0x2FF, Stride: 1},
			{Lo: 0x370, Hi: 0x37D, Stride: 1}, {Lo: 0x37F, Hi: 0x1FFF, Stride: 1}, {Lo: 0x200C, Hi: 0x200D, Stride: 1},
			{Lo: 0x2070, Hi: 0x218F, Stride: 1}, {Lo: 0x2C00, Hi: 0x2FEF, Stride: 1}, {Lo: 0x3001, Hi: 0xD7FF, Stride: 1},
			{Lo: 0xF900, Hi: 0xFDCF, Stride: 1}, {Lo: 0xFDF0, Hi: 0xFFFD, Stride: 1},
		},
		R32: []unicode.Range32{{Lo: 0x10000, Hi: 0xEFFFF, Stride: 1}},
	}
	nameRest = &unicode.RangeTable{
		R16: []unicode.Range16{
			{Lo: '-', Hi: '.', Stride: 1}, {Lo: '0', Hi: '9', Stride: 1}, {Lo: 0xB7, Hi: 0xB7, Stride: 1},
			{Lo: 0x300, Hi: 0x36F, Stride: 1}, {Lo: 0x203F, Hi: 0x2040, Stride: 1},
		},
	}
)

func isXMLName(s string) bool {
	for i, r := range s {
		if !unicode.Is(nameStart, r) && (i == 0 || !unicode.Is(nameRest, r)) {
			return false
		}
	}
	return s != ""
}

// isPrefix: XML keeps names that begin with xml, in any case, for itself.
func isPrefix(s string) bool { return isXMLName(s) && !beginsWithXML(s) }

func beginsWithXML(s string) bool {
	return len(s) >= 3 && strings.EqualFold(s[:3], "xml")
}

// wordsOfJMS are what no property may be called: a selector reads them otherwise.
var wordsOfJMS = []string{"NULL", "TRUE", "FALSE", "NOT", "AND", "OR", "BETWEEN", "LIKE", "IN", "IS", "ESCAPE"}

// headersOfSTOMP are what a frame says beside properties; a property of that name would change it.
var headersOfSTOMP = []string{
	"destination", "receipt", "transaction", "transformation", "persistent", "durable", "exclusive", "priority", "expires",
	"expiration", "timestamp", "redelivered", "subscription", "type", "dedupId", "ack", "id", "selector", "login", "passcode",
}

// isJavaName is what Java and the selectors of brokers both take as an identifier.
func isJavaName(s string) bool {
	for i, r := range s {
		if r != '_' && r != '$' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}

// isTaken tells a property's name that JMS, the broker or the frame has a use for.
func isTaken(s string) bool {
	return slices.Contains(wordsOfJMS, strings.ToUpper(s)) || slices.Contains(headersOfSTOMP, s) ||
		strings.HasPrefix(s, "JMS") || strings.HasPrefix(s, "_AMQ") || strings.HasPrefix(s, "AMQ_")
}
