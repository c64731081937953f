package message_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/record"
)

func TestDecimalsKeepTheirValue(t *testing.T) {
	number := rapid.StringMatching(`[+-]?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20})([eE][+-]?[0-9]{1,2})?`)
	p := plan(t, message.Options{Root: "R", Fields: []message.Field{{To: ".", Source: from("v"), Type: "decimal"}}})
	rapid.Check(t, func(t *rapid.T) {
		in := number.Draw(t, "number")
		doc, err := render(p, row("v", text(in)))
		require.NoError(t, err)
		got := parse(t, doc).Text
		require.Regexp(t, `^-?[0-9]+(\.[0-9]+)?$`, got)
		require.Zero(t, rat(in).Cmp(rat(got)), "%s became %s", in, got)
	})
}

func rat(s string) *big.Rat {
	r, _ := new(big.Rat).SetString(s)
	return r
}

func TestMomentsStayTheSame(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Africa/Monrovia"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		require.NoError(t, err)
		want := time.Unix(rapid.Int64Range(-62_000_000_000, 250_000_000_000).Draw(t, "second"), rapid.Int64Range(0, 999_999_999).Draw(t, "nano")).UTC()
		p, err := message.Compile(message.Options{Root: "R", MaxSize: 1 << 20, Zone: zone, Fields: []message.Field{{To: ".", Source: from("v"), Type: "dateTime"}}}, expression.Names{Open: true})
		require.NoError(t, err)
		for _, v := range []record.Value{kind(record.DateTime, want.Format(time.RFC3339Nano)), text(want.In(time.FixedZone("", 19800)).Format(time.RFC3339Nano))} {
			doc, err := render(p, row("v", v))
			require.NoError(t, err)
			got, err := time.Parse(time.RFC3339Nano, parse(t, doc).Text)
			require.NoError(t, err)
			require.True(t, got.Equal(want), "%s became %s", want, got)
		}
	})
}
