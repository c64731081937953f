package sink

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rowrelay/rowrelay/clienttls"
	"github.com/rowrelay/rowrelay/record"
)

// Options say where a feed's messages go and how. Zero values take the defaults that are named.
type Options struct {
	Connection string   // its name in the file, for people
	URLs       []string // stomp://host:port or stomp+tls://host:port, tried in this order
	TLS        clienttls.Files
	User       string
	Password   string
	VHost      string // RabbitMQ's virtual host; "/" by default, which the others ignore
	Broker     Broker // Auto by default

	Heartbeat      time.Duration // both ways; 10 s by default
	ConnectTimeout time.Duration // an address, with TLS and login; 5 s by default
	ReceiptTimeout time.Duration // without any receipt, then the connection is dropped; 2 min by default
	BlockedAfter   time.Duration // without any receipt, then CONN_BLOCKED is reported; 30 s by default
	MaxFrame       int           // bytes of a frame with its headers; 0: 4 MiB on RabbitMQ, elsewhere no limit

	Queue     string // or Topic: exactly one of them; a value that begins with '/' goes out as written
	Topic     string
	Class     Class         // Text by default
	Transient bool          // not persistent: a broker's restart loses what it holds
	Priority  *int          // 0 to 9; nil: the broker's
	TTL       time.Duration // from the moment of sending; 0: a message never expires
	BatchMax  int           // messages under way on a connection, and in a transaction; 400 by default

	// Notify hears of every change and every failed try, from the publisher's own goroutine: never
	// concurrently for one publisher, possibly for two. It must not block.
	Notify func(Status)
}

// Class is the JMS class that the receiver sees.
type Class string

// The classes: TextMessage and BytesMessage.
const (
	Text  Class = "text"
	Bytes Class = "bytes"
)

// Status tells how a publisher's connection stands.
type Status struct {
	Publisher int // which of the sink's publishers: 1, 2, ...
	Up        bool
	Peer      string         // what answered: "ActiveMQ-Artemis/2.31.2 at mq1:61613"; empty if nothing did
	Outage    *record.Outage // why it is not up
	NextTry   time.Duration  // until the next try; 0: at once, or the broker is waited for
}

// STOMP is a destination on a broker that speaks STOMP 1.2.
type STOMP struct {
	opts      Options
	addresses []address
	count     atomic.Int64 // publishers made so far
}

type address struct {
	hostPort string
	tls      bool
}

// NewSTOMP checks the options and connects to nothing.
func NewSTOMP(o Options) (*STOMP, error) {
	o.defaults()
	s := &STOMP{opts: o}
	if (o.Queue == "") == (o.Topic == "") {
		return nil, errors.New("a sink needs either a queue or a topic")
	}
	if len(o.URLs) == 0 {
		return nil, fmt.Errorf("connection %s has no address", o.Connection)
	}
	for _, raw := range o.URLs {
		a, err := parseAddress(raw)
		if err != nil {
			return nil, fmt.Errorf("connection %s: %w", o.Connection, err)
		}
		s.addresses = append(s.addresses, a)
	}
	if _, err := o.TLS.Config(""); err != nil {
		return nil, fmt.Errorf("connection %s: %w", o.Connection, err)
	}
	// CONNECT knows no escapes, so these would end the header or the frame.
	if strings.ContainsAny(o.User+o.Password+o.VHost, "\x00\r\n") {
		return nil, fmt.Errorf("connection %s: user, password and vhost cannot hold line breaks or NUL", o.Connection)
	}
	return s, nil
}

func (o *Options) defaults() {
	setDefault(&o.VHost, "/")
	setDefault(&o.Broker, Auto)
	setDefault(&o.Heartbeat, 10*time.Second)
	setDefault(&o.ConnectTimeout, 5*time.Second)
	setDefault(&o.ReceiptTimeout, 2*time.Minute)
	setDefault(&o.BlockedAfter, 30*time.Second)
	setDefault(&o.Class, Text)
	setDefault(&o.BatchMax, 400)
	if o.Notify == nil {
		o.Notify = func(Status) {}
	}
}

func setDefault[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}

func parseAddress(raw string) (address, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return address{}, errors.New("an address is no URL")
	}
	var a address
	port := u.Port()
	switch u.Scheme {
	case "stomp":
		setDefault(&port, "61613")
	case "stomp+tls":
		a.tls = true
		setDefault(&port, "61614")
	default:
		return address{}, fmt.Errorf("address scheme %q is neither stomp nor stomp+tls", u.Scheme)
	}
	if u.Hostname() == "" {
		return address{}, errors.New("an address has no host")
	}
	a.hostPort = net.JoinHostPort(u.Hostname(), port)
	return a, nil
}

// Publisher implements Sink.
func (s *STOMP) Publisher(waiting context.Context) Publisher {
	return newPublisher(waiting, s, int(s.count.Add(1)))
}
