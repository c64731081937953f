package expression

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/parser/lexer"
)

// maxSource bounds how deep the parser, which recurses, can go: between 32 and 64 MiB of stack, measured, of the
// 1 GiB that a goroutine may have.
const maxSource = 32 << 10

// parse gives the tree of a text that uses nothing but what the language has. The parser's own constructs are
// refused by their tokens, where their positions are exact. The columns, where they are known, serve remedies alone.
func parse(src string, columns []string) (root ast.Node, err error) {
	defer func() {
		if recover() != nil { // the parser is not ours
			root, err = nil, place{1, 1}.fail("the expression cannot be read")
		}
	}()
	if err := readable(src); err != nil {
		return nil, err
	}
	tokens, err := lexer.Lex(file.NewSource(src))
	if err != nil {
		return nil, syntax(err)
	}
	if err := admit([]rune(src), tokens, columns); err != nil {
		return nil, err
	}
	tree, err := new(parser.Parser).Parse(src, &conf.Config{MaxNodes: maxNodes, DisableIfOperator: true})
	if err != nil {
		return nil, syntax(err)
	}
	return tree.Node, nil
}

func readable(src string) error {
	switch {
	case len(src) > maxSource:
		return place{1, 1}.fail("the expression is longer than %d bytes", maxSource)
	case !utf8.ValidString(src):
		return place{1, 1}.fail("the expression is not UTF-8")
	case strings.TrimSpace(src) == "":
		return place{1, 1}.fail("the expression is empty")
	}
	return nil
}

// refused are tokens of the parser's language that are not of ours, with what to write instead.
var refused = map[string]string{
	";":   "one expression gives one value",
	"let": "one expression gives one value",
	"|":   "write the function with its arguments: trim(note)",
	"#":   "",
	"##":  "",
	"::":  "a function's name stands alone, and a cast is not needed; dec(...) reads a decimal from text",
	"?.":  "a NULL row's columns are NULL: write . alone",
	"..":  "",
	"**":  "",
	"^":   "",
	"=":   "equality is written ==",
	"&":   "write and",
}

// functions are all that there are.
var functions = []string{"coalesce", "dec", "fmt", "len", "lower", "mapvalue", "round", "trim", "upper"}

// admit checks each token, and each name before a bracket.
func admit(src []rune, tokens []lexer.Token, columns []string) error {
	for i, t := range tokens {
		if remedy, no := refused[t.Value]; no && t.Kind == lexer.Operator {
			return placeOf(src, t.From).fault(remedy, "%q is not an operator here", t.Value)
		}
		if t.Kind == lexer.Bytes {
			return placeOf(src, t.From).fail("there are no byte literals here")
		}
		if err := habit(src, tokens, i); err != nil {
			return err
		}
		if i+1 == len(tokens) {
			break
		}
		if err := admitPair(src, t, tokens[i+1], columns); err != nil {
			return err
		}
	}
	return nil
}

func admitPair(src []rune, t, next lexer.Token, columns []string) error {
	if t.Value == "<" && next.Value == ">" && t.To == next.From {
		return placeOf(src, t.From).fault("inequality is written !=", `"<>" is not an operator here`)
	}
	if t.Kind == lexer.Identifier && next.Is(lexer.Bracket, "(") && !slices.Contains(functions, t.Value) {
		return placeOf(src, t.From).fault(call(t.Value), "%q is not a function here", t.Value)
	}
	if t.Kind == lexer.Identifier && next.Kind == lexer.Identifier {
		return apart(src, t, next, columns)
	}
	return nil
}

var token = regexp.MustCompile(`^unexpected token (\w+)(?:\((.*)\))?$`)

// syntax makes the parser's error ours. Its columns count from 0.
func syntax(err error) error {
	var f *file.Error
	if !errors.As(err, &f) {
		return place{1, 1}.fail("the expression cannot be read")
	}
	p := place{max(1, f.Line), f.Column + 1}
	switch m := token.FindStringSubmatch(f.Message); {
	case m == nil && strings.Contains(f.Message, "value out of range"):
		return p.fault(`a large number is written dec("...")`, "the number is too large")
	case m == nil:
		return p.fail("%s", f.Message)
	case m[1] == "EOF":
		return p.fail("the expression ends too early")
	default:
		return p.fail("%s is not expected here", m[2])
	}
}
