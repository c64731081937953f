package expression_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/expression"
)

func BenchmarkFilter(b *testing.B) {
	o := released()
	for name, src := range map[string]string{
		"typical":   `status in ["RELEASED", "CHANGED"] and amount > 0`,
		"lookup":    `not customer.blocked`,
		"moment":    `created_at >= "2026-01-01T00:00:00Z"`,
		"computing": `amount * 1.19 - 1 > qty + 2`,
		"fmt":       `fmt(created_at, "yyyy-MM-dd'T'HH:mm") == "x"`,
	} {
		b.Run(name, func(b *testing.B) {
			e, err := expression.Compile(src, o.names)
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.True(&o.scope); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
