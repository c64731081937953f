package actors

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/store"
)

// commit makes rows visible, wherever their numbers lie.
func (t *table) commit(seqs ...int64) {
	t.set(func() {
		t.seqs = append(t.seqs, seqs...)
		slices.Sort(t.seqs)
	})
}

func (t *table) holders(names ...string) { t.set(func() { t.writers = names }) }

func (w *world) gaps() []store.Gap {
	g, err := w.store.Gaps(w.t.Context(), "orders")
	require.NoError(w.t, err)
	return g
}

func (w *world) eventually(what string, fact func() bool) {
	w.t.Helper()
	require.Eventually(w.t, fact, patience, waitTick, what)
}

func (w *world) sentOnce(ids int) {
	w.t.Helper()
	sent, copies := w.broker.counts()
	require.Equal(w.t, ids, sent)
	require.Zero(w.t, copies)
}

func newGapWorld(t *testing.T, seqs ...int64) *world {
	w := newWorld(t, &table{seqs: seqs})
	w.feed.Settings.Watch = time.Hour
	return w
}

func TestALateRowIsSentAndItsGapClosesWhenNobodyCanFillIt(t *testing.T) {
	w := newGapWorld(t, 1, 2, 5)
	w.table.holders("3/1")
	stop := w.start(w.store)
	w.settled(5)
	w.eventually("the gap stands in the store", func() bool { return len(w.gaps()) == 1 })
	w.table.commit(9)
	w.settled(9)
	require.Len(t, w.gaps(), 2, "as long as a writer lives that may own the numbers")
	w.table.commit(4)
	w.eventually("the late row is sent", func() bool { sent, _ := w.broker.counts(); return sent == 5 })
	require.Equal(t, record.Range{Lo: 3, Hi: 3}, w.gaps()[0].Range)
	w.table.holders()
	w.eventually("gaps that nobody can fill are closed", func() bool { return len(w.gaps()) == 0 })
	require.NoError(t, stop())
	w.sentOnce(5)
	s := w.daemon.Board.State().Feeds["orders"]
	require.EqualValues(t, 1, s.LateRows)
	require.Equal(t, record.GapCounts{Evidence: 2}, s.GapsClosed)
}

func TestAGapSurvivesARestartAndLateRowsAreFound(t *testing.T) {
	w := newGapWorld(t, 1, 10)
	w.table.holders("3/1")
	stop := w.start(w.store)
	w.settled(10)
	require.NoError(t, stop())
	w.table.commit(2, 3, 4, 5, 6, 7, 8, 9)
	w.table.holders()
	w.start(w.store)
	w.eventually("all late rows are sent", func() bool { sent, _ := w.broker.counts(); return sent == 10 })
	require.Empty(t, w.gaps())
	w.sentOnce(10)
	require.Equal(t, record.GapCounts{Filled: 1}, w.daemon.Board.State().Feeds["orders"].GapsClosed)
}

// TestManyLateRowsKeepToTheDemand: late rows and new ones come at once, far more than may be in flight.
func TestManyLateRowsKeepToTheDemand(t *testing.T) {
	w := newGapWorld(t, 1, 2000)
	w.table.holders("3/1")
	w.feed.Settings.MaxInFlight, w.feed.Settings.Bunch = 60, 50
	stop := w.start(w.store)
	w.settled(2000)
	var all []int64
	for n := int64(2); n <= 2500; n++ {
		if n != 2000 {
			all = append(all, n)
		}
	}
	w.table.commit(all...)
	w.eventually("every row is sent", func() bool { sent, _ := w.broker.counts(); return sent == 2500 })
	require.NoError(t, stop())
	w.sentOnce(2500)
	require.Empty(t, w.gaps())
}

func TestALostAnswerToADumpOfLateRowsNeitherLosesNorDoubles(t *testing.T) {
	w := newGapWorld(t, 1, 100)
	w.table.holders("3/1")
	l := &lossy{Store: w.store, lose: map[string]int{}}
	w.start(l)
	w.settled(100)
	l.mu.Lock()
	l.lose["dump"] = 3
	l.mu.Unlock()
	for n := int64(2); n < 100; n += 7 {
		w.table.commit(n)
	}
	w.eventually("every row is sent", func() bool { sent, _ := w.broker.counts(); return sent == 16 })
	w.sentOnce(16)
}

