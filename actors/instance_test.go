package actors

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// fencing declares the instance dead at one of its heart-beats.
type fencing struct {
	store.Store
	now   atomic.Bool
	lives atomic.Int64
}

func (f *fencing) Register(ctx context.Context, name string, state []byte) (string, error) {
	f.lives.Add(1)
	return f.Store.Register(ctx, name, state)
}

func (f *fencing) Heartbeat(ctx context.Context, id string, state []byte) error {
	if f.now.CompareAndSwap(true, false) {
		return store.ErrFenced
	}
	return f.Store.Heartbeat(ctx, id, state)
}

func TestAFencedInstanceGoesOnUnderANewIDAndSendsTheRest(t *testing.T) {
	w := newWorld(t, rows(100))
	w.broker.block = make(chan struct{})
	f := &fencing{Store: w.store}
	stop := w.start(f)
	require.Eventually(t, func() bool { n, _, _ := w.counts(); return n == 100 }, patience, waitTick)
	before := *w.status(1).Owner
	f.now.Store(true)
	require.Eventually(t, func() bool { o := w.status(1).Owner; return o != nil && *o != before }, patience, waitTick)
	close(w.broker.block)
	w.settled(100)
	require.NoError(t, stop())
	require.EqualValues(t, 2, f.lives.Load())
	ids, copies := w.broker.counts()
	require.Equal(t, 100, ids)
	require.Zero(t, copies)
}

func TestASecondProcessUnderALivingNameIsRefused(t *testing.T) {
	w := newWorld(t, rows(10))
	w.start(w.store)
	w.settled(10)
	require.ErrorAs(t, w.second(w.store, w.log).Run(t.Context()), new(*store.HeldError))
}

// second is another daemon under the name that the world's own holds.
func (w *world) second(st store.Store, log *slog.Logger) *Daemon {
	return &Daemon{Store: st, Name: "relay-1", Feeds: []*Feed{w.feed}, Log: log, Board: NewBoard(log, record.InstanceState{})}
}

func TestAProcessThatMustWaitSaysOnceForWhomAndHowLong(t *testing.T) {
	w := newWorld(t, rows(1))
	w.start(w.store)
	w.settled(1)
	var said bytes.Buffer
	second := w.second(w.store, slog.New(slog.NewTextHandler(&said, nil)))
	second.Grace, second.Began = 1500*time.Millisecond, func() { t.Error("it began without the name") }
	began := time.Now()
	require.ErrorAs(t, second.Run(t.Context()), new(*store.HeldError))
	require.GreaterOrEqual(t, time.Since(began), second.Grace, "a restart overlaps with the old process's last seconds")
	require.Regexp(t, `waiting for .*holder="relay-1, pid \d+ on .*, since .*" at_most=1\.5s`, said.String())
	require.Equal(t, 1, strings.Count(said.String(), "waiting for"))
}

// unreached is away when its lock is asked for first.
type unreached struct {
	store.Store
	asked atomic.Int64
}

func (u *unreached) Lock(ctx context.Context, name string) (store.NameLock, error) {
	if u.asked.Add(1) == 1 {
		return nil, &record.Outage{Code: record.ConnRefused, Connection: "relaydb", Err: errors.New("nobody listens")}
	}
	return u.Store.Lock(ctx, name)
}

func TestAWaitForTheNameBeginsWhenTheNameIsFoundHeld(t *testing.T) {
	w := newWorld(t, rows(1))
	w.start(w.store)
	w.settled(1)
	var said bytes.Buffer
	away := &unreached{Store: w.store}
	second := w.second(away, slog.New(slog.NewTextHandler(&said, nil)))
	second.Grace = time.Millisecond
	require.ErrorAs(t, second.Run(t.Context()), new(*store.HeldError))
	require.GreaterOrEqual(t, away.asked.Load(), int64(3), "the time without a store is not that of the wait")
	require.Equal(t, 1, strings.Count(said.String(), "waiting for"))
}

// crashed makes the claims of a new instance look as if the owners of one row had died again and again.
type crashed struct {
	store.Store
	seq     int64
	crashes int
}

func (f *crashed) Claim(ctx context.Context, feed, instance string, limit int, inFlight []int64) ([]*record.Record, error) {
	records, err := f.Store.Claim(ctx, feed, instance, limit, inFlight)
	for _, r := range records {
		if r.Seq == f.seq {
			r.Crashes = f.crashes
		}
	}
	return records, err
}

// abandoned leaves rows NEW without owner, as a clean stop with the broker away does.
func abandoned(t *testing.T, n int) *world {
	w := newWorld(t, rows(n))
	w.broker.block = make(chan struct{})
	stop := w.start(w.store)
	require.Eventually(t, func() bool { got, _, _ := w.counts(); return got == int64(n) }, patience, waitTick)
	require.NoError(t, stop())
	w.broker.block = nil
	return w
}

func TestARowThatMayKillTheProcessIsCarriedAloneAndSent(t *testing.T) {
	w := abandoned(t, 50)
	var beside atomic.Int64
	w.broker.refuse = func(id string) error {
		if id == "test.orders.7" {
			beside.Store(int64(w.daemon.Board.State().Feeds["orders"].InFlight))
		}
		return nil
	}
	w.start(&crashed{Store: w.store, seq: 7, crashes: store.SuspectCrashes})
	w.settled(50)
	require.EqualValues(t, 1, beside.Load(), "records in flight while it was sent")
	require.Equal(t, record.Completed, w.status(7).Status)
	ids, copies := w.broker.counts()
	require.Equal(t, 50, ids)
	require.Zero(t, copies)
}

func TestARowThatKilledTheProcessAloneFails(t *testing.T) {
	w := abandoned(t, 50)
	w.start(&crashed{Store: w.store, seq: 7, crashes: store.SuspectCrashes + aloneDeaths})
	w.settled(50)
	row := w.status(7)
	require.Equal(t, record.Failed, row.Status)
	require.Equal(t, "INTERNAL", *row.ErrorCode)
	ids, _ := w.broker.counts()
	require.Equal(t, 49, ids)
}

func TestASourceThatWasReadToItsEndIsDrainedBeforeTheNextPoll(t *testing.T) {
	w := newWorld(t, rows(30))
	w.feed.Settings.PollInterval = 24 * time.Hour
	w.start(w.store)
	require.Eventually(t, func() bool { return w.daemon.Board.Drained("orders") }, patience, waitTick)
	w.settled(30)
}

func TestAnEditDuringATroubleDoesNotPostponeThePoll(t *testing.T) {
	w := newWorld(t, rows(30))
	w.feed.Settings.PollInterval = 24 * time.Hour
	w.table.set(func() { w.table.fail = errLost })
	w.start(w.store)
	require.Eventually(t, func() bool { return w.daemon.Board.State().Feeds["orders"].State == record.Waiting }, patience, waitTick)
	s := w.feed.Settings
	s.Workers = 7
	w.daemon.Tune("orders", s)
	require.Eventually(t, func() bool { return w.daemon.Board.State().Feeds["orders"].Workers == 7 }, patience, waitTick)
	w.table.set(func() { w.table.fail = nil })
	w.settled(30)
}
