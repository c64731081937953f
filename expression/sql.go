package expression

import (
	"strings"

	"github.com/expr-lang/expr/parser/lexer"
)

// keyword helps whoever writes SQL's words.
func keyword(words ...string) string {
	for _, w := range words {
		switch lower := strings.ToLower(w); lower {
		case "and", "or", "not":
			return "write " + lower + " in lower case"
		case "in":
			return `write in in lower case, and its list in brackets: in ["A", "B"]`
		case "is", "isnull", "notnull":
			return "NULL is asked for with == nil and != nil"
		case "like":
			return "write contains, startsWith, endsWith or matches"
		case "ilike":
			return `write lower(x) before contains, startsWith, endsWith or matches`
		case "between":
			return "write x >= 1 and x <= 2"
		case "when":
			return "write CONDITION ? x : y, or mapvalue(...)"
		}
	}
	return ""
}

// call helps whoever calls SQL's functions, or writes its words before a bracket.
func call(name string) string {
	switch strings.ToLower(name) {
	case "nvl", "ifnull", "isnull":
		return "write coalesce(x, y), or x ?? y"
	case "concat":
		return "texts are joined with +"
	case "length", "char_length":
		return "write len(x)"
	case "to_char", "date_format", "strftime":
		return `write fmt(x, "yyyy-MM-dd")`
	case "cast", "convert", "to_number":
		return "a cast is not needed; dec(...) reads a decimal from text"
	}
	if remedy := keyword(name); remedy != "" {
		return remedy
	}
	return meant(name, functions)
}

// habit refuses a word of SQL behind a value or behind not, and SQL's list in parentheses.
func habit(src []rune, tokens []lexer.Token, i int) error {
	t := tokens[i]
	switch {
	case i == 0:
		return nil
	case t.Kind == lexer.Identifier && keyword(t.Value) != "" && (closes(tokens[i-1]) || i > 1 && tokens[i-1].Is(lexer.Operator, "not") && ends(tokens[i-2])):
		return placeOf(src, t.From).fault(keyword(t.Value), "%q is not an operator here", t.Value)
	case t.Is(lexer.Bracket, "(") && tokens[i-1].Is(lexer.Operator, "in") && listed(tokens[i+1:]):
		return placeOf(src, t.From).fault(`write in ["A", "B"]`, "a list does not stand in parentheses")
	}
	return nil
}

// closes says that a value which is no name ends with the token.
func closes(t lexer.Token) bool {
	return t.Kind == lexer.String || t.Kind == lexer.Number || t.Kind == lexer.Bracket && strings.Contains(")]}", t.Value)
}

func ends(t lexer.Token) bool { return t.Kind == lexer.Identifier || closes(t) }

// listed says that a comma stands in the parenthesis that has been opened.
func listed(tokens []lexer.Token) bool {
	depth := 0
	for _, t := range tokens {
		switch {
		case t.Kind == lexer.Bracket && strings.Contains("([{", t.Value):
			depth++
		case t.Kind == lexer.Bracket && depth == 0:
			return false
		case t.Kind == lexer.Bracket:
			depth--
		case t.Is(lexer.Operator, ",") && depth == 0:
			return true
		}
	}
	return false
}
