package actors

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sink"
)

// steps is a function as a feed's steps.
type steps func(context.Context, *record.Record) (Carried, error)

func (s steps) Asks() bool { return true }

func (s steps) Carry(ctx context.Context, r *record.Record) (Carried, error) { return s(ctx, r) }

func (s steps) prepare(context.Context, []record.Column) (Steps, error) { return s, nil }

func TestFilteredRowsAreCompletedAndNotSent(t *testing.T) {
	w := newWorld(t, rows(100))
	w.feed.Prepare = steps(func(_ context.Context, r *record.Record) (Carried, error) {
		return Carried{Filtered: r.Seq%2 == 0, Body: []byte("<Order/>")}, nil
	}).prepare
	w.start(w.store)
	w.settled(100)
	w.sentOnce(50)
	require.Equal(t, "FILTERED", *w.status(2).Outcome)
	require.Equal(t, "SENT", *w.status(3).Outcome)
}

func TestHeadersTravelWithTheirMessage(t *testing.T) {
	w := newWorld(t, rows(3))
	heads := &headsOf{broker: w.broker, seen: map[string]string{}}
	w.feed.Sink = heads
	w.feed.Prepare = steps(func(_ context.Context, r *record.Record) (Carried, error) {
		return Carried{Body: []byte("<Order/>"), Headers: sink.Headers{Type: "T" + r.Metadata}}, nil
	}).prepare
	w.start(w.store)
	w.settled(3)
	heads.mu.Lock()
	defer heads.mu.Unlock()
	require.Equal(t, map[string]string{"test.orders.1": "T{}", "test.orders.2": "T{}", "test.orders.3": "T{}"}, heads.seen)
}

// headsOf notes the type of each message.
type headsOf struct {
	*broker
	mu   sync.Mutex
	seen map[string]string
}

func (h *headsOf) Publisher(waiting context.Context) sink.Publisher {
	return &headsPublisher{h.broker.Publisher(waiting), h}
}

type headsPublisher struct {
	sink.Publisher
	h *headsOf
}

func (p *headsPublisher) Publish(ctx context.Context, batch []sink.Message) []error {
	p.h.mu.Lock()
	for _, m := range batch {
		p.h.seen[m.ID] = m.Type
	}
	p.h.mu.Unlock()
	return p.Publisher.Publish(ctx, batch)
}

var lookupAway = &record.Outage{Code: record.ConnRefused, Connection: "crm", Err: errors.New("connection refused")}

// TestALookupThatIsAwayIsWaitedFor: no attempt is used, and the feed says for whom it waits.
func TestALookupThatIsAwayIsWaitedFor(t *testing.T) {
	w := newWorld(t, rows(50))
	var away atomic.Bool
	away.Store(true)
	w.feed.LookupNames = []string{"crm"}
	w.feed.Prepare = steps(func(context.Context, *record.Record) (Carried, error) {
		if away.Load() {
			return Carried{}, lookupAway
		}
		return Carried{Body: []byte("<Order/>")}, nil
	}).prepare
	w.start(w.store)
	w.eventually("the feed waits for the lookup", func() bool {
		s := w.daemon.Board.State().Feeds["orders"]
		return s.State == record.Waiting && s.WaitingFor == "crm" && s.Code == record.ConnRefused
	})
	away.Store(false)
	w.settled(50)
	w.sentOnce(50)
	w.eventually("the feed runs again", func() bool { return w.daemon.Board.State().Feeds["orders"].State == record.Running })
	require.EqualValues(t, 1, w.status(1).Attempts, "the one that succeeded")
}

func TestADrainDoesNotWaitForALookupThatIsAway(t *testing.T) {
	w := newWorld(t, rows(50))
	w.feed.LookupNames = []string{"crm"}
	w.feed.Prepare = steps(func(context.Context, *record.Record) (Carried, error) { return Carried{}, lookupAway }).prepare
	stop := w.start(w.store)
	w.eventually("rows are in flight", func() bool { return w.daemon.Board.State().Feeds["orders"].InFlight == 50 })
	w.daemon.Grace = time.Hour // a drain that waited for it would not end
	require.NoError(t, stop())
	n, failed, _ := w.counts()
	require.EqualValues(t, 50, n)
	require.Zero(t, failed)
	require.Nil(t, w.status(1).Owner)
}

// TestStepsThatCannotBePreparedStopTheFeedOrAreWaitedFor: a wrong expression needs a person, a lookup's database does not.
func TestStepsThatCannotBePreparedStopTheFeedOrAreWaitedFor(t *testing.T) {
	w := newWorld(t, rows(5))
	var tries atomic.Int64
	w.feed.LookupNames = []string{"crm"}
	w.feed.Prepare = func(context.Context, []record.Column) (Steps, error) {
		if tries.Add(1) < 3 {
			return nil, lookupAway
		}
		return nil, &record.Stop{Code: record.ConfigInvalid, Text: "no column amout"}
	}
	w.start(w.store)
	w.eventually("the feed is stopped", func() bool {
		s := w.daemon.Board.State().Feeds["orders"]
		return s.State == record.Stopped && s.Code == record.ConfigInvalid
	})
	require.EqualValues(t, 3, tries.Load())
}

// TestADoubtfulOutageLetsOthersPass: twice as many rows as there are workers meet one, and none of the rows behind them waits for it.
func TestADoubtfulOutageLetsOthersPass(t *testing.T) {
	w := newWorld(t, rows(100))
	var mended atomic.Bool
	w.feed.Prepare = steps(func(_ context.Context, r *record.Record) (Carried, error) {
		if r.Seq <= int64(2*w.feed.Settings.Workers) && !mended.Load() {
			return Carried{}, &record.Outage{Code: record.ConnHTTP, Connection: "crm", Err: errors.New("it answers 500"), Doubtful: true}
		}
		return Carried{Body: []byte("<Order/>")}, nil
	}).prepare
	w.start(w.store)
	left := int64(2 * w.feed.Settings.Workers)
	w.eventually("the others have passed", func() bool {
		n, _, read := w.counts()
		return read == 100 && n == left
	})
	mended.Store(true)
	w.settled(100)
	w.sentOnce(100)
	require.EqualValues(t, 1, w.status(1).Attempts, "an outage uses no attempt")
}
