package expression

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/rowrelay/rowrelay/record"
)

// relation is how two values lie to each other.
type relation uint8

const (
	equal     relation = iota
	less               // or, of booleans, not equal
	greater            //
	unordered          // one is NaN
	unrelated          // they cannot be compared
)

// comparison is == != < <= > >= of what is not the word nil.
func (c *compiler) comparison(n *ast.BinaryNode, a, b *part) (*part, error) {
	allowed := isOrdered
	if n.Operator == "==" || n.Operator == "!=" {
		allowed = isEqual
	}
	a, b, err := c.comparable(n, a, b, allowed)
	if err != nil {
		return nil, err
	}
	at, holds := c.place(n), holding(n.Operator)
	return build(Type{Kind: record.Boolean}, func(s *Scope) (record.Value, error) {
		x, y, err := both(s, a, b)
		if err != nil || x.Null || y.Null {
			return null, err
		}
		r := unrelated
		if allowed(x.Kind) && allowed(y.Kind) {
			r = relate(a, b, x, y)
		}
		if r == unrelated {
			return null, at.disagree(a.called(left), b.called(right), x.Kind, y.Kind)
		}
		return boolean(holds(r)), nil
	}, a, b)
}

// holding says for which relations the operator holds. NaN is as in IEEE 754: unequal to all, and neither above
// nor below anything.
func holding(op string) func(relation) bool {
	switch op {
	case "==":
		return func(r relation) bool { return r == equal }
	case "!=":
		return func(r relation) bool { return r != equal }
	case "<":
		return func(r relation) bool { return r == less }
	case "<=":
		return func(r relation) bool { return r == less || r == equal }
	case ">":
		return func(r relation) bool { return r == greater }
	}
	return func(r relation) bool { return r == greater || r == equal }
}

// comparable checks what is known of both sides, and reads a literal text as the moment on the other side.
func (c *compiler) comparable(n ast.Node, a, b *part, allowed func(record.Kind) bool) (*part, *part, error) {
	if a.isNil || b.isNil {
		return nil, nil, c.mismatch(n, a, b)
	}
	if adapted, ok := adapt(a, b.typ); ok {
		a = adapted
	}
	if adapted, ok := adapt(b, a.typ); ok {
		b = adapted
	}
	x, knownX := a.kind()
	y, knownY := b.kind()
	fits := !knownX || !knownY || x == y || isNumber(x) && isNumber(y)
	if knownX && !allowed(x) || knownY && !allowed(y) || !fits {
		return nil, nil, c.incomparable(n, a, b)
	}
	return a, b, nil
}

func (c *compiler) incomparable(n ast.Node, a, b *part) error {
	for _, pair := range [][2]*part{{a, b}, {b, a}} {
		m, t := pair[0], pair[1]
		if example, ok := examples[m.typ.Kind]; ok && !m.typ.Any && t.fixed != nil && t.typ.Kind == record.Text {
			return c.fault(n, "write it like "+example, "%s is %s and %s is none", m.called(left), word(m.typ.Kind), t.called(right))
		}
	}
	for _, p := range []*part{a, b} {
		if kind, known := p.kind(); known && !isOrdered(kind) && (a.typ.Any || b.typ.Any) {
			return c.fault(n, "compare what is in it, or ask for NULL with == nil", "%s is %s, which is not for this operator", p.called("this"), word(kind))
		}
	}
	return c.mismatch(n, a, b)
}

// relate compares, and reads a fixed text as a moment where only the row told that the other side is one.
func relate(a, b *part, x, y record.Value) relation {
	if x.Kind == record.Text && a.fixed != nil && isMoment(y.Kind) {
		x = orSame(moment(x.Text, y.Kind))(x)
	}
	if y.Kind == record.Text && b.fixed != nil && isMoment(x.Kind) {
		y = orSame(moment(y.Text, x.Kind))(y)
	}
	if isNumber(x.Kind) || isNumber(y.Kind) {
		x, y = orNumber(x, a.typ.Any), orNumber(y, b.typ.Any)
	}
	return compareValues(x, y)
}

// orNumber reads a text of a column that nobody has typed as the number that is wanted: in a test's row exact decimals stand in quotes.
func orNumber(v record.Value, untyped bool) record.Value {
	if !untyped || v.Kind != record.Text {
		return v
	}
	if _, ok := readNumber(v.Text); !ok {
		return v
	}
	return record.Value{Kind: record.Decimal, Text: v.Text}
}

func orSame(v record.Value, ok bool) func(record.Value) record.Value {
	return func(same record.Value) record.Value {
		if ok {
			return v
		}
		return same
	}
}

// compareValues compares two values that are not NULL.
func compareValues(x, y record.Value) relation {
	switch {
	case isNumber(x.Kind) && isNumber(y.Kind):
		return relateNumbers(x, y)
	case x.Kind != y.Kind:
		return unrelated
	case isMoment(x.Kind):
		return compareMoments(x.Kind, x.Text, y.Text)
	case x.Kind == record.Text || x.Kind == record.Bytes || x.Kind == record.Boolean:
		return relationOf(strings.Compare(x.Text, y.Text)) // the order of UTF-8 is that of code points
	}
	return unrelated
}

func relationOf(order int) relation {
	switch {
	case order < 0:
		return less
	case order > 0:
		return greater
	}
	return equal
}

func relateNumbers(x, y record.Value) relation {
	if x.Kind != record.Float && y.Kind != record.Float {
		a, okA := readNumber(x.Text)
		b, okB := readNumber(y.Text)
		if okA && okB {
			return relationOf(compareNumbers(a, b))
		}
	}
	a, okA := approximate(x)
	b, okB := approximate(y)
	switch {
	case !okA || !okB:
		return unrelated
	case a < b:
		return less
	case a > b:
		return greater
	case a == b:
		return equal
	}
	return unordered
}

// approximate is a number as a float64: exact enough beside a float, and beside a decimal's NaN and infinities. What
// is finite stays so.
func approximate(v record.Value) (float64, bool) {
	f, err := strconv.ParseFloat(v.Text, 64)
	if errors.Is(err, strconv.ErrRange) {
		return math.Copysign(math.MaxFloat64, f), true
	}
	return f, err == nil
}
