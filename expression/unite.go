package expression

import (
	"strconv"

	"github.com/expr-lang/expr/ast"

	"github.com/rowrelay/rowrelay/record"
)

// unite finds the one type of several parts of which one will be the value: numbers meet in the widest kind, and a
// literal text becomes the moment that the others are.
func (c *compiler) unite(n ast.Node, parts []*part) (Type, []evaluator, error) {
	typ, err := c.unitedType(n, parts)
	if err != nil {
		return Type{}, nil, err
	}
	evals := make([]evaluator, len(parts))
	for i, p := range parts {
		evals[i] = p.eval
		if !typ.Any && isNumber(typ.Kind) && p.typ.Kind != typ.Kind {
			evals[i] = widened(p.eval, typ.Kind, c.place(n))
		}
	}
	return typ, evals, nil
}

func (c *compiler) unitedType(n ast.Node, parts []*part) (Type, error) {
	adaptAll(parts)
	var from *part
	typ := Type{Any: true}
	for _, p := range parts {
		if p.isNil {
			continue
		}
		if from == nil {
			typ, from = p.typ, p
			continue
		}
		joined, ok := join(typ, p.typ)
		if !ok {
			return Type{}, c.mismatch(n, from, p)
		}
		typ = joined
	}
	return typ, nil
}

// adaptAll reads fixed texts as the moment that one of the parts is.
func adaptAll(parts []*part) {
	for _, m := range parts {
		if m.typ.Any || !isMoment(m.typ.Kind) {
			continue
		}
		for i, p := range parts {
			if adapted, ok := adapt(p, m.typ); ok {
				parts[i] = adapted
			}
		}
		return
	}
}

// adapt reads a fixed text as the moment that it stands beside.
func adapt(p *part, to Type) (*part, bool) {
	if to.Any || !isMoment(to.Kind) || p.fixed == nil || p.fixed.Null || p.fixed.Kind != record.Text {
		return nil, false
	}
	v, ok := moment(p.fixed.Text, to.Kind)
	if !ok {
		return nil, false
	}
	adapted := constant(Type{Kind: to.Kind}, v)
	adapted.spelled = p.spelled
	return adapted, true
}

// widened turns a number into a wider kind.
func widened(eval evaluator, kind record.Kind, at place) evaluator {
	return func(s *Scope) (record.Value, error) {
		v, err := eval(s)
		if err != nil || v.Null || !isNumber(v.Kind) || widest(v.Kind, kind) == v.Kind {
			return v, err
		}
		if kind == record.Decimal {
			return record.Value{Kind: kind, Text: v.Text}, nil
		}
		f, err := strconv.ParseFloat(v.Text, 64)
		if err != nil {
			return null, at.fail(beyondFloat)
		}
		return record.Value{Kind: kind, Text: writeFloat(f)}, nil
	}
}
