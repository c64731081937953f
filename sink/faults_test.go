package sink_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sink"
	"github.com/rowrelay/rowrelay/stompbroker"
)

func TestUnknownBrokerGetsNothing(t *testing.T) {
	w := newWorld(t, stompbroker.Options{Server: "Apollo/1.7.1"}, "/queue/Q", sink.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan []error)
	go func() { done <- w.Publish(ctx, batch(2)) }()
	s := w.told.outage(t, record.ConfigInvalid)
	require.Contains(t, s.Outage.Error(), "connections.mq.broker")
	require.Contains(t, s.Outage.Error(), "Apollo/1.7.1")
	cancel()
	for _, err := range <-done {
		require.ErrorIs(t, err, context.Canceled)
	}
	require.Zero(t, w.Total())
}

func TestRejectedMessageAloneFails(t *testing.T) {
	onEveryMake(t, func(t *testing.T, w *world) {
		w.Reject(is("acme.orders.7"))
		results := w.Publish(t.Context(), batch(20))
		want := map[string]int{}
		for i, err := range results {
			if i == 7 {
				var f *record.Failure
				require.ErrorAs(t, err, &f)
				require.Equal(t, record.SendRejected, f.Code)
				require.Contains(t, f.Text, "message rejected")
				require.Contains(t, f.Text, w.destination)
				continue
			}
			require.NoError(t, err)
			want[fmt.Sprintf("acme.orders.%d", i)] = 1
		}
		got := w.counts()
		if strings.HasPrefix(w.destination, "/") { // these keep the connection, so nothing was in doubt
			require.Equal(t, want, got)
		}
		require.Len(t, got, 19)
		require.Zero(t, got["acme.orders.7"])
	})
}

func TestBrokerThatIsJustAboutFullCostsNoRowAnything(t *testing.T) {
	t.Parallel()
	for _, m := range makes[:2] { // RabbitMQ's ERROR has a text to go by
		w := newWorld(t, stompbroker.Options{Server: m.server}, m.destination, sink.Options{})
		refused := 0
		w.Reject(func(m stompbroker.Message) bool { // but takes what judges it
			if m.Header("dedupId") != "acme.orders.3" || refused == 2 {
				return false
			}
			refused++
			return true
		})
		allSent(t, w.Publish(t.Context(), batch(1)))
		for _, one := range batch(5)[1:] {
			allSent(t, w.Publish(t.Context(), []sink.Message{one}))
		}
		require.Equal(t, 2, refused)
		require.Len(t, w.counts(), 5)
	}
}

func TestErrorAboutTheBrokerCostsNoRowAnything(t *testing.T) {
	texts := map[string]string{
		"/queue/Q": "javax.jms.ResourceAllocationException: Usage Manager Store is Full",
		"Q":        "AMQ339011 Error sending message CoreMessage[messageID=29, durable=false]", // says no more, whatever the cause
	}
	onEveryMake(t, func(t *testing.T, w *world) {
		w.RejectText(texts[w.destination])
		w.Reject(func(stompbroker.Message) bool { return true })
		done := make(chan []error)
		go func() { done <- w.Publish(t.Context(), batch(5)) }()
		w.told.outage(t, record.ConnBlocked)
		w.Reject(nil)
		allSent(t, <-done)
		require.Len(t, w.counts(), 5)
	})
}

func TestLostReceiptIsSentAgainWithTheSameID(t *testing.T) {
	onEveryMake(t, func(t *testing.T, w *world) {
		w.LoseReceipts(1)
		allSent(t, w.Publish(t.Context(), batch(3)))
		got := w.counts()
		require.Len(t, got, 3)
		require.Equal(t, 2, got["acme.orders.0"])
	})
}

func TestMessageInDoubtWaitsASecond(t *testing.T) {
	t.Parallel()
	var at []time.Time
	w := newWorld(t, stompbroker.Options{OnMessage: func(stompbroker.Message) { at = append(at, time.Now()) }}, "/queue/Q", sink.Options{})
	w.LoseReceipts(1)
	allSent(t, w.Publish(t.Context(), batch(1)))
	require.Len(t, at, 2)
	require.GreaterOrEqual(t, at[1].Sub(at[0]), time.Second)
}

func TestCutsLoseNothing(t *testing.T) {
	onEveryMake(t, func(t *testing.T, w *world) {
		const n = 3000
		w.Delay(time.Millisecond)
		done := make(chan []error)
		go func() { done <- w.Publish(t.Context(), batch(n)) }()
		for _, at := range []int64{100, 1000, 2000} {
			require.Eventually(t, func() bool { return w.Total() >= at }, 20*time.Second, time.Millisecond)
			w.Cut()
		}
		w.Delay(0)
		allSent(t, <-done)
		got := w.counts()
		require.Len(t, got, n)
		twice := 0
		for _, copies := range got {
			twice += copies - 1
		}
		require.LessOrEqual(t, twice, 3*underWay, "no more than what was under way at three cuts")
		require.Equal(t, 3, w.told.count(record.ConnLost))
	})
}

func TestBrokerAwayIsWaitedFor(t *testing.T) {
	onEveryMake(t, func(t *testing.T, w *world) {
		allSent(t, w.Publish(t.Context(), batch(10)))
		w.Down()
		done := make(chan []error)
		go func() { done <- w.Publish(t.Context(), batch(10)) }()
		s := w.told.outage(t, record.ConnRefused)
		require.False(t, s.Up)
		require.Positive(t, s.NextTry)
		require.Equal(t, "mq", s.Outage.Connection)
		require.NoError(t, w.Up())
		allSent(t, <-done)
		all, _ := w.told.list()
		require.True(t, all[len(all)-1].Up)
		require.Contains(t, all[len(all)-1].Peer, " at "+w.Addr())
		require.EqualValues(t, 20, w.Total())
	})
}

