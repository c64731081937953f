package expression

import (
	"math"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/rowrelay/rowrelay/record"
)

// arithmetic is + - * / %. + also joins texts.
func (c *compiler) arithmetic(n *ast.BinaryNode, a, b *part) (*part, error) {
	typ, ok := arithmeticType(n.Operator, a.typ, b.typ)
	if !ok || a.isNil || b.isNil {
		return nil, c.mismatch(n, a, b)
	}
	at, op := c.place(n), n.Operator
	leftName, rightName := a.called(left), b.called(right)
	return build(typ, func(s *Scope) (record.Value, error) {
		x, y, err := both(s, a, b)
		if err != nil || x.Null || y.Null {
			return null, err
		}
		if op == "+" && x.Kind == record.Text && y.Kind == record.Text {
			return joinTexts(x, y, at)
		}
		x, y = orNumber(x, a.typ.Any), orNumber(y, b.typ.Any)
		if !isNumber(x.Kind) || !isNumber(y.Kind) {
			return null, at.disagree(leftName, rightName, x.Kind, y.Kind)
		}
		v, why := compute(op, x, y)
		if why != "" {
			return null, at.fail("%s", why)
		}
		return v, nil
	}, a, b)
}

func arithmeticType(op string, a, b Type) (Type, bool) {
	number := func(t Type) bool { return t.Any || isNumber(t.Kind) }
	texts := op == "+" && (a.Any || a.Kind == record.Text) && (b.Any || b.Kind == record.Text)
	switch {
	case a.Any || b.Any:
		return Type{Any: true}, texts || number(a) && number(b)
	case texts:
		return Type{Kind: record.Text}, true
	case !number(a) || !number(b):
		return Type{}, false
	case op == "/" && widest(a.Kind, b.Kind) == record.Integer:
		return Type{Kind: record.Decimal}, true
	}
	return Type{Kind: widest(a.Kind, b.Kind)}, true
}

// maxText bounds what joining can build.
const maxText = 16 << 20

func joinTexts(x, y record.Value, at place) (record.Value, error) {
	if len(x.Text)+len(y.Text) > maxText {
		return null, at.fail("the joined text is longer than %d MiB", maxText>>20)
	}
	return record.Value{Kind: record.Text, Text: x.Text + y.Text}, nil
}

// compute gives why there is no result, or "".
func compute(op string, x, y record.Value) (record.Value, string) {
	kind := widest(x.Kind, y.Kind)
	if kind == record.Float {
		return computeFloat(op, x.Text, y.Text)
	}
	if isSpecial(x) || isSpecial(y) {
		return computeSpecial(op, x, y)
	}
	a, okA := readNumber(x.Text)
	b, okB := readNumber(y.Text)
	if !okA || !okB {
		return null, notNumeric
	}
	if op == "/" {
		text, why := divide(a, b)
		return bounded(record.Value{Kind: record.Decimal, Text: text}, why)
	}
	result, why := computeExact(op, a, b)
	if why == "" && kind == record.Integer && !result.isInt64() {
		why = beyondInteger
	}
	if why != "" {
		return null, why
	}
	return bounded(record.Value{Kind: kind, Text: result.text()}, "")
}

const notNumeric = "a number cannot be read"

func bounded(v record.Value, why string) (record.Value, string) {
	if why == "" && len(v.Text) > maxDigits+len("-0.") {
		why = tooManyDigits
	}
	return v, why
}

func computeExact(op string, a, b number) (number, string) {
	switch op {
	case "+":
		return add(a, b), ""
	case "-":
		return add(a, negate(b)), ""
	case "*":
		return multiply(a, b)
	}
	return remainder(a, b)
}

func computeFloat(op, x, y string) (record.Value, string) {
	a, errA := strconv.ParseFloat(x, 64)
	b, errB := strconv.ParseFloat(y, 64)
	if errA != nil || errB != nil {
		return null, notNumeric
	}
	if b == 0 && (op == "/" || op == "%") {
		return null, divisionByZero
	}
	f := floatOf(op, a, b)
	if math.IsInf(f, 0) && !math.IsInf(a, 0) && !math.IsInf(b, 0) {
		return null, beyondFloat
	}
	return record.Value{Kind: record.Float, Text: writeFloat(f)}, ""
}

func floatOf(op string, a, b float64) float64 {
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	case "/":
		return a / b
	}
	return math.Mod(a, b)
}

// writeFloat writes 1.5E300 and INF as XSD does.
func writeFloat(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "INF"
	case math.IsInf(f, -1):
		return "-INF"
	}
	text := strconv.FormatFloat(f, 'g', -1, 64)
	mantissa, exponent, ok := strings.Cut(text, "e")
	if !ok {
		return text
	}
	n, _ := strconv.Atoi(exponent)
	return mantissa + "E" + strconv.Itoa(n)
}
