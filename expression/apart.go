package expression

import (
	"strings"

	"github.com/expr-lang/expr/parser/lexer"
)

// apart refuses two names with nothing between them: a word of SQL, or a column whose name has a blank.
func apart(src []rune, t, next lexer.Token, columns []string) error {
	remedy := keyword(t.Value, next.Value)
	at := t
	if keyword(t.Value) == "" && remedy != "" {
		at = next
	}
	if remedy == "" || begun(src[t.From:], columns) != "" {
		remedy = blank(src, t, next, columns)
	}
	return placeOf(src, at.From).fault(remedy, "%q and %q stand side by side", t.Value, next.Value)
}

// blank says how a name with a blank is written. Where the columns are known and none resembles the words, the blank is no part of a name.
func blank(src []rune, t, next lexer.Token, columns []string) string {
	words := t.Value + " " + next.Value
	if t.From > 0 && src[t.From-1] == '.' { // the columns of lookups are not among those that are known
		return "a column with a blank is written without the point: " + strings.TrimPrefix(inRow(words), "row")
	}
	if name := begun(src[t.From:], columns); name != "" {
		return "write " + inRow(name)
	}
	if name := resembling(words, columns); name != "" {
		return "did you mean " + inRow(name) + "?"
	}
	if len(columns) > 0 {
		return ""
	}
	if name := whole(src[t.From:]); strings.HasPrefix(name, words) {
		words = name
	}
	return "a name with a blank is written " + inRow(words) + "; else an operator is missing (docs/config.md, Expressions)"
}

// begun is the longest column with a blank that the text begins with.
func begun(text []rune, columns []string) (longest string) {
	for _, name := range columns {
		if strings.Contains(name, " ") && strings.HasPrefix(string(text), name) && len(name) > len(longest) {
			longest = name
		}
	}
	return longest
}

// resembling is the nearest column with a blank, "" if none is near.
func resembling(words string, columns []string) (nearest string) {
	best := 3
	for _, name := range columns {
		if d := distance(strings.ToLower(words), strings.ToLower(name)); d < best && strings.Contains(name, " ") {
			nearest, best = name, d
		}
	}
	return nearest
}
