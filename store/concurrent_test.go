package store

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestInstancesAtOnceClaimEachRowOnce(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		const rows, instances = 400, 4
		s := w.open(t)
		dead := newCarrier(t, s, "dead")
		var numbers []int64
		for seq := range int64(rows) {
			numbers = append(numbers, seq+1)
		}
		dead.dump(numbers...)
		_, err := dead.Retire(t.Context(), dead.id)
		require.NoError(t, err)

		claimed := make(chan int64, rows*instances)
		var all sync.WaitGroup
		for _, name := range []string{"one", "two", "three", "four"}[:instances] {
			c := newCarrier(t, s, name)
			all.Go(func() {
				var inFlight []int64
				for {
					records, err := c.Claim(t.Context(), feed, c.id, 7, inFlight)
					if !assert.NoError(t, err) || len(records) == 0 {
						return
					}
					for _, seq := range seqs(records) {
						inFlight = append(inFlight, seq)
						claimed <- seq
					}
				}
			})
		}
		all.Wait()
		close(claimed)
		var got []int64
		for seq := range claimed {
			got = append(got, seq)
		}
		slices.Sort(got)
		require.Equal(t, numbers, got)
	})
}

func TestTwoDumpsOfOneBunchStoreItOnce(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		const bunches, instances = 20, 3
		s := w.open(t)
		var all sync.WaitGroup
		var stored, stale atomic.Int64
		for _, name := range []string{"one", "two", "three"}[:instances] {
			c := newCarrier(t, s, name)
			all.Go(func() {
				for {
					p, err := c.Position(t.Context(), feed)
					if !assert.NoError(t, err) || p.LastRead == bunches {
						return
					}
					_, inserted, err := c.Dump(t.Context(), Dump{
						Feed: feed, Instance: c.id, Seen: p, LastRead: p.LastRead + 1, Records: bunch(p.LastRead + 1),
					})
					stored.Add(int64(len(inserted)))
					if errors.Is(err, ErrStale) {
						stale.Add(1)
					} else if !assert.NoError(t, err) {
						return
					}
				}
			})
		}
		all.Wait()
		t.Logf("%d bunches were refused", stale.Load())
		require.EqualValues(t, bunches, stored.Load())
	})
}
