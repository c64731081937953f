package expression

import (
	"github.com/expr-lang/expr/ast"

	"github.com/rowrelay/rowrelay/record"
)

// How errors call operands that are too long to be repeated.
const (
	left  = "the left side"
	right = "the right side"
)

func (c *compiler) unary(n *ast.UnaryNode) (*part, error) {
	p, err := c.compile(n.Node)
	if err != nil {
		return nil, err
	}
	switch n.Operator {
	case "not", "!":
		return c.not(n, p)
	}
	return c.negative(n, p)
}

func (c *compiler) binary(n *ast.BinaryNode) (*part, error) {
	if n.Operator == "in" {
		return c.in(n)
	}
	parts, err := c.compileAll(n.Left, n.Right)
	if err != nil {
		return nil, err
	}
	a, b := parts[0], parts[1]
	switch n.Operator {
	case "and", "&&", "or", "||":
		return c.junction(n, a, b)
	case "==", "!=":
		if a.isNil || b.isNil {
			return c.isNull(n, a, b)
		}
		return c.comparison(n, a, b)
	case "<", "<=", ">", ">=":
		return c.comparison(n, a, b)
	case "+", "-", "*", "/", "%":
		return c.arithmetic(n, a, b)
	case "contains", "startsWith", "endsWith":
		return c.search(n, a, b)
	case "matches":
		return c.match(n, a, b)
	case "??":
		return c.first(n, parts)
	}
	return nil, c.fault(n, "", "%q is not an operator here", n.Operator)
}

// isNull is == nil and != nil, which are never NULL themselves.
func (c *compiler) isNull(n *ast.BinaryNode, a, b *part) (*part, error) {
	asked, want := a, n.Operator == "=="
	if a.isNil {
		asked = b
	}
	c.ask(asked)
	return build(Type{Kind: record.Boolean}, func(s *Scope) (record.Value, error) {
		v, err := asked.eval(s)
		if err != nil {
			return null, err
		}
		return boolean(v.Null == want), nil
	}, a, b)
}

// mismatch says of both sides what they are.
func (c *compiler) mismatch(n ast.Node, a, b *part) error {
	if a.isNil || b.isNil {
		return c.fault(n, "NULL is asked for with == nil, != nil and ??", "what is computed or compared with nil is always NULL")
	}
	return c.place(n).disagree(a.called(left), b.called(right), a.typ.Kind, b.typ.Kind)
}

func (p place) disagree(a, b string, x, y record.Kind) error {
	remedy := ""
	if isNumber(x) && y == record.Text || x == record.Text && isNumber(y) {
		remedy = "dec(...) reads a decimal from text"
	}
	if x == y {
		return p.fault(remedy, "%s and %s are %s, which is not for this operator", a, b, word(x))
	}
	return p.fault(remedy, "%s is %s and %s is %s", a, word(x), b, word(y))
}

// word is what is known of the part, for errors.
func (p *part) word() string {
	switch {
	case p.isNil:
		return "NULL"
	case p.typ.Any:
		return "of any kind"
	}
	return word(p.typ.Kind)
}
