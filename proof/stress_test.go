package proof

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/stompbroker"
	"github.com/rowrelay/rowrelay/testbed"
)

const (
	manyWriters = 12
	quickPolls  = 20 * time.Millisecond
)

// arrivals are the messages at a broker in this process.
type arrivals struct {
	mu    sync.Mutex
	times map[int64]int
}

func (a *arrivals) take(m stompbroker.Message) {
	id := m.Header("dedupId")
	seq, err := strconv.ParseInt(id[strings.LastIndex(id, ".")+1:], 10, 64)
	if err != nil {
		panic(err) // the daemon sends no such id
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.times[seq]++
}

// listened points the world at a broker in this process that notes every row.
func (w *world) listened() *arrivals {
	w.t.Helper()
	a := &arrivals{times: map[int64]int{}}
	b, err := stompbroker.New(stompbroker.Options{CountOnly: true, OnMessage: a.take})
	require.NoError(w.t, err)
	w.t.Cleanup(b.Close)
	w.sink, w.queue = b.Addr(), "ORDERS"
	return a
}

// gapsOf is the feed's gaps block.
func (w *world) watching(minWatch, watch string) *world {
	w.feed["poll_interval"] = quickPolls.String()
	w.gaps = fmt.Sprintf("{ min_watch: %s, watch: %s }", minWatch, watch)
	return w
}

// caughtUp waits until every row of the source is recorded and none is NEW.
func (w *world) caughtUp(rows int) {
	w.t.Helper()
	db := w.store.Open(w.t)
	w.until("every row is carried", func() bool {
		return w.number(db, `SELECT count(*) FROM rowrelay.dumped_data WHERE status = 'COMPLETED'`) >= int64(rows)
	})
}

// ledger reads how many gaps are open, and how many numbers they cover.
func (w *world) ledger() (gaps, numbers int64) {
	if w.facts == nil {
		w.facts = w.store.Open(w.t) // once: it is asked ten times a second
	}
	db := w.facts
	return w.number(db, `SELECT count(*) FROM rowrelay.sequence_gap`), w.number(db, `SELECT coalesce(sum(hi - lo + 1), 0)::bigint FROM rowrelay.sequence_gap`)
}

// length of a stress: the cut, the full size, or what -stress says.
func stressFor() time.Duration {
	if *stress > 0 {
		return *stress
	}
	return time.Duration(size(8, 60)) * time.Second
}

// pressed is what a stress left behind.
type pressed struct {
	committed []int64
	naive     int // rows that the naive reader lost
	rolled    int
	peak      int64 // the most open gaps that were seen
}

// press lets writers work beside a daemon and a naive reader for a while, disturb may break something meanwhile.
func (w *world) press(d time.Duration, slow time.Duration, shapes []shape, disturb func(since time.Duration)) pressed {
	w.t.Helper()
	var p pressed
	n := w.naively(quickPolls)
	all := w.write(manyWriters, slow, shapes...)
	for began := time.Now(); time.Since(began) < d; time.Sleep(100 * time.Millisecond) {
		open, _ := w.ledger()
		p.peak = max(p.peak, open)
		if disturb != nil {
			disturb(time.Since(began))
		}
	}
	all.halt()
	p.committed, p.rolled = w.committed(), all.rolled
	p.naive = n.lost(w.t, p.committed)
	require.Positive(w.t, p.naive, "the naive reader lost nothing: the writers do not press")
	return p
}

// TestGapsNoRowIsLostToAnOutOfOrderCommit: the writers of an ordinary system, a real broker, and the naive rule on the same rows.
func TestGapsNoRowIsLostToAnOutOfOrderCommit(t *testing.T) {
	w := newWorld(t).sequenced("").watching("0s", "1h")
	delivered := w.somewhere()
	r := w.start()
	p := w.press(stressFor(), 300*time.Millisecond, everyShape, nil)
	w.caughtUp(len(p.committed))
	w.until("gaps that nobody can fill are closed", func() bool { open, _ := w.ledger(); return open == 0 })
	late := w.status().Instances[0].Feeds["orders"].LateRows
	require.Zero(t, r.stop())
	requireComplete(t, p.committed, delivered(len(p.committed)))
	show(t, "%d writers for %s: rows committed %d, rolled back %d; late rows %d; lost 0, double 0, unexpected 0; the naive rule on the same rows lost %d; open gaps at most %d, at the end 0",
		manyWriters, stressFor(), len(p.committed), p.rolled, late, p.naive, p.peak)
}

// somewhere is a real broker, or for a stress so long that its queue would not fit into one's memory, a broker in this process.
func (w *world) somewhere() (delivered func(least int) map[int64]int) {
	if *stress > 2*time.Minute {
		a := w.listened()
		return func(int) map[int64]int { return a.times }
	}
	broker := testbed.SharedBroker(w.t, testbed.Artemis)
	w.to(broker)
	return func(least int) map[int64]int { return w.carried(broker, least) }
}

// carried drains a real broker's queue by the rows' ids.
func (w *world) carried(b *testbed.Broker, least int) map[int64]int {
	w.t.Helper()
	seen := map[int64]int{}
	for _, d := range testbed.Drain(w.t, b, w.queue, least) {
		id, err := strconv.ParseInt(strings.TrimPrefix(d.Properties["dedupId"], "proof.orders."), 10, 64)
		require.NoError(w.t, err)
		seen[id]++
	}
	return seen
}

// TestGapsOutliveKillsOfTwoDaemons: two instances share a store, and one of them is killed every second or so.
func TestGapsOutliveKillsOfTwoDaemons(t *testing.T) {
	broker := testbed.SharedBroker(t, testbed.Artemis)
	w := newWorld(t).to(broker).sequenced("").watching("0s", "1h")
	names := []string{"relay-1", "relay-2"}
	daemons := make([]*relay, len(names))
	launch := func(i int) {
		w.instance = names[i]
		daemons[i] = w.start()
		daemons[i].says("feed started")
	}
	launch(0)
	launch(1)
	random, kills, next, store := randomly(7), 0, time.Second, w.store.Open(t)
	p := w.press(stressFor(), 300*time.Millisecond, everyShape, func(since time.Duration) {
		if since > next {
			i := random.IntN(len(daemons))
			w.until("a row is NEW", func() bool { return len(w.newRows(store)) > 0 })
			daemons[i].kill()
			launch(i)
			kills, next = kills+1, since+between(random, 500*time.Millisecond, 2*time.Second)
		}
	})
	w.caughtUp(len(p.committed))
	replayed := w.number(store, `SELECT count(*) FROM rowrelay.dumped_data WHERE claim_no > 1`)
	dropped := w.dropped(names...)
	for _, d := range daemons {
		require.Zero(t, d.stop())
	}
	requireComplete(t, p.committed, w.carried(broker, len(p.committed)))
	require.Positive(t, replayed)
	show(t, "two daemons, %d kills in %s: rows %d, replayed %d; bunches refused since the last starts %d; lost 0, double 0, unexpected 0; naive lost %d",
		kills, stressFor(), len(p.committed), replayed, dropped["relay-1"]+dropped["relay-2"], p.naive)
}

// complete checks a stress whose messages were noted in this process.
func (w *world) complete(a *arrivals, r *relay, p pressed) {
	w.t.Helper()
	w.caughtUp(len(p.committed))
	require.Zero(w.t, r.stop())
	a.mu.Lock()
	defer a.mu.Unlock()
	requireComplete(w.t, p.committed, a.times)
}

func TestGapsOfNumbersTakenEarlierAreWaitedForByTheWindow(t *testing.T) {
	w := newWorld(t).sequenced("").watching("5s", "1h")
	a := w.listened()
	r := w.start()
	p := w.press(stressFor(), time.Second, append([]shape{pooled, pooled}, everyShape...), nil)
	w.complete(a, r, p)
	show(t, "numbers taken in a transaction of their own up to 1s before their rows, min_watch 5s: rows %d, lost 0, double 0, unexpected 0; naive lost %d", len(p.committed), p.naive)
}

func TestGapsOfASequenceWithAnIncrementAreKeptToTheCap(t *testing.T) {
	w := newWorld(t).sequenced("INCREMENT BY 50").watching("0s", "1h")
	a := w.listened()
	r := w.start()
	p := w.press(stressFor(), 300*time.Millisecond, append([]shape{pooled, pooled}, everyShape...), nil)
	w.complete(a, r, p)
	require.LessOrEqual(t, p.peak, int64(4096))
	show(t, "INCREMENT BY 50, watch 1h: rows %d, lost 0, double 0, unexpected 0; naive lost %d; open gaps at most %d", len(p.committed), p.naive, p.peak)
}

func TestGapsOfABillionNumbersCostNothing(t *testing.T) {
	w := newWorld(t).sequenced("").watching("0s", "1h")
	a := w.listened()
	r := w.start()
	jumps := 0
	p := w.press(stressFor(), 300*time.Millisecond, everyShape, func(since time.Duration) {
		if since > time.Duration(jumps+1)*stressFor()/4 && jumps < 3 {
			jumps++
			w.source.Exec(t, `SELECT setval('orders_seq', nextval('orders_seq') + 1000000000)`)
		}
	})
	w.complete(a, r, p)
	require.Greater(t, p.committed[len(p.committed)-1], int64(3e9))
	show(t, "%d jumps of 10^9 numbers: rows %d up to number %d, lost 0, double 0, unexpected 0; naive lost %d; open gaps at most %d", jumps, len(p.committed), p.committed[len(p.committed)-1], p.naive, p.peak)
}

// TestGapsByTheTenThousandAreMergedAndStillFilled: every second number is missing, more holes than the ledger keeps apart; a
// transaction that was open all the time fills some of them at last.
func TestGapsByTheTenThousandAreMergedAndStillFilled(t *testing.T) {
	w := newWorld(t).sequenced("").watching("0s", "1h")
	a := w.listened()
	filler, err := w.source.Open(t).Begin()
	require.NoError(t, err)
	_, err = filler.Exec(`INSERT INTO orders (id, note) SELECT 2 * n, 'late' FROM generate_series(1, 10000, 37) n`)
	require.NoError(t, err)
	w.source.Exec(t, `INSERT INTO orders (id, note) SELECT 2 * n - 1, 'first' FROM generate_series(1, 10001) n; SELECT setval('orders_seq', 30000)`)
	r := w.start()
	w.caughtUp(10001)
	open, numbers := w.ledger()
	require.EqualValues(t, 4096, open)
	w.until("the merged gaps are polled again", w.polledAgain)
	require.NoError(t, filler.Commit())
	committed := w.committed()
	w.caughtUp(len(committed))
	w.until("gaps that nobody can fill are closed", func() bool { open, _ := w.ledger(); return open == 0 })
	require.Zero(t, r.stop())
	requireComplete(t, committed, a.times)
	show(t, "10000 holes of one number: %d gaps open (they cover %d numbers), %d late rows filled in among them: lost 0, double 0", open, numbers, len(committed)-10001)
}

func TestGapsAreNotWhatWhereLeavesOut(t *testing.T) {
	w := newWorld(t).sequenced("").watching("60s", "1h")
	w.where = "note = 'taken'"
	a := w.listened()
	r := w.start()
	var most int64
	db := w.source.Open(t)
	for began := time.Now(); time.Since(began) < stressFor()/2; time.Sleep(100 * time.Millisecond) {
		_, err := db.Exec(`INSERT INTO orders (note) SELECT CASE n % 2 WHEN 0 THEN 'taken' ELSE 'left out' END FROM generate_series(1, 100) n`)
		require.NoError(t, err)
		open, _ := w.ledger()
		most = max(most, open)
	}
	all := w.number(db, `SELECT count(*) FROM orders`)
	w.caughtUp(int(all / 2))
	w.until("the feed has passed what it leaves out", func() bool {
		return w.number(w.store.Open(t), `SELECT last_read_seq FROM rowrelay.read_data_info`) >= all-1
	})
	require.Zero(t, r.stop())
	require.Len(t, a.times, int(all/2))
	require.Zero(t, most)
	show(t, "rows %d at 1000/s, half of them left out by where: delivered %d, open gaps at most %d", all, len(a.times), most)
}
