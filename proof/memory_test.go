package proof

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/stompbroker"
)

// The bounds of the daemon's resident memory, in bytes.
const (
	peakOfSmallRows = 150e6
	peakOfLargeRows = 250e6
	growth          = 15e6 // that the longer backlog may add
)

// What the daemon takes in flight before it waits for receipts.
const (
	maxInFlight   = 4000     // rows: the default of max_in_flight
	bytesInFlight = 32 << 20 // bytes
)

// counted points the world at a broker that only counts, which lives in this process: the daemon's memory is its own.
func (w *world) counted() *stompbroker.Broker {
	w.t.Helper()
	b, err := stompbroker.New(stompbroker.Options{CountOnly: true})
	require.NoError(w.t, err)
	w.t.Cleanup(b.Close)
	w.sink, w.queue = b.Addr(), "ORDERS"
	return b
}

// weigh fills the source with rows whose notes are of the given size and carries them all; before the broker takes the first,
// the daemon has taken on as many as it will hold. It returns the daemon's peak.
func weigh(t *testing.T, rows, note, held int) int64 {
	w := newWorld(t)
	broker := w.counted()
	w.source.Exec(t, fmt.Sprintf(`INSERT INTO orders (id, key, note, amount)
		SELECT i, 'A-' || i, repeat('x', %d), i / 7.0 FROM generate_series(1, %d) i`, note, rows))
	w.source.Exec(t, `ANALYZE orders`)
	broker.Block(true)
	r := w.start()
	db := w.store.Open(t)
	require.Eventually(t, func() bool { return w.number(db, `SELECT count(*) FROM rowrelay.dumped_data`) >= int64(held) }, patience, tick)
	broker.Block(false)
	began := time.Now()
	for tenth := rows / 10; tenth < rows; tenth += rows / 10 {
		w.read(tenth)
	}
	w.settled(rows)
	took := time.Since(began)
	peak := r.peak()
	require.Zero(t, r.stop())
	w.requireStoreAgrees(rows)
	require.EqualValues(t, rows, broker.Count("/queue/ORDERS"))
	show(t, "rows %d of %d B: peak %.1f MB, %.0f rows/s", rows, note, float64(peak)/1e6, float64(rows-held)/took.Seconds())
	return peak
}

// read waits until rows 1..last are read; a long backlog settles in such steps, each within patience.
func (w *world) read(last int) {
	w.t.Helper()
	db := w.store.Open(w.t)
	require.Eventually(w.t, func() bool {
		return w.number(db, `SELECT last_read_seq FROM rowrelay.read_data_info WHERE feed = 'orders'`) >= int64(last)
	}, patience, tick, "row %d was not read", last)
}

// peak is the most memory that was resident so far (VmHWM of proc(5)), in bytes.
func (r *relay) peak() int64 {
	r.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.cmd.Process.Pid))
	require.NoError(r.t, err)
	for line := range strings.Lines(string(status)) {
		if kilobytes, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kilobytes), "kB")), 10, 64)
			require.NoError(r.t, err)
			return n << 10
		}
	}
	require.Fail(r.t, "no VmHWM", string(status))
	return 0
}

func TestMemoryDependsNeitherOnTheBacklogNorOnTheSizeOfRows(t *testing.T) {
	var few int64
	t.Run("a short backlog", func(t *testing.T) { few = weigh(t, 50_000, 300, maxInFlight) })
	t.Run("a long backlog", func(t *testing.T) {
		many := weigh(t, size(200_000, 1_000_000), 300, maxInFlight)
		require.Less(t, many, int64(peakOfSmallRows))
		require.LessOrEqual(t, many, few+int64(growth))
		show(t, "%+.1f MB against 50000 rows", float64(many-few)/1e6)
	})
	t.Run("large rows", func(t *testing.T) {
		require.Less(t, weigh(t, size(500, 5000), 1<<20, bytesInFlight>>20), int64(peakOfLargeRows))
	})
}
