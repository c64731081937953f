package actors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

func TestEveryRowIsSentOnceAndMarkedSent(t *testing.T) {
	w := newWorld(t, rows(1000))
	stop := w.start(w.store)
	w.settled(1000)
	require.NoError(t, stop())
	ids, copies := w.broker.counts()
	require.Equal(t, 1000, ids)
	require.Zero(t, copies)
	row := w.status(77)
	require.Equal(t, record.Completed, row.Status)
	require.Equal(t, "SENT", *row.Outcome)
	require.Equal(t, "test.orders.77", row.MessageID)
}

func TestABadRowFailsAloneAndKeepsItsCode(t *testing.T) {
	w := newWorld(t, rows(100))
	var n atomic.Int64
	w.feed.Prepare = rendering(func(*record.Record) ([]byte, error) {
		switch n.Add(1) {
		case 10:
			return nil, record.Fail(record.XMLInvalidChar, "column note: U+0000 at 3")
		case 20:
			panic("a step's own defect")
		}
		return []byte("<Order/>"), nil
	})
	w.start(w.store)
	w.settled(100)
	groups, err := w.store.FailedGroups(t.Context(), store.Filter{Feed: "orders"})
	require.NoError(t, err)
	require.Len(t, groups, 1, "the panic is tried again and succeeds, the bad row fails at once")
	require.Equal(t, record.XMLInvalidChar, groups[0].Code)
	ids, copies := w.broker.counts()
	require.Equal(t, 99, ids)
	require.Zero(t, copies)
}

func TestTheLastLineSumsUpTheRun(t *testing.T) {
	w := newWorld(t, rows(100))
	var said bytes.Buffer
	w.log = slog.New(slog.NewTextHandler(&said, nil))
	w.feed.Prepare = steps(func(_ context.Context, r *record.Record) (Carried, error) {
		if r.Seq == 7 {
			return Carried{}, record.Fail(record.XMLInvalidChar, "column note: U+0000 at 3")
		}
		return Carried{Filtered: r.Seq%2 == 0, Body: []byte("<Order/>")}, nil
	}).prepare
	stop := w.start(w.store)
	w.settled(100)
	w.daemon.summarize()
	require.NoError(t, stop())
	require.Contains(t, said.String(), "msg=stopped read=100 sent=49 filtered=50 failed=1 given_back=0 left_new=0")
}

func TestARefusedRowUsesItsAttemptsAndHoldsNobodyUp(t *testing.T) {
	w := newWorld(t, rows(200))
	var tries atomic.Int64
	w.broker.refuse = func(id string) error {
		if id == "test.orders.7" {
			tries.Add(1)
			return record.Fail(record.SendRejected, "too strange")
		}
		return nil
	}
	w.start(w.store)
	w.settled(200)
	row := w.status(7)
	require.Equal(t, record.Failed, row.Status)
	require.Equal(t, "SEND_REJECTED", *row.ErrorCode)
	require.Equal(t, 3, row.Attempts)
	require.EqualValues(t, 3, tries.Load())
	ids, _ := w.broker.counts()
	require.Equal(t, 199, ids)
}

func TestARowThatIsGoneAtReplayFailsAndARetryAfterItIsBackSendsIt(t *testing.T) {
	w := newWorld(t, rows(10))
	w.broker.refuse = func(string) error { return record.Fail(record.SendRejected, "not today") }
	stop := w.start(w.store)
	require.Eventually(t, func() bool { _, failed, _ := w.counts(); return failed == 10 }, patience, waitTick)
	require.NoError(t, stop())

	w.table.set(func() { w.table.seqs = slices.Delete(w.table.seqs, 4, 5) })
	w.broker.refuse = nil
	_, _, err := w.store.Retry(t.Context(), store.Filter{Feed: "orders"}, 0, 0, store.Audit{Reason: "broker mended"})
	require.NoError(t, err)
	w.start(w.store)
	w.settled(10)
	require.Equal(t, "SOURCE_ROW_GONE", *w.status(5).ErrorCode)

	w.table.set(func() { w.table.seqs = slices.Insert(w.table.seqs, 4, 5) })
	_, _, err = w.store.Retry(t.Context(), store.Filter{Feed: "orders"}, 0, 0, store.Audit{Reason: "row is back"})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return w.status(5).Status == record.Completed }, patience, waitTick)
}

