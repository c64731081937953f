package message

import (
	"strconv"
	"strings"

	"github.com/rowrelay/rowrelay/record"
)

// maxExponent bounds what a short text can grow to. A double's own exponents stay below it.
const maxExponent = 1100

// number is a decimal without its exponent: 0.0000001 has no digits before the point and seven after it.
type number struct {
	negative       bool
	before, behind string // digits; before has no leading zeros
}

// parseNumber reads [+-]digits[.digits][Eexponent].
func parseNumber(s string) (n number, ok bool) {
	s = trim(s)
	n.negative = strings.HasPrefix(s, "-")
	s = unsigned(s)
	mantissa, power, scientific := cutExponent(s)
	n.before, n.behind, _ = strings.Cut(mantissa, ".")
	if n.before+n.behind == "" || !isDigits(n.before) || !isDigits(n.behind) {
		return n, false
	}
	if scientific {
		e, err := strconv.Atoi(power)
		if err != nil || e < -maxExponent || e > maxExponent {
			return n, false
		}
		n.shift(e)
	}
	n.before = strings.TrimLeft(n.before, "0")
	n.negative = n.negative && strings.Trim(n.before+n.behind, "0") != ""
	return n, true
}

func cutExponent(s string) (mantissa, power string, found bool) {
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

func unsigned(s string) string {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		return s[1:]
	}
	return s
}

// shift moves the point by e digits to the right.
func (n *number) shift(e int) {
	switch {
	case e > 0:
		n.behind += strings.Repeat("0", max(0, e-len(n.behind)))
		n.before, n.behind = n.before+n.behind[:e], n.behind[e:]
	case e < 0:
		n.before = strings.Repeat("0", max(0, -e-len(n.before))) + n.before
		cut := len(n.before) + e
		n.before, n.behind = n.before[:cut], n.before[cut:]+n.behind
	}
}

func (n number) String() string {
	s := n.before
	if s == "" {
		s = "0"
	}
	if n.behind != "" {
		s += "." + n.behind
	}
	if n.negative {
		s = "-" + s
	}
	return s
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// decimal writes plain digits, never an exponent. What scale would cut off must be zeros: a rounded amount is another amount.
func decimal(f *format, v record.Value) (string, *fault) {
	if v.Kind != record.Text && isUnbounded(v.Text) {
		return "", refuse(record.XMLType, "%s is no value of an XML decimal", v.Text)
	}
	if f.scale < 0 && v.Kind == record.Decimal {
		return v.Text, nil
	}
	n, ok := parseNumber(v.Text)
	if !ok {
		return "", noValue("decimal")
	}
	if f.scale >= 0 {
		behind := strings.TrimRight(n.behind, "0")
		if len(behind) > f.scale {
			return "", refuse(record.XMLType, "the value has %d digits after the point, scale allows %d", len(behind), f.scale)
		}
		n.behind = behind + strings.Repeat("0", f.scale-len(behind))
	}
	return n.String(), nil
}

// whole reads integers of that many bits, 0 is any number of them. The decimal 3.00 is the integer 3, 3.50 is none.
func whole(name string, bits int) func(*format, record.Value) (string, *fault) {
	return func(_ *format, v record.Value) (string, *fault) {
		n, ok := parseNumber(v.Text)
		if !ok || strings.Trim(n.behind, "0") != "" || v.Kind == record.Text && strings.ContainsAny(v.Text, ".eE") {
			return "", noValue(name)
		}
		n.behind = ""
		s := n.String()
		if bits > 0 {
			if _, err := strconv.ParseInt(s, 10, bits); err != nil {
				return "", noValue(name)
			}
		}
		return s, nil
	}
}

// float leaves the digits as they are: they name the number exactly.
func float(f *format, v record.Value) (string, *fault) {
	s := trim(v.Text)
	if v.Kind == record.Decimal {
		s = strings.Replace(s, "Infinity", "INF", 1)
	}
	switch s {
	case "NaN", "INF", "-INF":
		return s, nil
	}
	mantissa, power, scientific := cutExponent(s)
	if _, ok := parseNumber(mantissa); !ok || mantissa != trim(mantissa) || scientific && !isDigits(unsigned(power)) || scientific && unsigned(power) == "" {
		return "", noValue(f.typ.name)
	}
	return s, nil
}
