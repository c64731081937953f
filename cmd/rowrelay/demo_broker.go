package main

import (
	"context"
	"maps"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rowrelay/rowrelay/stompbroker"
)

const demoQueue = "/queue/DEMO.ORDERS"

// demoBroker is a broker in memory that refuses some messages at first, and a consumer that counts what arrives.
type demoBroker struct {
	*stompbroker.Broker
	stopConsumer context.CancelFunc
	consuming    sync.WaitGroup

	mu       sync.Mutex
	refused  map[string]int // by dedupId
	arrived  map[string]int // by dedupId, as the consumer saw them
	messages int64
	last     []arrival
}

// arrival is a message at the consumer.
type arrival struct {
	ID   string `json:"id"`
	Body string `json:"body"`
}

const lastMessages = 3

// newDemoBroker starts both.
func newDemoBroker() (*demoBroker, error) {
	broker, err := stompbroker.New(stompbroker.Options{Server: "rowrelay-demo"})
	if err != nil {
		return nil, err
	}
	b := &demoBroker{Broker: broker, refused: map[string]int{}, arrived: map[string]int{}}
	broker.Reject(b.refuses)
	broker.RejectText("the demo does not want this one yet")
	ctx, cancel := context.WithCancel(context.Background())
	b.stopConsumer = func() { cancel(); b.consuming.Wait() }
	b.consuming.Go(func() { b.consume(ctx) })
	return b, nil
}

func (b *demoBroker) close() {
	b.stopConsumer()
	b.Close()
}

// refuses lets some messages through at their second or third attempt only.
func (b *demoBroker) refuses(m stompbroker.Message) bool {
	id := m.Header("dedupId")
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refused[id] >= refusals(id) {
		return false
	}
	b.refused[id]++
	return true
}

// refusals is how often a message is refused before it is taken: twice for one in a hundred, once for
// three, never for the rest.
func refusals(id string) int {
	seq, err := strconv.ParseInt(id[strings.LastIndexByte(id, '.')+1:], 10, 64)
	switch {
	case err != nil:
		return 0
	case seq%100 == 7:
		return 2
	case seq%25 == 7:
		return 1
	}
	return 0
}

// consume counts until ctx ends, across the broker's absence.
func (b *demoBroker) consume(ctx context.Context) {
	for ctx.Err() == nil {
		_ = stompbroker.Consume(ctx, b.Addr(), demoQueue, b.take) // it ends whenever the broker goes
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (b *demoBroker) take(m stompbroker.Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := m.Header("dedupId")
	b.arrived[id]++
	b.messages++
	if b.last = append(b.last, arrival{id, string(m.Body)}); len(b.last) > lastMessages {
		b.last = b.last[1:]
	}
}

// distinct is how many different ids have arrived.
func (b *demoBroker) distinct() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return int64(len(b.arrived))
}

// seen is everything that the consumer has counted, and its last messages.
func (b *demoBroker) seen() (map[string]int, []arrival) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.arrived), append([]arrival{}, b.last...)
}