// lossy wraps a store whose answers get lost after the commit.
type lossy struct {
	store.Store
	mu   sync.Mutex
	lose map[string]int // how many answers of each kind
}

var errLost = &record.Outage{Code: record.ConnLost, Connection: "store", Err: errors.New("the answer was lost")}

func (l *lossy) lost(kind string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lose[kind]--
	return l.lose[kind] >= 0
}

func (l *lossy) Dump(ctx context.Context, d store.Dump) (store.Position, []store.Dumped, error) {
	p, seqs, err := l.Store.Dump(ctx, d)
	if l.lost("dump") {
		return store.Position{}, nil, errLost
	}
	return p, seqs, err
}

func (l *lossy) Claim(ctx context.Context, feed, instance string, limit int, inFlight []int64) ([]*record.Record, error) {
	r, err := l.Store.Claim(ctx, feed, instance, limit, inFlight)
	if l.lost("claim") {
		return nil, errLost
	}
	return r, err
}

func (l *lossy) Mark(ctx context.Context, feed, instance string, marks []store.Mark) ([]int64, error) {
	seqs, err := l.Store.Mark(ctx, feed, instance, marks)
	if l.lost("mark") {
		return nil, errLost
	}
	return seqs, err
}

func TestLostAnswersLoseNoRowAndDoubleNone(t *testing.T) {
	w := newWorld(t, rows(2000))
	l := &lossy{Store: w.store, lose: map[string]int{"dump": 5, "claim": 3, "mark": 5}}
	w.start(l)
	w.settled(2000)
	ids, copies := w.broker.counts()
	require.Equal(t, 2000, ids)
	require.Zero(t, copies, "nothing was in doubt at the broker")
	l.mu.Lock() // the daemon runs on
	defer l.mu.Unlock()
	for kind, left := range l.lose {
		require.Negative(t, left, "all lost answers of %s happened", kind)
	}
}

func TestABunchThatCameFromAnOldPositionIsDroppedWhole(t *testing.T) {
	w := newWorld(t, rows(500))
	s := &overtaken{Store: w.store, times: 5}
	w.start(s)
	w.settled(500)
	_, copies := w.broker.counts()
	require.Zero(t, copies)
	require.EqualValues(t, 5, w.daemon.Board.State().Feeds["orders"].Dropped)
}

// overtaken lets another instance commit the same bunch first.
type overtaken struct {
	store.Store
	times int
}

func (o *overtaken) Dump(ctx context.Context, d store.Dump) (store.Position, []store.Dumped, error) {
	if o.times > 0 {
		o.times--
		if _, _, err := o.Store.Dump(ctx, d); err != nil {
			return store.Position{}, nil, err
		}
	}
	return o.Store.Dump(ctx, d)
}

// panicky breaks a room from inside.
type panicky struct {
	store.Store
	times atomic.Int64
}

func (p *panicky) Mark(ctx context.Context, feed, instance string, marks []store.Mark) ([]int64, error) {
	if p.times.Add(-1) >= 0 {
		panic("a defect in the completer")
	}
	return p.Store.Mark(ctx, feed, instance, marks)
}

func TestAPanicInARoomRebuildsTheFeedAndLosesNothing(t *testing.T) {
	w := newWorld(t, rows(300))
	p := &panicky{Store: w.store}
	p.times.Store(2)
	w.start(p)
	w.settled(300)
	ids, _ := w.broker.counts()
	require.Equal(t, 300, ids)
	require.Negative(t, p.times.Load())
}

