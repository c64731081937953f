package sink_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sink"
	"github.com/rowrelay/rowrelay/stompbroker"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// makes are the brokers that are told apart, by the header that they announce themselves with, and
// the destination that queue Q has there.
var makes = []struct{ name, server, destination string }{
	{"activemq", "ActiveMQ/5.18.3", "/queue/Q"},
	{"artemis", "ActiveMQ-Artemis/2.31.2 ActiveMQ Artemis Messaging Engine", "Q"},
	{"rabbitmq", "RabbitMQ/3.13.7", "/queue/Q"},
}

// onEveryMake runs a test against each make of broker, at the same time.
func onEveryMake(t *testing.T, test func(t *testing.T, w *world)) {
	t.Parallel()
	for _, m := range makes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			test(t, newWorld(t, stompbroker.Options{Server: m.server}, m.destination, sink.Options{}))
		})
	}
}

// world is one broker, one publisher, and what the publisher told.
type world struct {
	*stompbroker.Broker
	sink.Publisher
	destination string
	told        *told
}

func newWorld(t *testing.T, b stompbroker.Options, destination string, o sink.Options) *world {
	broker, err := stompbroker.New(b)
	require.NoError(t, err)
	t.Cleanup(broker.Close)
	w := &world{Broker: broker, destination: destination, told: newTold()}
	w.Publisher = w.publisher(t, o)
	return w
}

// publisher makes a publisher for the world's broker; its zero options are filled in.
func (w *world) publisher(t *testing.T, o sink.Options) sink.Publisher {
	o.Connection, o.Queue, o.Notify = "mq", "Q", w.told.add
	if o.URLs == nil {
		o.URLs = []string{"stomp://" + w.Addr()}
	}
	s, err := sink.NewSTOMP(o)
	require.NoError(t, err)
	p := s.Publisher()
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	return p
}

// counts tells how often each message id arrived.
func (w *world) counts() map[string]int {
	n := map[string]int{}
	for _, m := range w.Messages(w.destination) {
		n[m.Header("dedupId")]++
	}
	return n
}

// told collects statuses and lets a test wait for one.
type told struct {
	mu      sync.Mutex
	all     []sink.Status
	changed chan struct{}
}

func newTold() *told { return &told{changed: make(chan struct{})} }

func (l *told) add(s sink.Status) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, s)
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *told) list() ([]sink.Status, chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all[:len(l.all):len(l.all)], l.changed
}

func (l *told) count(code record.Code) int {
	n := 0
	all, _ := l.list()
	for _, s := range all {
		if s.Outage != nil && s.Outage.Code == code {
			n++
		}
	}
	return n
}

// outage waits for an outage of this code.
func (l *told) outage(t *testing.T, code record.Code) sink.Status {
	t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		all, changed := l.list()
		for _, s := range all {
			if s.Outage != nil && s.Outage.Code == code {
				return s
			}
		}
		select {
		case <-changed:
		case <-timeout:
			require.Failf(t, "not told", "%s in %+v", code, all)
		}
	}
}

func batch(n int) []sink.Message {
	all := make([]sink.Message, n)
	for i := range all {
		all[i] = sink.Message{ID: fmt.Sprintf("acme.orders.%d", i), Body: fmt.Appendf(nil, "<Order><n>%d</n></Order>", i)}
	}
	return all
}

func allSent(t *testing.T, results []error) {
	t.Helper()
	for i, err := range results {
		require.NoError(t, err, "message %d", i)
	}
}

func is(id string) func(stompbroker.Message) bool {
	return func(m stompbroker.Message) bool { return m.Header("dedupId") == id }
}

func TestEveryMessageArrivesOnceWithItsBody(t *testing.T) {
	onEveryMake(t, func(t *testing.T, w *world) {
		const n = 1050
		allSent(t, w.Publish(t.Context(), batch(n)))
		got := w.Messages(w.destination)
		require.Len(t, got, n)
		for i, m := range got { // one connection keeps the order
			require.Equal(t, fmt.Sprintf("<Order><n>%d</n></Order>", i), string(m.Body))
		}
	})
}

