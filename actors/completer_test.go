package actors

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// unmarked refuses marks while it is away.
type unmarked struct {
	store.Store
	away    atomic.Bool
	refused atomic.Int64
}

func (u *unmarked) Mark(ctx context.Context, feed, instance string, marks []store.Mark) ([]int64, error) {
	if u.away.Load() {
		u.refused.Add(1)
		return nil, &record.Outage{Code: record.ConnLost, Connection: "store", Err: errors.New("away")}
	}
	return u.Store.Mark(ctx, feed, instance, marks)
}

func TestADrainDoesNotWaitOutThePauseAfterAFailure(t *testing.T) {
	w := newWorld(t, rows(0))
	s := &unmarked{Store: w.store}
	s.away.Store(true)
	board := NewBoard(w.log, record.InstanceState{})
	pause := newPause()
	pause.InitialInterval, pause.MaxInterval = time.Hour, time.Hour
	c := &completer{pause: pause, room: &room{feed: w.feed, store: s, board: board, gauge: board.gauge(w.feed), log: w.log, ctx: t.Context()}}
	root := actor.NewActorSystem().Root
	pid := root.Spawn(guarded(func() actor.Actor { return c }))
	defer root.Stop(pid)
	marked := make(chan *MarkedMessage, 1)
	dump := root.Spawn(actor.PropsFromFunc(func(c actor.Context) {
		if m, ok := c.Message().(*MarkedMessage); ok {
			marked <- m
		}
	}))
	defer root.Stop(dump)

	root.Send(pid, &RecordsMessage{[]*RecordMessage{{Record: &record.Record{Seq: 1, ClaimNo: 1}, From: dump}}})
	require.Eventually(t, func() bool { return s.refused.Load() == 1 }, patience, waitTick)
	s.away.Store(false)
	_, err := root.RequestFuture(pid, &DrainMessage{}, patience).Result()
	require.NoError(t, err)
	require.Len(t, (<-marked).Marks, 1)
}
