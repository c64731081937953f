package sink

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-stomp/stomp/v3/frame"
)

// Broker is a make of broker: it decides the address, the headers and the way to send.
type Broker string

// The brokers that rowrelay knows. Other is any STOMP 1.2 broker that confirms a SEND with a
// receipt and takes /queue/X; Auto asks the `server` header.
const (
	Auto     Broker = "auto"
	Artemis  Broker = "artemis"
	ActiveMQ Broker = "activemq"
	RabbitMQ Broker = "rabbitmq"
	Other    Broker = "other"
)

// rabbitFrame is RabbitMQ's stomp.max_frame_size since 3.13, which it does not announce.
const rabbitFrame = 4 << 20

// brokerOf tells a broker by its `server` header; Auto if it is none that we know.
func brokerOf(server string) Broker {
	switch { // the order matters: Artemis begins like ActiveMQ
	case strings.HasPrefix(server, "ActiveMQ-Artemis"):
		return Artemis
	case strings.HasPrefix(server, "ActiveMQ"):
		return ActiveMQ
	case strings.HasPrefix(server, "RabbitMQ"):
		return RabbitMQ
	}
	return Auto
}

// transactional says that transactions are the fast way to many confirmed messages. Elsewhere they
// are slower or, as on RabbitMQ, confirm nothing.
func (b Broker) transactional() bool { return b == ActiveMQ }

// provable says that a message can be sent and taken back, so that one can see whether the broker
// takes any message at all for a destination.
func (b Broker) provable() bool { return b == ActiveMQ || b == Artemis }

// letter writes SEND frames for one broker and destination.
type letter struct {
	broker      Broker
	destination string
	routing     string // Artemis's routing type
	class       Class
	persistent  bool
	limit       int // of a frame; 0: none
	batch       int // messages that may be under way
	priority    string
	ttl         time.Duration // 0: a message never expires
}

func newLetter(b Broker, o Options) letter {
	l := letter{broker: b, class: o.Class, batch: o.BatchMax, persistent: !o.Transient, limit: o.MaxFrame, ttl: o.TTL}
	if o.Priority != nil {
		l.priority = strconv.Itoa(*o.Priority)
	}
	name, prefix, routing := o.Queue, "/queue/", "ANYCAST"
	if o.Topic != "" {
		name, prefix, routing = o.Topic, "/topic/", "MULTICAST"
	}
	if b == Artemis {
		prefix, l.routing = "", routing
	}
	if strings.HasPrefix(name, "/") {
		prefix = ""
	}
	l.destination = prefix + name
	if b == RabbitMQ && l.limit == 0 {
		l.limit = rabbitFrame
	}
	return l
}

// frame is the SEND of a message, without receipt and transaction.
func (l letter) frame(m Message) *frame.Frame {
	f := frame.New(frame.SEND,
		frame.Destination, l.destination,
		"dedupId", m.ID,
		"correlation-id", cmp.Or(m.CorrelationID, m.ID))
	l.extras(f, m)
	if l.persistent { // without it no broker keeps a message; `false` would make RabbitMQ declare an exclusive queue
		f.Header.Add("persistent", "true")
	}
	f.Body = m.Body
	switch l.broker {
	case Artemis:
		f.Header.Add("destination-type", l.routing)
		f.Header.Add("_AMQ_DUPL_ID", m.ID)
	case RabbitMQ:
		f.Header.Add("amqp-message-id", m.ID)
		if l.class == Text {
			f.Header.Add("JMSType", "TextMessage")
		}
	}
	if l.class == Bytes {
		f.Header.Add(frame.ContentLength, fmt.Sprint(len(m.Body)))
	}
	return f
}

// extras are the headers that a feed maps.
func (l letter) extras(f *frame.Frame, m Message) {
	add := func(name, value string) {
		if value != "" {
			f.Header.Add(name, value)
		}
	}
	add("priority", l.priority)
	switch {
	case l.ttl == 0:
	case l.broker == RabbitMQ:
		add("expiration", strconv.FormatInt(l.ttl.Milliseconds(), 10)) // AMQP counts from the arrival
	default:
		add("expires", strconv.FormatInt(time.Now().Add(l.ttl).UnixMilli(), 10))
	}
	add("type", m.Type)
	add("reply-to", l.reply(m.ReplyTo))
	add("JMSXGroupID", m.GroupID)
	for _, p := range m.Properties {
		f.Header.Add(p.Name, p.Value)
	}
}

// reply is the address of a queue as each broker's JMS client reads it.
func (l letter) reply(queue string) string {
	if queue == "" || strings.HasPrefix(queue, "/") {
		return queue
	}
	if l.broker == Artemis {
		return queue
	}
	return "/queue/" + queue
}

// overhead is room for the headers that letter.frame does not know yet: receipt and transaction.
const overhead = 128

// size is about the number of bytes that a frame takes on the wire.
func size(f *frame.Frame) int {
	n := len(f.Command) + len(f.Body) + overhead
	for i := range f.Header.Len() {
		name, value := f.Header.GetAt(i)
		n += len(name) + len(value) + 2
	}
	return n
}
