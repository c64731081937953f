package expression

import (
	"github.com/expr-lang/expr/ast"

	"github.com/rowrelay/rowrelay/record"
)

// maxPlaces is as many as PostgreSQL's numeric(p, s) was long limited to; no receiver counts more.
const maxPlaces = 1000

// round is round(x, 2): so many digits after the point, half away from zero as SQL does. NaN and the infinities stay.
func (c *compiler) round(n ast.Node, args []ast.Node) (*part, error) {
	if err := c.arity(n, "round", args, 2, 2); err != nil {
		return nil, err
	}
	places, ok := args[1].(*ast.IntegerNode)
	if !ok || places.Value < 0 || places.Value > maxPlaces {
		return nil, c.fault(args[1], "write round(amount, 2)", "the number of digits is a literal from 0 to %d", maxPlaces)
	}
	return c.onOne(n, "round", args[:1], isDecimalSource, record.Decimal, func(v record.Value) (text, why string) {
		if text, why = toDecimal(v); why != "" || isSpecial(record.Value{Kind: record.Decimal, Text: text}) {
			return text, why
		}
		exact, ok := readNumber(text)
		if !ok {
			return "", notNumeric
		}
		return exact.decimal().Round(int32(places.Value)).StringFixed(int32(places.Value)), ""
	})
}
