package proof

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

// remembered is how many ids Artemis keeps of each address, its default.
const remembered = 20_000

// doubts are the rows that were NEW when a process was dead: nobody knows which of them the broker has.
type doubts struct {
	kills, idle int           // processes killed while a row was NEW, and while none was
	times       map[int64]int // at how many kills the row was NEW
	reach       int64         // from the oldest NEW row of a kill to the newest of all
}

// killed reads what a dead process left behind.
func (d *doubts) killed(left []int64, newest int64) {
	if len(left) == 0 {
		d.idle++
		return
	}
	d.kills++
	d.reach = max(d.reach, newest-left[0])
	for _, seq := range left {
		d.times[seq]++
	}
}

// patientLife is every how many processes one lives until it has sent what the others left: above five deaths in a
// row a row counts as their cause.
const patientLife = 5

// killOften kills one daemon after the other while the source grows, until enough kills found work.
func (w *world) killOften(kills int, random *rand.Rand) doubts {
	w.t.Helper()
	store := w.store.Open(w.t)
	d := doubts{times: map[int64]int{}}
	for life := 1; d.kills < kills; life++ {
		require.Less(w.t, d.idle, kills, "the load is too small: most processes died idle")
		r := w.start()
		r.says("feed started")
		if life%patientLife == 0 {
			w.until("what was in doubt is sent", func() bool {
				return w.number(store, `SELECT count(*) FROM rowrelay.dumped_data WHERE status = 'NEW' AND crashes > 0`) == 0
			})
		}
		pause(random)
		w.until("a row is NEW", func() bool { return len(w.newRows(store)) > 0 })
		r.kill()
		d.killed(w.newRows(store), w.number(store, `SELECT max(seq) FROM rowrelay.dumped_data`))
	}
	return d
}

func TestEveryRowArrivesAcrossKillsAndEveryCopyIsExplained(t *testing.T) {
	for i, kind := range brokers {
		t.Run(string(kind), func(t *testing.T) {
			broker := testbed.SharedBroker(t, kind)
			w := newWorld(t).to(broker)
			w.bunch, w.feed["poll_interval"] = 200, "20ms"
			halt := w.grow()
			d := w.killOften(size(10, 50), randomly(i))
			rows := halt()
			r := w.start()
			w.settled(rows)
			require.Zero(t, r.stop())
			w.requireStoreAgrees(rows)
			replayed := w.number(w.store.Open(t), `SELECT count(*) FROM rowrelay.dumped_data WHERE claim_no > 1`)
			require.Positive(t, replayed)
			seen := w.delivered(broker, rows)
			require.Len(t, seen, rows)
			show(t, "kills %d (and %d that found no NEW row), rows %d, in doubt at a kill %d, replayed %d, duplicates %d: each under its row's dedupId and in doubt at a kill before it; lost 0, unexplained 0",
				d.kills, d.idle, rows, len(d.times), replayed, d.requireExplained(t, kind, seen))
		})
	}
}

// requireExplained checks that no row came more often than it was in doubt, and on Artemis none twice. It returns the
// number of further copies.
func (d *doubts) requireExplained(t *testing.T, kind testbed.Part, seen map[int64]int) (copies int) {
	t.Helper()
	for seq, n := range seen {
		require.LessOrEqual(t, n-1, d.times[seq], "row %d came %d times", seq, n)
		copies += n - 1
	}
	if kind == testbed.Artemis {
		require.Less(t, d.reach, int64(remembered), "a row in doubt was older than the ids that Artemis remembers")
		require.Zero(t, copies)
	}
	return copies
}
