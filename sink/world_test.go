package sink_test

import (
	"fmt"
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

// underWay is how many messages a connection may have under way here: fewer than the tests send at a time.
const underWay = 100

// publisher makes a publisher for the world's broker; its zero options are filled in.
func (w *world) publisher(t *testing.T, o sink.Options) sink.Publisher {
	o.Connection, o.Queue, o.Notify, o.BatchMax = "mq", "Q", w.told.add, underWay
	if o.URLs == nil {
		o.URLs = []string{"stomp://" + w.Addr()}
	}
	s, err := sink.NewSTOMP(o)
	require.NoError(t, err)
	p := s.Publisher(t.Context())
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
