package expression

import (
	"cmp"
	"math"
	"strings"

	"github.com/shopspring/decimal"
)

// Why a computation has no result.
const (
	divisionByZero = "division by zero"
	tooManyDigits  = "the result has too many digits"
	beyondInteger  = "the result does not fit a 64-bit integer"
	beyondFloat    = "the result does not fit a float"
)

func compareNumbers(a, b number) int {
	if x, y, _, ok := align(a, b); ok {
		return cmp.Compare(x, y)
	}
	return a.decimal().Cmp(b.decimal())
}

// add keeps the places of the one that has more of them, as SQL does.
func add(a, b number) number {
	if x, y, scale, ok := align(a, b); ok {
		if sum := x + y; (sum > x) == (y > 0) {
			return number{small: sum, scale: scale}
		}
	}
	return widen(a.decimal().Add(b.decimal()))
}

func negate(a number) number {
	if a.wide == nil && a.small != math.MinInt64 {
		return number{small: -a.small, scale: a.scale}
	}
	return widen(a.decimal().Neg())
}

// multiply has the places of both, as in SQL.
func multiply(a, b number) (number, string) {
	if a.wide == nil && b.wide == nil && a.scale+b.scale <= smallDigits {
		if p, ok := times(a.small, b.small); ok {
			return number{small: p, scale: a.scale + b.scale}, ""
		}
	}
	x, y := a.decimal(), b.decimal()
	if digits(x)+digits(y) > maxDigits {
		return number{}, tooManyDigits
	}
	return widen(x.Mul(y)), ""
}

// minPlaces is how many fractional digits a division has at least before zeros at its end are dropped.
const minPlaces = 16

// divide rounds half away from zero to 16 places, to those of its operands if they have more, and to further ones
// if the result is small, so that 16 digits of it count. Zeros at the end that neither operand has are dropped:
// 10.00 / 4 is 2.50 and 1 / 3 is 0.3333333333333333.
func divide(a, b number) (string, string) {
	if b.sign() == 0 {
		return "", divisionByZero
	}
	x, y := a.decimal(), b.decimal()
	shown := max(a.places(), b.places())
	small := max(0, magnitude(y)-magnitude(x))
	q := x.DivRound(y, int32(max(shown, minPlaces+small))) // a few maxDigits
	return trimZeros(plain(q), shown), ""
}

// remainder has the sign of the dividend, as in SQL.
func remainder(a, b number) (number, string) {
	if b.sign() == 0 {
		return number{}, divisionByZero
	}
	if x, y, scale, ok := align(a, b); ok {
		return number{small: x % y, scale: scale}, ""
	}
	x, y := a.decimal(), b.decimal()
	_, r := x.QuoRem(y, 0)
	return widen(r), ""
}

func widen(d decimal.Decimal) number { return number{wide: &d} }

// digits counts all that a number is written with.
func digits(d decimal.Decimal) int { return max(d.NumDigits(), -int(d.Exponent())) }

// magnitude is how many digits stand before the point.
func magnitude(d decimal.Decimal) int { return d.NumDigits() + int(d.Exponent()) }

// trimZeros drops zeros at a fraction's end and keeps at least places digits.
func trimZeros(text string, places int) string {
	whole, fraction, _ := strings.Cut(text, ".")
	for len(fraction) > places && fraction[len(fraction)-1] == '0' {
		fraction = fraction[:len(fraction)-1]
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}