func TestBlockedBrokerIsWaitedForWithoutSendingAgain(t *testing.T) {
	t.Parallel()
	for _, m := range makes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, stompbroker.Options{Server: m.server}, m.destination, sink.Options{BlockedAfter: 500 * time.Millisecond}) // long enough for a busy machine to go on
			w.Block(true)
			done := make(chan []error)
			go func() { done <- w.Publish(t.Context(), batch(250)) }()
			s := w.told.outage(t, record.ConnBlocked)
			require.Contains(t, s.Peer, w.Addr())
			w.Block(false)
			allSent(t, <-done)
			require.EqualValues(t, 250, w.Total(), "nothing was sent twice")
			require.Equal(t, 1, w.told.count(record.ConnBlocked))
			require.Equal(t, 1, w.Connections())
			all, _ := w.told.list()
			require.True(t, all[len(all)-1].Up)
		})
	}
}

func TestReceiptTimeoutDropsTheConnectionAndSendsAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, stompbroker.Options{}, "/queue/Q", sink.Options{BlockedAfter: 50 * time.Millisecond, ReceiptTimeout: 200 * time.Millisecond})
	w.Block(true)
	done := make(chan []error)
	go func() { done <- w.Publish(t.Context(), batch(5)) }()
	require.Eventually(t, func() bool { return w.Connections() > 1 }, 20*time.Second, time.Millisecond)
	w.Block(false)
	allSent(t, <-done)
	require.Len(t, w.counts(), 5)
}

func TestSilentBrokerIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, stompbroker.Options{Heartbeat: 20 * time.Millisecond}, "/queue/Q", sink.Options{Heartbeat: 20 * time.Millisecond})
	allSent(t, w.Publish(t.Context(), batch(1)))
	w.Freeze(true)
	done := make(chan []error)
	go func() { done <- w.Publish(t.Context(), batch(5)) }()
	s := w.told.outage(t, record.ConnLost)
	require.Contains(t, s.Outage.Error(), "two heart-beats")
	w.Freeze(false)
	allSent(t, <-done)
	require.Len(t, w.counts(), 5)
}

func TestReceiptTimeoutFindsASilentBrokerThatNeverBeats(t *testing.T) {
	t.Parallel()
	w := newWorld(t, stompbroker.Options{Heartbeat: -1}, "/queue/Q", sink.Options{ReceiptTimeout: 100 * time.Millisecond})
	allSent(t, w.Publish(t.Context(), batch(1)))
	w.Freeze(true)
	done := make(chan []error)
	go func() { done <- w.Publish(t.Context(), batch(5)) }()
	w.told.outage(t, record.ConnBlocked)
	w.Freeze(false)
	allSent(t, <-done)
	require.Len(t, w.counts(), 5)
}

func TestIdleConnectionIsKeptByBeats(t *testing.T) {
	t.Parallel()
	const beat = 500 * time.Millisecond
	w := newWorld(t, stompbroker.Options{Heartbeat: beat}, "/queue/Q", sink.Options{Heartbeat: beat})
	allSent(t, w.Publish(t.Context(), batch(1)))
	<-time.After(6 * beat) // either side gives up after two without a sign of life
	allSent(t, w.Publish(t.Context(), batch(2)[1:]))
	require.Equal(t, 1, w.Connections())
}

func TestMessageThatKillsConnectionsIsFound(t *testing.T) {
	onEveryMake(t, func(t *testing.T, w *world) {
		w.KillOn(is("acme.orders.2"))
		results := w.Publish(t.Context(), batch(5))
		var f *record.Failure
		require.ErrorAs(t, results[2], &f)
		require.Equal(t, record.SendRejected, f.Code)
		require.Contains(t, f.Text, "3 times")
		results[2] = nil
		allSent(t, results)
		require.Len(t, w.counts(), 4)
	})
}

func TestCancelLeavesMessagesInDoubt(t *testing.T) {
	onEveryMake(t, func(t *testing.T, w *world) {
		w.Block(true)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan []error)
		go func() { done <- w.Publish(ctx, batch(5)) }()
		require.Eventually(t, func() bool { return w.Connections() == 1 }, 10*time.Second, time.Millisecond)
		cancel()
		for _, err := range <-done {
			require.ErrorIs(t, err, context.Canceled)
		}
		w.Block(false)
		allSent(t, w.Publish(t.Context(), batch(5)))
		require.Len(t, w.counts(), 5)
	})
}

func TestWrongPasswordIsToldAndNotRepeated(t *testing.T) {
	w := newWorld(t, stompbroker.Options{User: "relay", Password: "right"}, "/queue/Q", sink.Options{User: "relay", Password: "s3cret:\\pw"})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan []error)
	go func() { done <- w.Publish(ctx, batch(1)) }()
	s := w.told.outage(t, record.ConnAuth)
	require.NotContains(t, s.Outage.Error(), "s3cret")
	cancel()
	<-done
}

func TestHangingHandshakeEndsWithTheConnectTimeout(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections into its backlog and says nothing
	require.NoError(t, err)
	defer l.Close()
	w := newWorld(t, stompbroker.Options{}, "/queue/Q", sink.Options{})
	p := w.publisher(t, sink.Options{URLs: []string{"stomp://" + l.Addr().String()}, ConnectTimeout: 50 * time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan []error)
	go func() { done <- p.Publish(ctx, batch(1)) }()
	w.told.outage(t, record.ConnTimeout)
	cancel()
	<-done
}