func TestHeadersByBroker(t *testing.T) {
	all := []string{"persistent", "dedupId", "correlation-id", "destination-type", "_AMQ_DUPL_ID", "amqp-message-id", "JMSType", "content-length", "x-deduplication-header", "message-id"}
	for _, c := range []struct {
		server string
		o      sink.Options
		at     string
		want   string
	}{
		{"ActiveMQ/5.18.3", sink.Options{Queue: "Q"}, "/queue/Q", "persistent=true dedupId=x correlation-id=x"},
		{"ActiveMQ/5.18.3", sink.Options{Topic: "T"}, "/topic/T", "persistent=true dedupId=x correlation-id=x"},
		{"ActiveMQ/5.18.3", sink.Options{Queue: "Q", Class: sink.Bytes, Transient: true}, "/queue/Q", "dedupId=x correlation-id=x content-length=4"},
		{"ActiveMQ-Artemis/2.31.2", sink.Options{Queue: "Q"}, "Q", "persistent=true dedupId=x correlation-id=x destination-type=ANYCAST _AMQ_DUPL_ID=x"},
		{"ActiveMQ-Artemis/2.31.2", sink.Options{Topic: "T"}, "T", "persistent=true dedupId=x correlation-id=x destination-type=MULTICAST _AMQ_DUPL_ID=x"},
		{"RabbitMQ/3.10.8", sink.Options{Queue: "Q"}, "/queue/Q", "persistent=true dedupId=x correlation-id=x amqp-message-id=x JMSType=TextMessage"},
		{"RabbitMQ/3.10.8", sink.Options{Queue: "/amq/queue/Q", Class: sink.Bytes}, "/amq/queue/Q", "persistent=true dedupId=x correlation-id=x amqp-message-id=x content-length=4"},
		{"something", sink.Options{Queue: "Q", Broker: sink.Other}, "/queue/Q", "persistent=true dedupId=x correlation-id=x"},
	} {
		b, err := stompbroker.New(stompbroker.Options{Server: c.server})
		require.NoError(t, err)
		c.o.URLs = []string{"stomp://" + b.Addr()}
		s, err := sink.NewSTOMP(c.o)
		require.NoError(t, err)
		p := s.Publisher()
		allSent(t, p.Publish(t.Context(), []sink.Message{{ID: "x", Body: []byte("<a/>")}}))
		require.NoError(t, p.Close())
		b.Close()
		got := b.Messages(c.at)
		require.Len(t, got, 1, "%s at %s", c.server, c.at)
		var headers []string
		for _, name := range all {
			if v := got[0].Header(name); v != "" {
				headers = append(headers, name+"="+v)
			}
		}
		require.Equal(t, c.want, strings.Join(headers, " "), "%s %+v", c.server, c.o)
	}
}

func TestActiveMQGetsSurrogatesInText(t *testing.T) {
	body := []byte("<a>€\U0001F600é</a>")
	for server, want := range map[string]string{
		"ActiveMQ/5.18.3":         "<a>€\xed\xa0\xbd\xed\xb8\x80é</a>",
		"ActiveMQ-Artemis/2.31.2": string(body),
	} {
		w := newWorld(t, stompbroker.Options{Server: server}, "", sink.Options{})
		allSent(t, w.Publish(t.Context(), []sink.Message{{ID: "x", Body: body}}))
		require.Equal(t, want, string(append(w.Messages("Q"), w.Messages("/queue/Q")...)[0].Body))
	}
}

func TestOnlyTransactionsOfActiveMQAndReceiptsElsewhere(t *testing.T) {
	onEveryMake(t, func(t *testing.T, w *world) {
		allSent(t, w.Publish(t.Context(), batch(250)))
		inside := map[string]int{}
		for _, m := range w.Messages(w.destination) {
			inside[m.Header("transaction")]++
			require.Equal(t, m.Header("transaction") == "", m.Header("receipt") != "", "a receipt outside transactions, none inside")
		}
		if w.destination == "/queue/Q" && inside[""] == 0 {
			require.Equal(t, map[string]int{"1": 100, "2": 100, "3": 50}, inside)
		} else {
			require.Equal(t, map[string]int{"": 250}, inside)
		}
	})
}

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

