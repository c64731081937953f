package process_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/process"
)

// BenchmarkLookup is one row of a large table by its key, from one worker.
func BenchmarkLookup(b *testing.B) {
	pg := newPostgres(b, func(*database.Options) {})
	for name, i := range map[string]process.Item{
		"postgres":     pg.lookup("customer", process.One, byID),
		"sqlite":       newSQLite(b).lookup("customer", process.One, byID),
		"from a cache": pg.lookup("customer", process.One, byID, cached),
	} {
		b.Run(name, func(b *testing.B) {
			p := prepare(b, i)
			for b.Loop() {
				_, err := p.Run(b.Context(), order("A-1", "C7", "1"))
				require.NoError(b, err)
			}
		})
	}
}
