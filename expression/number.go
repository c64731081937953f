package expression

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// number is an exact number: small/10^scale, or wide where that does not fit. Nearly all are small, and computing
// with those allocates nothing.
type number struct {
	small int64
	scale int
	wide  *decimal.Decimal
}

// maxDigits is a little more than PostgreSQL's numeric holds (131072 before the point and 16383 after it). No
// result gets longer, so a few multiplications cannot fill the memory.
const maxDigits = 150_000

const smallDigits = 18 // always fit an int64

// readNumber reads -?[0-9]+(.[0-9]+)?, and nothing with an exponent.
func readNumber(text string) (number, bool) {
	if len(text) > smallDigits+2 {
		return readWide(text)
	}
	digits, point, n := 0, -1, int64(0)
	unsigned := strings.TrimPrefix(text, "-")
	for i := range len(unsigned) {
		switch ch := unsigned[i]; {
		case '0' <= ch && ch <= '9':
			n = n*10 + int64(ch-'0')
			digits++
		case ch == '.' && point < 0:
			point = i
		default:
			return number{}, false
		}
	}
	if digits == 0 || digits > smallDigits {
		return readWide(text)
	}
	if len(unsigned) != len(text) {
		n = -n
	}
	scale := 0
	if point >= 0 {
		scale = len(unsigned) - point - 1
	}
	return number{small: n, scale: scale}, true
}

func readWide(text string) (number, bool) {
	unsigned, negative := strings.CutPrefix(text, "-")
	digits, scale, ok := unpoint(unsigned)
	if !ok || len(digits) > maxDigits {
		return number{}, false
	}
	coefficient, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return number{}, false
	}
	if negative {
		coefficient.Neg(coefficient)
	}
	d := decimal.NewFromBigInt(coefficient, -int32(scale)) // at most maxDigits
	return number{wide: &d}, true
}

// unpoint takes the point out of digits.
func unpoint(text string) (digits string, scale int, ok bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	digits = whole + fraction
	ok = digits != "" && strings.Trim(digits, "0123456789") == ""
	return digits, len(fraction), ok
}

func (n number) decimal() decimal.Decimal {
	if n.wide != nil {
		return *n.wide
	}
	return decimal.New(n.small, -int32(n.scale)) // at most maxDigits
}

func (n number) places() int {
	if n.wide != nil {
		return max(0, -int(n.wide.Exponent()))
	}
	return n.scale
}

func (n number) sign() int {
	if n.wide != nil {
		return n.wide.Sign()
	}
	switch {
	case n.small < 0:
		return -1
	case n.small > 0:
		return 1
	}
	return 0
}

// text is the canonical form, with as many places as the number has.
func (n number) text() string {
	if n.wide != nil {
		return plain(*n.wide)
	}
	switch {
	case n.scale == 0:
		return strconv.FormatInt(n.small, 10)
	case n.small == math.MinInt64:
		return plain(n.decimal())
	}
	return n.smallText()
}

// smallText makes no garbage but the text.
func (n number) smallText() string {
	var space [2 * smallDigits]byte
	b := space[:0]
	if n.small < 0 {
		b = append(b, '-')
	}
	whole, fraction := max(n.small, -n.small)/powers[n.scale], max(n.small, -n.small)%powers[n.scale]
	b = append(strconv.AppendInt(b, whole, 10), '.')
	for place := n.scale - 1; place > 0 && fraction < powers[place]; place-- {
		b = append(b, '0')
	}
	return string(strconv.AppendInt(b, fraction, 10))
}

// plain writes all places, zeros too, and never an exponent.
func plain(d decimal.Decimal) string { return d.StringFixed(max(0, -d.Exponent())) }

// isInt64 says that the number is an integer that a database's bigint can hold.
func (n number) isInt64() bool {
	if n.wide == nil {
		return n.scale == 0
	}
	return n.wide.Exponent() == 0 && n.wide.Coefficient().IsInt64()
}

var powers = func() (p [smallDigits + 1]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// align writes two small numbers with the same scale, if they stay small.
func align(a, b number) (x, y int64, scale int, ok bool) {
	if a.wide != nil || b.wide != nil {
		return 0, 0, 0, false
	}
	scale = max(a.scale, b.scale)
	x, okA := times(a.small, powers[scale-a.scale])
	y, okB := times(b.small, powers[scale-b.scale])
	return x, y, scale, okA && okB
}

// times multiplies, if that does not overflow.
func times(a, b int64) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	p := a * b
	return p, p/b == a && p != math.MinInt64 && a != math.MinInt64 && b != math.MinInt64
}