func TestABeginningInTheMiddleCarriesOnlyWhatComesLate(t *testing.T) {
	w := newGapWorld(t, 5, 6, 9, 10)
	w.feed.Source = startingNow{w.table}
	w.table.holders("3/1")
	w.start(w.store)
	w.settled(10)
	w.eventually("the numbers below are watched", func() bool { return len(w.gaps()) == 2 })
	w.table.commit(8)
	w.table.commit(11)
	w.eventually("both are sent", func() bool { sent, _ := w.broker.counts(); return sent == 2 })
	w.settled(11) // the store hears of a receipt after the broker has given it
	require.Equal(t, "SENT", *w.status(8).Outcome)
	require.Equal(t, "SKIPPED", *w.status(9).Outcome)
}

// startingNow begins above the rows that are there, and looks back.
type startingNow struct{ *table }

func (s startingNow) Start(context.Context, source.Start) (source.Beginning, error) {
	b := source.Beginning{After: 10, From: 4}
	for _, n := range s.seqs {
		b.Known = append(b.Known, record.Number{Seq: n, Wanted: true})
	}
	return b, nil
}

// logged lets a world's log be read.
func (w *world) logged() *syncBuffer {
	b := &syncBuffer{}
	w.log = slog.New(slog.NewTextHandler(b, nil))
	return b
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) count(text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Count(s.b.String(), text)
}

func (w *world) stopped() bool {
	s := w.daemon.Board.State().Feeds["orders"]
	return s.State == record.Stopped && s.Code == record.SourceWentBack
}

func (w *world) rewind(to int64, resend bool) {
	w.t.Helper()
	_, err := w.store.Rewind(w.t.Context(), "orders", store.Rewind{To: to, Resend: resend, Identity: []byte(`{"relation":"t","sequence":"id"}`)}, store.Audit{Reason: "restored"})
	require.NoError(w.t, err)
}

// TestNumbersThatAreGivenOutAgainStopTheFeedUntilItIsRewound is a source that was truncated and began anew.
func TestNumbersThatAreGivenOutAgainStopTheFeedUntilItIsRewound(t *testing.T) {
	w := newGapWorld(t, 1, 2, 3, 4, 5)
	log := w.logged()
	stop := w.start(w.store)
	w.settled(5)
	w.sentOnce(5)
	w.table.set(func() { w.table.seqs = nil })
	polls := w.polls()
	w.eventually("the empty table was seen", func() bool { return w.polls() > polls+2 })
	w.table.commit(1, 2)
	w.eventually("the feed is stopped", w.stopped)
	w.eventually("the store knows", func() bool { return w.position().StopCode == record.SourceWentBack })
	require.NoError(t, stop())

	w.start(w.store)
	w.eventually("a restart does not help", w.stopped)
	w.rewind(0, true)
	w.eventually("the new rows are sent", func() bool { sent, _ := w.broker.counts(); return sent == 7 })
	require.Equal(t, "test.orders.1.r1", w.status(1).MessageID)
	w.table.commit(3)
	w.eventually("and those that follow", func() bool { sent, _ := w.broker.counts(); return sent == 8 })
	w.sentOnce(8)
	require.Equal(t, 1, log.count("feed goes on: its position has changed"))
}

func (w *world) position() store.Position {
	p, err := w.store.Position(w.t.Context(), "orders")
	require.NoError(w.t, err)
	return p
}

// polls counts them by the time of the last one.
func (w *world) polls() int64 {
	return w.daemon.Board.State().Feeds["orders"].LastPoll.UnixNano() / int64(w.feed.Settings.PollInterval)
}

func TestASourceThatIsPurgedDoesNotStopTheFeed(t *testing.T) {
	w := newGapWorld(t, 1, 2, 5, 6)
	w.table.holders("3/1")
	w.start(w.store)
	w.settled(6)
	w.table.set(func() { w.table.seqs = []int64{2} })
	polls := w.polls()
	w.eventually("the purge was seen", func() bool { return w.polls() > polls+2 })
	w.table.commit(4)
	w.eventually("a late row in a gap is no number given out again", func() bool { sent, _ := w.broker.counts(); return sent == 5 })
	require.False(t, w.stopped())
	w.table.commit(7)
	w.settled(7)
	w.sentOnce(6)
}

