package main

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// letters are those that passports write with two letters (ICAO 9303), and those that are no letter with an accent: Unicode takes
// an accent off its letter, but an ø, an ł and a þ are letters of their own, for which it has no plainer ones. Größe reads Groesse, not Gr_e.
var letters = map[rune]string{
	'ä': "ae", 'ö': "oe", 'ü': "ue", 'ß': "ss", 'å': "aa", 'æ': "ae", 'ø': "oe", 'œ': "oe",
	'ð': "d", 'đ': "d", 'þ': "th", 'ł': "l", 'ħ': "h", 'ı': "i", 'ŋ': "n", 'ŧ': "t", 'ĳ': "ij", 'ə': "e", 'ƒ': "f",
}

// folded writes the letters of Latin alphabets in ASCII. What belongs to another alphabet stays as it is: how it sounds is not known here.
func folded(s string) string {
	s = norm.NFC.String(s) // an ä may be written as an a and two dots
	capitals := strings.ToUpper(s) == s
	var plain strings.Builder
	for _, r := range s {
		plain.WriteString(foldedLetter(r))
	}
	if capitals {
		return strings.ToUpper(plain.String())
	}
	return plain.String()
}

// foldedLetter is the letter in ASCII: Ö is Oe, é is e.
func foldedLetter(r rune) string {
	if plain, ok := letters[r]; ok {
		return plain
	}
	if plain, ok := letters[unicode.ToLower(r)]; ok {
		return strings.ToUpper(plain[:1]) + plain[1:]
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(string(r)))
}