func TestStopLeavesUnsentRowsNewWithoutOwner(t *testing.T) {
	w := newWorld(t, rows(100))
	w.broker.block = make(chan struct{})
	stop := w.start(w.store)
	require.Eventually(t, func() bool { n, _, _ := w.counts(); return n == 100 }, patience, waitTick)
	require.NoError(t, stop())
	row := w.status(1)
	require.Equal(t, record.New, row.Status)
	require.Nil(t, row.Owner)
	require.Zero(t, row.Crashes)

	w.broker.block = nil
	w.start(w.store)
	w.settled(100)
	ids, copies := w.broker.counts()
	require.Equal(t, 100, ids)
	require.Zero(t, copies)
}

func TestWorkersAreResizedWhileRowsPass(t *testing.T) {
	w := newWorld(t, rows(2000))
	w.start(w.store)
	for _, workers := range []int{16, 2, 9, 1, 4} {
		s := w.feed.Settings
		s.Workers = workers
		w.daemon.Tune("orders", s)
		before, _ := w.broker.counts()
		require.Eventually(t, func() bool { ids, _ := w.broker.counts(); return ids >= min(before+100, 2000) }, patience, waitTick)
	}
	w.settled(2000)
	ids, copies := w.broker.counts()
	require.Equal(t, 2000, ids)
	require.Zero(t, copies)
	require.Equal(t, 4, w.daemon.Board.State().Feeds["orders"].Workers)
}

func TestABatchIsBoundedInBytes(t *testing.T) {
	w := newWorld(t, rows(60))
	w.feed.Prepare = rendering(func(*record.Record) ([]byte, error) { return make([]byte, batchBytes/2), nil })
	w.start(w.store)
	w.settled(60)
	ids, _ := w.broker.counts()
	require.Equal(t, 60, ids)
	require.LessOrEqual(t, w.broker.most, 3)
}

func TestASourceThatIsAwayIsWaitedForAndFailsNoRow(t *testing.T) {
	w := newWorld(t, rows(100))
	w.table.set(func() {
		w.table.fail = &record.Outage{Code: record.ConnRefused, Connection: "erp", Err: errors.New("refused")}
	})
	w.start(w.store)
	require.Eventually(t, func() bool {
		s := w.daemon.Board.State().Feeds["orders"]
		return s.State == record.Waiting && s.WaitingFor == "erp" && s.Code == record.ConnRefused
	}, patience, waitTick)
	w.table.set(func() { w.table.fail = nil })
	w.settled(100)
	_, failed, _ := w.counts()
	require.Zero(t, failed)
	require.Equal(t, record.Running, w.daemon.Board.State().Feeds["orders"].State)
}

func TestAStopOfTheSourceStopsTheFeedWithItsCode(t *testing.T) {
	w := newWorld(t, rows(100))
	w.table.fail = &record.Stop{Code: record.SequenceNotUnique, Text: "twice 7", Remedy: "mend the join"}
	stop := w.start(w.store)
	require.Eventually(t, func() bool {
		s := w.daemon.Board.State().Feeds["orders"]
		return s.State == record.Stopped && s.Code == record.SequenceNotUnique
	}, patience, waitTick)
	require.NoError(t, stop())
}

// TestOneWorkerAndOneConnectionKeepTheOrderUntilARowIsTriedAgain holds what the documentation says of `workers` and `sink.connections`.
func TestOneWorkerAndOneConnectionKeepTheOrderUntilARowIsTriedAgain(t *testing.T) {
	w := newWorld(t, rows(500))
	w.feed.Settings.Workers, w.feed.SinkConnections = 1, 1
	var mu sync.Mutex
	var came []string
	refused := false
	w.broker.refuse = func(id string) error {
		mu.Lock()
		defer mu.Unlock()
		if id == "test.orders.7" && !refused {
			refused = true
			return record.Fail(record.SendRejected, "not today")
		}
		came = append(came, id)
		return nil
	}
	w.start(w.store)
	w.settled(500)
	mu.Lock()
	defer mu.Unlock()
	require.Greater(t, slices.Index(came, "test.orders.7"), slices.Index(came, "test.orders.8"))
	var want []string
	for n := range 500 {
		if n+1 != 7 {
			want = append(want, fmt.Sprintf("test.orders.%d", n+1))
		}
	}
	require.Equal(t, want, slices.DeleteFunc(came, func(id string) bool { return id == "test.orders.7" }))
}
