package expression

import (
	"math"

	"github.com/expr-lang/expr/ast"

	"github.com/rowrelay/rowrelay/record"
)

// isSpecial says that a decimal is NaN or infinite, which PostgreSQL's numeric may be.
func isSpecial(v record.Value) bool {
	return v.Kind == record.Decimal && (v.Text == "NaN" || v.Text == "Infinity" || v.Text == "-Infinity")
}

// computeSpecial computes where one side is NaN or infinite. Of a finite side nothing but its sign matters then,
// save that it is its own remainder by infinity.
func computeSpecial(op string, x, y record.Value) (record.Value, string) {
	a, okA := coarse(x)
	b, okB := coarse(y)
	switch {
	case !okA || !okB:
		return null, notNumeric
	case b == 0 && (op == "/" || op == "%"):
		return null, divisionByZero
	case op == "%" && math.IsInf(b, 0) && !isSpecial(x):
		return record.Value{Kind: record.Decimal, Text: x.Text}, ""
	}
	return record.Value{Kind: record.Decimal, Text: writeSpecial(floatOf(op, a, b))}, ""
}

func coarse(v record.Value) (float64, bool) {
	switch v.Text {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	}
	n, ok := readNumber(v.Text)
	return float64(n.sign()), ok
}

func writeSpecial(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	return "0" // a finite number divided by infinity
}

// negative is unary minus; plus is the same without a change.
func (c *compiler) negative(n *ast.UnaryNode, p *part) (*part, error) {
	if p.isNil || !p.typ.Any && !isNumber(p.typ.Kind) {
		return nil, c.fault(n, "dec(...) reads a decimal from text", "%s is %s; %s wants a number", p.called("this"), p.word(), n.Operator)
	}
	at, minus := c.place(n), n.Operator == "-"
	return build(p.typ, func(s *Scope) (record.Value, error) {
		v, err := p.eval(s)
		if err != nil || v.Null {
			return null, err
		}
		if !isNumber(v.Kind) {
			return null, at.fail("%s is %s; %s wants a number", p.called("this"), word(v.Kind), n.Operator)
		}
		if !minus {
			return v, nil
		}
		zero := record.Value{Kind: record.Integer, Text: "0"}
		v, why := compute("-", zero, v)
		if why != "" {
			return null, at.fail("%s", why)
		}
		return v, nil
	}, p)
}
