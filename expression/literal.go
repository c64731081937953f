package expression

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/shopspring/decimal"

	"github.com/rowrelay/rowrelay/record"
)

func evalSeq(s *Scope) (record.Value, error) {
	return record.Value{Kind: record.Integer, Text: strconv.FormatInt(s.Seq, 10)}, nil
}

func evalFeed(s *Scope) (record.Value, error) {
	return record.Value{Kind: record.Text, Text: s.Feed}, nil
}

func (c *compiler) literal(n ast.Node) (*part, error) {
	switch n := n.(type) {
	case *ast.NilNode:
		p := constant(Type{Any: true}, null)
		p.isNil = true
		return p, nil
	case *ast.BoolNode:
		return constant(Type{Kind: record.Boolean}, boolean(n.Value)), nil
	case *ast.StringNode:
		return text(n.Value), nil
	case *ast.IntegerNode:
		return constant(Type{Kind: record.Integer}, record.Value{Kind: record.Integer, Text: strconv.Itoa(n.Value)}), nil
	case *ast.FloatNode:
		return c.decimal(n)
	case *ast.ArrayNode:
		return nil, c.fault(n, `write it as in: status in ["A", "B"]`, "a list stands only after in")
	case *ast.MapNode:
		return nil, c.fault(n, `write it as in: mapvalue(status, {"A": "1"})`, "{...} stands only in mapvalue")
	}
	return nil, c.fault(n, "", "this is not a part of the language")
}

func text(s string) *part {
	return constant(Type{Kind: record.Text}, record.Value{Kind: record.Text, Text: s})
}

// maxExponent bounds what 1e9999999 would unfold to.
const maxExponent = 400

// decimal reads a number with a point from its source, for the parser has rounded it to a float64.
func (c *compiler) decimal(n *ast.FloatNode) (*part, error) {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(c.written(n), "_", "")), "e")
	shift, err := strconv.Atoi("0" + exponent)
	if exponent != "" {
		shift, err = strconv.Atoi(exponent)
	}
	digits, scale, ok := unpoint(mantissa)
	if err != nil || !ok || max(shift, -shift) > maxExponent {
		return nil, c.fault(n, "", "the number cannot be read")
	}
	coefficient, _ := new(big.Int).SetString(digits, 10)
	d := decimal.NewFromBigInt(coefficient, int32(shift)-int32(scale)) // both are small: maxSource, maxExponent
	return constant(Type{Kind: record.Decimal}, record.Value{Kind: record.Decimal, Text: plain(d)}), nil
}