func TestAnotherTimelineStopsTheFeedUntilItIsRewound(t *testing.T) {
	rows := &table{seqs: []int64{1, 2, 3}, timeline: 1}
	w := newWorld(t, rows)
	stop := w.start(w.store)
	w.settled(3)
	require.NoError(t, stop())
	rows.set(func() { rows.timeline = 2 })
	w.start(w.store)
	w.eventually("the feed is stopped", w.stopped)
	require.Empty(t, w.position().StopCode, "what is compared at every start need not be noted")
	w.rewind(3, true)
	rows.commit(4)
	w.settled(4)
	w.sentOnce(4)
	require.Contains(t, string(w.position().Identity), `"timeline":2`)
}

// TestARewindIsNoticedWhileTheFeedIsIdle: nobody commits anything that could fail.
func TestARewindIsNoticedWhileTheFeedIsIdle(t *testing.T) {
	w := newGapWorld(t, 1, 2, 3)
	w.feed.Settings.PollInterval = time.Hour
	w.start(w.store)
	w.settled(3)
	w.rewind(1, true)
	w.eventually("the rows above are sent again", func() bool { sent, _ := w.broker.counts(); return sent == 5 })
	require.Equal(t, "test.orders.3.r1", w.status(3).MessageID)
	require.Equal(t, "test.orders.1", w.status(1).MessageID)
}

// TestAnotherServerStopsTheFeedUntilItIsRewound: the source was replaced while the daemon ran.
func TestAnotherServerStopsTheFeedUntilItIsRewound(t *testing.T) {
	w := newGapWorld(t, 1, 2, 3)
	log := w.logged()
	w.start(w.store)
	w.settled(3)
	w.table.set(func() { w.table.server, w.table.life = "2", "2" })
	w.eventually("the feed is stopped", w.stopped)
	w.rewind(3, true)
	w.table.commit(4)
	w.settled(4)
	w.sentOnce(4)
	require.Equal(t, 1, log.count("feed goes on: its position has changed"))
	require.Contains(t, string(w.position().Identity), `"server":"2"`)
}

// TestAnIdentityThatCannotBeSeenForAWhileIsNotForgotten: a right that is revoked must not let another server pass.
func TestAnIdentityThatCannotBeSeenForAWhileIsNotForgotten(t *testing.T) {
	w := newGapWorld(t, 1)
	for _, timeline := range []int64{1, 0} {
		w.table.set(func() { w.table.timeline = timeline })
		stop := w.start(w.store)
		w.settled(1)
		require.NoError(t, stop())
	}
	w.table.set(func() { w.table.timeline = 2 })
	w.start(w.store)
	w.eventually("the feed is stopped", w.stopped)
}

func TestAStandbyThatCatchesUpIsNoSourceThatWentBack(t *testing.T) {
	w := newGapWorld(t, 1, 2, 3, 4, 5)
	stop := w.start(w.store)
	w.settled(5)
	require.NoError(t, stop())
	w.table.set(func() { w.table.standby, w.table.seqs = true, []int64{1, 2} })
	w.start(w.store)
	for n := int64(3); n <= 6; n++ {
		polls := w.polls()
		w.eventually("it was read", func() bool { return w.polls() > polls+2 })
		w.table.commit(n)
	}
	w.settled(6)
	require.False(t, w.stopped())
	w.sentOnce(6)
}

// TestALateRowThatALaggingServerDoesNotReturnStaysInItsGap: what was found in one statement may be asked of another server in the next.
func TestALateRowThatALaggingServerDoesNotReturnStaysInItsGap(t *testing.T) {
	w := newGapWorld(t, 1, 9)
	w.table.holders("3/1")
	w.start(w.store)
	w.settled(9)
	w.table.set(func() { w.table.lags = 3 })
	w.table.commit(3, 5)
	w.eventually("both late rows are sent", func() bool { sent, _ := w.broker.counts(); return sent == 4 })
	w.sentOnce(4)
	require.Zero(t, func() int { w.table.mu.Lock(); defer w.table.mu.Unlock(); return w.table.lags }())
}