func TestNotBeforeIsKept(t *testing.T) {
	onEveryMake(t, func(t *testing.T, w *world) {
		all := batch(3)
		all[1].NotBefore = time.Now().Add(300 * time.Millisecond)
		allSent(t, w.Publish(t.Context(), all))
		require.False(t, time.Now().Before(all[1].NotBefore))
		require.Len(t, w.counts(), 3)
	})
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
		require.LessOrEqual(t, twice, 300, "no more than what was under way at three cuts")
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
			w := newWorld(t, stompbroker.Options{Server: m.server}, m.destination, sink.Options{BlockedAfter: 50 * time.Millisecond})
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
	w := newWorld(t, stompbroker.Options{Heartbeat: 20 * time.Millisecond}, "/queue/Q", sink.Options{Heartbeat: 20 * time.Millisecond})
	allSent(t, w.Publish(t.Context(), batch(1)))
	idle := batch(2)[1:]
	idle[0].NotBefore = time.Now().Add(500 * time.Millisecond) // 25 intervals with nothing to say
	allSent(t, w.Publish(t.Context(), idle))
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

func TestMessagesThatCannotBeSentFailBeforeSending(t *testing.T) {
	w := newWorld(t, stompbroker.Options{Server: "RabbitMQ/3.13.7"}, "/queue/Q", sink.Options{})
	results := w.Publish(t.Context(), []sink.Message{
		{ID: "big", Body: []byte(strings.Repeat("x", 4<<20))},
		{ID: "a:b", Body: []byte("<a/>")},
		{ID: "nul", Body: []byte("<a>\x00</a>")},
		{ID: "fits", Body: []byte(strings.Repeat("x", 4<<20-1024))},
	})
	for i, code := range []record.Code{record.XMLTooLarge, record.Internal, record.XMLInvalidChar} {
		var f *record.Failure
		require.ErrorAs(t, results[i], &f)
		require.Equal(t, code, f.Code)
	}
	require.NoError(t, results[3])
	require.EqualValues(t, 1, w.Total())
}

func TestFrameLimitIsKept(t *testing.T) {
	w := newWorld(t, stompbroker.Options{}, "/queue/Q", sink.Options{MaxFrame: 2000})
	results := w.Publish(t.Context(), []sink.Message{
		{ID: "big", Body: []byte(strings.Repeat("x", 2000))},
		{ID: "fits", Body: []byte(strings.Repeat("x", 1000))},
	})
	var f *record.Failure
	require.ErrorAs(t, results[0], &f)
	require.Equal(t, record.XMLTooLarge, f.Code)
	require.Contains(t, f.Text, "max_frame")
	require.NoError(t, results[1])
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

func TestPasswordIsNotEscapedInCONNECT(t *testing.T) {
	w := newWorld(t, stompbroker.Options{User: "relay", Password: `a:b`}, "/queue/Q", sink.Options{User: "relay", Password: `a:b`})
	allSent(t, w.Publish(t.Context(), batch(1)))
}

func TestAddressesAreTriedInOrder(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := l.Addr().String()
	require.NoError(t, l.Close())
	w := newWorld(t, stompbroker.Options{}, "/queue/Q", sink.Options{})
	p := w.publisher(t, sink.Options{URLs: []string{"stomp://" + nobody, "stomp://" + w.Addr()}})
	allSent(t, p.Publish(t.Context(), batch(1)))
	w.Down()
	done := make(chan []error)
	go func() { done <- p.Publish(t.Context(), batch(1)) }()
	s := w.told.outage(t, record.ConnRefused)
	require.Contains(t, s.Outage.Error(), nobody)
	require.Contains(t, s.Outage.Error(), w.Addr())
	require.NoError(t, w.Up())
	allSent(t, <-done)
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

func TestOptionsThatCannotWork(t *testing.T) {
	good := sink.Options{Connection: "mq", URLs: []string{"stomp://mq"}, Queue: "Q"}
	for name, spoil := range map[string]func(*sink.Options){
		"neither queue nor topic": func(o *sink.Options) { o.Queue = "" },
		"both":                    func(o *sink.Options) { o.Topic = "T" },
		"no address":              func(o *sink.Options) { o.URLs = nil },
		"another scheme":          func(o *sink.Options) { o.URLs = []string{"tcp://mq:1"} },
		"no host":                 func(o *sink.Options) { o.URLs = []string{"stomp://:61613"} },
		"no CA file":              func(o *sink.Options) { o.TLS.CAFile = "/nowhere/ca.pem" },
		"a line break":            func(o *sink.Options) { o.Password = "a\nb" },
	} {
		o := good
		spoil(&o)
		_, err := sink.NewSTOMP(o)
		require.Error(t, err, name)
	}
	_, err := sink.NewSTOMP(good)
	require.NoError(t, err)
}
