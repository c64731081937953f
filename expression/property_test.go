package expression_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rowrelay/rowrelay/record"
)

// numeral draws short and long decimals, and those around the limits of an int64.
func numeral() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`-?(0|[1-9][0-9]{0,3})(\.[0-9]{1,4})?`),
		rapid.StringMatching(`-?[1-9][0-9]{15,20}(\.[0-9]{1,20})?`),
		rapid.StringMatching(`-?(0|[1-9][0-9]{0,200})(\.[0-9]{1,200})?`),
		rapid.SampledFrom([]string{"9223372036854775807", "-9223372036854775808", "0.000", "-9.223372036854775808", "999999999999999999", "0.000000000000000001"}),
	)
}

func rational(t *rapid.T, text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	require.True(t, ok, "%q is no number", text)
	require.NotContains(t, strings.ToLower(text), "e")
	return r
}

func places(text string) int {
	_, fraction, _ := strings.Cut(text, ".")
	return len(fraction)
}

func pair(x, y string) *order {
	o := &order{}
	o.value("x", record.Decimal, x)
	o.value("y", record.Decimal, y)
	return o
}

func TestDecimalsComputeAsRationalsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := numeral().Draw(t, "x"), numeral().Draw(t, "y")
		o, a, b := pair(x, y), rational(t, x), rational(t, y)
		same := func(src string, want *big.Rat, scale int) {
			text := o.eval(t, src)
			require.Zero(t, want.Cmp(rational(t, text)), "%s: %s", src, text)
			require.Equal(t, scale, places(text), "places of %s: %s", src, text)
		}
		most := max(places(x), places(y))
		same("x + y", new(big.Rat).Add(a, b), most)
		same("x - y", new(big.Rat).Sub(a, b), most)
		same("x * y", new(big.Rat).Mul(a, b), places(x)+places(y))
		same("-x", new(big.Rat).Neg(a), places(x))
		for i, op := range []string{"<", "==", ">"} {
			require.Equal(t, map[bool]string{true: "true", false: "false"}[a.Cmp(b) == i-1], o.eval(t, "x "+op+" y"))
		}
	})
}

func TestDivisionIsExactToItsPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := numeral().Draw(t, "x"), numeral().Filter(func(s string) bool { return strings.Trim(s, "-0.") != "" }).Draw(t, "y")
		o, a, b := pair(x, y), rational(t, x), rational(t, y)
		text := o.eval(t, "x / y")
		quotient := new(big.Rat).Quo(a, b)
		off := new(big.Rat).Sub(rational(t, text), quotient)
		if off.Sign() != 0 {
			half := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(16), nil))
			require.LessOrEqual(t, off.Abs(off).Cmp(half.Quo(half, big.NewRat(2, 1))), 0, text)
			require.NotEmpty(t, strings.Trim(text, "-0."), "no digit is left of the result")
		}
		require.GreaterOrEqual(t, places(text), max(places(x), places(y)))
		whole := new(big.Int).Quo(quotient.Num(), quotient.Denom())
		rest := new(big.Rat).Sub(a, new(big.Rat).Mul(b, new(big.Rat).SetInt(whole)))
		require.Zero(t, rest.Cmp(rational(t, o.eval(t, "x % y"))))
	})
}

func TestIntegersNeverWrap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		edge := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-5, 5), rapid.SampledFrom([]int64{1<<63 - 1, -1 << 63, 1 << 32, -1 << 31}))
		x, y := big.NewInt(edge.Draw(t, "x")), big.NewInt(edge.Draw(t, "y"))
		o := &order{}
		o.value("x", record.Integer, x.String())
		o.value("y", record.Integer, y.String())
		for op, want := range map[string]*big.Int{"+": new(big.Int).Add(x, y), "-": new(big.Int).Sub(x, y), "*": new(big.Int).Mul(x, y)} {
			if want.IsInt64() {
				require.Equal(t, want.String(), o.eval(t, "x "+op+" y"))
			} else {
				o.overflows(t, "x "+op+" y")
			}
		}
	})
}
