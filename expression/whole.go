package expression

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

var (
	// oneName is a text that is likelier a column's name than a calculation: Artikel-Nr, Preis/Stück, Menge [kg].
	oneName = regexp.MustCompile(`^[\p{L}_][\p{L}\d_]*(?:(?: +|[-./])[\p{L}\d_]+| ?\[[\p{L}\d_ %/.-]+\]| ?\([\p{L}\d_ %/.-]+\))+[.%]?$`)

	// joined are words with a sign and no blank between them, at the beginning of a text.
	joined = regexp.MustCompile(`^[\p{L}_][\p{L}\d_]*(?:[-/][\p{L}_][\p{L}\d_]*)+`)
)

// whole is the name that a text may be, where the columns are not known; "" for none.
func whole(text []rune) string {
	if name := strings.TrimSpace(string(text)); oneName.MatchString(name) {
		return name
	}
	return joined.FindString(string(text))
}

// beginning is the longest column that the text begins with, in whatever case; "" for none.
func beginning(text []rune, columns []string) (longest string) {
	for _, name := range columns {
		runes := []rune(name)
		if len(runes) <= len([]rune(longest)) || len(runes) > len(text) || !strings.EqualFold(string(text[:len(runes)]), name) {
			continue
		}
		if len(text) == len(runes) || !inName(text[len(runes)]) || !inName(runes[len(runes)-1]) {
			longest = name
		}
	}
	return longest
}

func inName(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// write says how a column is written, also where YAML has quotes and brackets of its own.
func write(name string) string {
	return fmt.Sprintf("write %[1]s; within { } of YAML in single quotes: '%[1]s'", inRow(name))
}
