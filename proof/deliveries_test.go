package proof

import (
	"github.com/rowrelay/rowrelay/testbed"
)

// delivered drains the queue, checks every message, and counts the deliveries of each row.
func (w *world) delivered(b *testbed.Broker, least int) map[int64]int {
	w.t.Helper()
	seen := map[int64]int{}
	for _, d := range testbed.Drain(w.t, b, w.queue, least) {
		seen[requireOrder(w.t, d)]++
	}
	return seen
}

// moreThanOnce are the rows that were delivered more than once.
func moreThanOnce(seen map[int64]int) []int64 {
	var more []int64
	for id, n := range seen {
		if n > 1 {
			more = append(more, id)
		}
	}
	return more
}
