package expression

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// place is where in the expression an error lies; both from 1.
type place struct{ line, column int }

func placeOf(src []rune, offset int) place {
	p := place{1, 1}
	for _, r := range src[:min(max(0, offset), len(src))] {
		p.column++
		if r == '\n' {
			p = place{p.line + 1, 1}
		}
	}
	return p
}

func (p place) fail(format string, args ...any) error { return p.fault("", format, args...) }

func (p place) fault(remedy, format string, args ...any) error {
	return &Error{Line: p.line, Column: p.column, Text: fmt.Sprintf(format, args...), Remedy: remedy}
}

func (c *compiler) place(n ast.Node) place { return placeOf(c.source, n.Location().From) }

func (c *compiler) fault(n ast.Node, remedy, format string, args ...any) error {
	return c.place(n).fault(remedy, format, args...)
}

// maxSpelling is how far an error looks into a.b.c.
const maxSpelling = 3

// maxSpelled keeps an error's text to one line.
const maxSpelled = 40

// spell is how errors call a part: as it is written, where that is short.
func (c *compiler) spell(n ast.Node) string {
	text := c.spelling(n, 0)
	if len([]rune(text)) > maxSpelled {
		return ""
	}
	return text
}

func (c *compiler) spelling(n ast.Node, depth int) string {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value
	case *ast.StringNode:
		return fmt.Sprintf("%q", n.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NilNode:
		return c.written(n)
	case *ast.UnaryNode:
		if number := c.spelling(n.Node, maxSpelling); n.Operator == "-" && number != "" {
			return "-" + number
		}
	case *ast.BuiltinNode:
		return n.Name + "(...)"
	case *ast.CallNode:
		if name, ok := n.Callee.(*ast.IdentifierNode); ok {
			return name.Value + "(...)"
		}
	case *ast.MemberNode:
		return c.spellingOfMember(n, depth)
	}
	return ""
}

func (c *compiler) spellingOfMember(n *ast.MemberNode, depth int) string {
	base := ""
	if depth < maxSpelling {
		base = c.spelling(n.Node, depth+1)
	}
	if base == "" {
		return ""
	}
	if name, ok := n.Property.(*ast.StringNode); ok && isPlain(strings.ToLower(name.Value)) && base != "row" {
		return base + "." + name.Value
	}
	if index := c.spelling(n.Property, depth+1); index != "" {
		return base + "[" + index + "]"
	}
	return base + "[...]"
}

// written is a literal's own text.
func (c *compiler) written(n ast.Node) string {
	at := n.Location()
	if at.From < 0 || at.To > len(c.source) || at.From > at.To {
		return ""
	}
	return string(c.source[at.From:at.To])
}

func (p *part) called(otherwise string) string {
	if p.spelled == "" {
		return otherwise
	}
	return p.spelled
}
