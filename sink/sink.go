// Package sink sends messages to a JMS broker and believes only its receipts.
package sink

import "context"

// Sink is one feed's destination.
type Sink interface {
	// Publisher returns a publisher that is not yet connected; each has a broker connection of its own.
	// It waits for a broker that is away as long as `waiting` lives.
	Publisher(waiting context.Context) Publisher
}

// Publisher sends batches over one broker connection. It is used by one goroutine at a time.
type Publisher interface {
	// Publish sends the batch and returns when every message has its result, at the message's
	// index: nil for a receipt, a *record.Failure for a message that the broker refuses, and
	// context.Canceled for one in doubt. An outage is no result: Publish reports it, connects again and
	// sends what is in doubt under the same ids. If the publisher's `waiting` has ended it gives up at
	// the next outage instead, after what is under way; if ctx has, at once.
	Publish(ctx context.Context, batch []Message) []error

	// Close ends the connection and its goroutines. The publisher is not used afterwards.
	Close() error
}

// Message is one message, ready to send.
type Message struct {
	ID   string // dedupId: letters, digits, '.', '_', '-'
	Body []byte // for class text: UTF-8 without characters above U+FFFF, which Classic's JMS clients cannot read
	Headers
}

// Headers are what a message carries beside its body and what every message has. Empty ones are not sent.
type Headers struct {
	CorrelationID string // "": the message's ID
	Type          string // JMSType; RabbitMQ shows AMQP's type
	ReplyTo       string
	GroupID       string // JMSXGroupID
	Properties    []Property
}

// Property is a String property of the JMS message. Name is a Java identifier that JMS and STOMP leave free.
type Property struct{ Name, Value string }
