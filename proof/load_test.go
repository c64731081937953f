package proof

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"
)

const (
	growthRows  = 50 // rows that a growing source gets at a time: few, for the brokers hold them all until the end
	growthEvery = 100 * time.Millisecond
)

// grow inserts rows 1, 2, 3 ... until halt, which returns the last one.
func (w *world) grow() (halt func() (last int)) {
	w.t.Helper()
	db := w.source.Open(w.t)
	ctx, cancel := context.WithCancel(w.t.Context())
	last, ended := 0, make(chan error, 1)
	go func() {
		pace := time.NewTicker(growthEvery)
		defer pace.Stop()
		for ctx.Err() == nil {
			if err := insert(db, last+1, last+growthRows); err != nil {
				ended <- err
				return
			}
			last += growthRows
			<-pace.C
		}
		ended <- nil
	}()
	w.t.Cleanup(cancel)
	return func() int {
		w.t.Helper()
		cancel()
		require.NoError(w.t, <-ended)
		return last
	}
}

// newRows reads which rows are NEW.
func (w *world) newRows(store *sql.DB) []int64 {
	w.t.Helper()
	return column[int64](w.t, store, `SELECT seq FROM rowrelay.dumped_data WHERE status = 'NEW' ORDER BY seq`)
}

// column reads the only column of a query.
func column[T any](t *testing.T, db *sql.DB, query string) []T {
	t.Helper()
	var all []T
	require.NoError(t, sqlx.NewDb(db, "postgres").Select(&all, query))
	return all
}

// randomly returns a stream of random numbers of its own for every broker, from -seed.
func randomly(stream int) *rand.Rand { return rand.New(rand.NewPCG(*seed, uint64(stream))) }

// pause lets a random moment pass after a start: half of them end before the second that a replayed row waits for, so that
// several processes in a row end while the same rows are in doubt. The moment is the fault, no fact is waited for.
func pause(r *rand.Rand) {
	most := []time.Duration{700 * time.Millisecond, 1700 * time.Millisecond}[r.IntN(2)]
	time.Sleep(between(r, 50*time.Millisecond, most))
}

// between returns a random time, evenly spread.
func between(r *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(r.Int64N(int64(most-least)))
}
