// Package real proves the sink on the three brokers, as their own JMS clients see it.
package real

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/clienttls"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sink"
	"github.com/rowrelay/rowrelay/testbed"
)

func TestMain(m *testing.M) { testbed.Main(m) }

// onEach runs a test on each of the three brokers.
func onEach(t *testing.T, test func(t *testing.T, kind testbed.Part)) {
	for _, kind := range testbed.Brokers {
		t.Run(string(kind), func(t *testing.T) { test(t, kind) })
	}
}

// options are those of a user of the broker who writes nothing but what is needed.
func options(b *testbed.Broker, queue string) sink.Options {
	return sink.Options{Connection: "mq", URLs: []string{"stomp://" + b.STOMP}, User: b.User, Password: b.Password, Queue: queue}
}

func publisher(t *testing.T, o sink.Options) sink.Publisher {
	s, err := sink.NewSTOMP(o)
	require.NoError(t, err)
	p := s.Publisher(t.Context())
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	return p
}

func allSent(t *testing.T, results []error) {
	t.Helper()
	for i, err := range results {
		require.NoError(t, err, "message %d", i)
	}
}

// bodies try to break framing, escaping and encoding.
var bodies = []string{
	`<?xml version="1.0" encoding="UTF-8"?><Order><n>1</n></Order>`,
	"<a>Müller &amp; Söhne &#13;\n\ttab 日本語 &#x1F600; " + strings.Repeat("€", 500) + "</a>",
	"<a>RECEIPT\nreceipt-id:1\n\nERROR\\n\\c\\\\ : ^@</a>\n\n\n",
	"\n\n<a/>",
	"",
	"<a>" + strings.Repeat("x", 300_000) + "</a>", // above Artemis's limit of a large message
}

func TestJMSConsumerSeesWhatWasSent(t *testing.T) {
	onEach(t, func(t *testing.T, kind testbed.Part) {
		b := testbed.SharedBroker(t, kind)
		queue := b.Queue(t)
		var batch []sink.Message
		for i, body := range bodies {
			batch = append(batch, sink.Message{ID: fmt.Sprintf("acme-prod.orders_1.%d", i), Body: []byte(body)})
		}
		allSent(t, publisher(t, options(b, queue)).Publish(t.Context(), batch))
		got := testbed.Drain(t, b, queue, len(batch))
		require.Len(t, got, len(batch))
		for i, d := range got {
			require.Equal(t, "TextMessage", d.Class)
			require.Equal(t, testbed.Persistent, d.DeliveryMode)
			require.Equal(t, bodies[i], string(d.Body), "body %d", i)
			require.Equal(t, sum(bodies[i]), d.SHA256)
			require.Equal(t, batch[i].ID, d.CorrelationID)
			require.Equal(t, batch[i].ID, d.Properties["dedupId"])
		}
	})
}

// TestJMSConsumerSeesMappedHeaders: what each broker makes of the headers that a feed maps.
func TestJMSConsumerSeesMappedHeaders(t *testing.T) {
	onEach(t, func(t *testing.T, kind testbed.Part) {
		b := testbed.SharedBroker(t, kind)
		queue := b.Queue(t)
		o := options(b, queue)
		o.Priority, o.TTL = new(7), time.Hour
		value := "a:b\\c Müller\nline \U0001F600"
		if kind == testbed.ActiveMQ { // refused before it is sent: its clients would read two question marks
			refused := publisher(t, o).Publish(t.Context(), []sink.Message{{ID: "x", Body: []byte("<a/>"), Headers: sink.Headers{Type: value}}})
			require.ErrorContains(t, refused[0], "cannot read characters above U+FFFF")
			value = "a:b\\c Müller\nline"
		}
		m := sink.Message{ID: "acme.orders.1", Body: []byte("<a/>"), Headers: sink.Headers{
			CorrelationID: "A-4711", Type: "Order.v2", ReplyTo: "ERP.REPLY", GroupID: "C7",
			Properties: []sink.Property{{Name: "sourceSystem", Value: value}, {Name: "amount", Value: "10.50"}},
		}}
		allSent(t, publisher(t, o).Publish(t.Context(), []sink.Message{m, {ID: "acme.orders.2", Body: []byte("<a/>")}}))
		got := testbed.Drain(t, b, queue, 2)
		require.Len(t, got, 2)
		d := got[0]
		require.Equal(t, "A-4711", d.CorrelationID)
		require.Equal(t, "acme.orders.1", d.Properties["dedupId"])
		require.Equal(t, value, d.Properties["sourceSystem"])
		require.Equal(t, "10.50", d.Properties["amount"])
		require.Equal(t, 7, d.Priority)
		require.Equal(t, "acme.orders.2", got[1].CorrelationID)
		if kind != testbed.RabbitMQ { // whose client reads JMSType from a header that says text or bytes, and no times from AMQP
			require.Equal(t, "Order.v2", d.Type)
			require.Contains(t, d.ReplyTo, "ERP.REPLY")
			require.Equal(t, "C7", d.Properties["JMSXGroupID"])
			require.InDelta(t, time.Now().Add(time.Hour).UnixMilli(), d.Expiration, 60_000)
		}
	})
}

func sum(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

func TestJMSConsumerSeesBytesThatAreNotPersistent(t *testing.T) {
	onEach(t, func(t *testing.T, kind testbed.Part) {
		b := testbed.SharedBroker(t, kind)
		queue := b.Queue(t)
		o := options(b, queue)
		o.Class, o.Transient = sink.Bytes, true
		body := bytes.Repeat([]byte("a\x00\xff\n"), 100)
		allSent(t, publisher(t, o).Publish(t.Context(), []sink.Message{{ID: "x", Body: body}}))
		d := testbed.Drain(t, b, queue, 1)
		require.Len(t, d, 1)
		require.Equal(t, "BytesMessage", d[0].Class)
		require.Equal(t, body, d[0].Body)
		require.NotEqual(t, testbed.Persistent, d[0].DeliveryMode)
	})
}

func TestQueueNameArrivesUnharmed(t *testing.T) {
	onEach(t, func(t *testing.T, kind testbed.Part) {
		b := testbed.SharedBroker(t, kind)
		queue := b.Queue(t) + ` a:b\n é`
		allSent(t, publisher(t, options(b, queue)).Publish(t.Context(), messages(0, 3)))
		require.Len(t, testbed.Drain(t, b, queue, 3), 3)
	})
}

func TestArtemisDropsARepeatedID(t *testing.T) {
	b := testbed.SharedBroker(t, testbed.Artemis)
	queue := b.Queue(t)
	batch := make([]sink.Message, 50)
	for i := range batch {
		batch[i] = sink.Message{ID: fmt.Sprintf("%s.%d", queue, i), Body: []byte("<a/>")}
	}
	allSent(t, publisher(t, options(b, queue)).Publish(t.Context(), batch))
	allSent(t, publisher(t, options(b, queue)).Publish(t.Context(), batch)) // gets its receipts all the same
	require.Len(t, testbed.Drain(t, b, queue, len(batch)), len(batch))
}

func TestTLSNamesWhatIsWrong(t *testing.T) {
	onEach(t, func(t *testing.T, kind testbed.Part) {
		b := testbed.SharedBroker(t, kind)
		_, port, _ := strings.Cut(b.STOMPTLS, ":")
		probe := func(host string, files clienttls.Files) (string, error) {
			o := options(b, b.Queue(t))
			o.URLs, o.TLS = []string{"stomp+tls://" + host + ":" + port}, files
			s, err := sink.NewSTOMP(o)
			require.NoError(t, err)
			return s.Probe(t.Context())
		}
		_, err := probe("localhost", clienttls.Files{CAFile: b.CAFile})
		require.NoError(t, err)
		_, err = probe("127.0.0.1", clienttls.Files{CAFile: b.CAFile, ServerName: "localhost"})
		require.NoError(t, err)

		var outage *record.Outage
		_, err = probe("127.0.0.1", clienttls.Files{CAFile: b.CAFile})
		require.ErrorAs(t, err, &outage)
		require.Equal(t, record.ConnTLS, outage.Code)
		require.ErrorContains(t, err, "certificate is valid for localhost, not 127.0.0.1")
		_, err = probe("127.0.0.1", clienttls.Files{CAFile: b.CAFile, ServerName: "mq1"})
		require.ErrorContains(t, err, "certificate is valid for localhost, not mq1")
		_, err = probe("localhost", clienttls.Files{})
		require.ErrorAs(t, err, &outage)
		require.Equal(t, record.ConnTLS, outage.Code)
		require.ErrorContains(t, err, `signed by "CN=rowrelay test CA"`)
	})
}

func TestWrongPasswordIsAnOutageWithItsName(t *testing.T) {
	onEach(t, func(t *testing.T, kind testbed.Part) {
		b := testbed.SharedBroker(t, kind)
		o := options(b, b.Queue(t))
		o.Password = "not-the-password"
		s, err := sink.NewSTOMP(o)
		require.NoError(t, err)
		_, err = s.Probe(t.Context())
		var outage *record.Outage
		require.ErrorAs(t, err, &outage)
		require.Equal(t, record.ConnAuth, outage.Code, "%v", err)
		require.NotContains(t, err.Error(), o.Password)
	})
}

func TestProbeLeavesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, kind testbed.Part) {
		b := testbed.SharedBroker(t, kind)
		queue := b.Queue(t)
		s, err := sink.NewSTOMP(options(b, queue))
		require.NoError(t, err)
		answer, err := s.Probe(t.Context())
		require.NoError(t, err)
		t.Log(answer)
		require.Contains(t, answer, queue)
		allSent(t, publisher(t, options(b, queue)).Publish(t.Context(), []sink.Message{{ID: "after", Body: []byte("<a/>")}}))
		got := testbed.Drain(t, b, queue, 1)
		require.Len(t, got, 1)
		require.Equal(t, "after", got[0].Properties["dedupId"])
	})
}

// TestRefusedDestinationCostsNoRowAnything: Artemis names no cause, and RabbitMQ no message.
func TestRefusedDestinationCostsNoRowAnything(t *testing.T) {
	for kind, queue := range map[testbed.Part]string{
		testbed.Artemis:  "activemq.management", // asks for a permission that the account lacks
		testbed.RabbitMQ: "/exchange/absent/x",
	} {
		t.Run(string(kind), func(t *testing.T) {
			b := testbed.SharedBroker(t, kind)
			ctx, cancel := context.WithCancel(t.Context())
			o := options(b, queue)
			o.Notify = func(s sink.Status) {
				if s.Outage != nil && s.Outage.Code == record.ConnBlocked {
					cancel()
				}
			}
			for _, err := range publisher(t, o).Publish(ctx, []sink.Message{{ID: "a", Body: []byte("<a/>")}, {ID: "b", Body: []byte("<b/>")}}) {
				require.ErrorIs(t, err, context.Canceled)
			}
		})
	}
}

// TestRabbitMQConfirmsWhatItCannotRoute keeps docs/brokers.md true.
func TestRabbitMQConfirmsWhatItCannotRoute(t *testing.T) {
	b := testbed.SharedBroker(t, testbed.RabbitMQ)
	allSent(t, publisher(t, options(b, "/amq/queue/absent")).Publish(t.Context(), messages(0, 1)))
}

func TestKilledBrokerLosesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, kind testbed.Part) {
		const n, part = 4000, 500
		b := testbed.StartBroker(t, kind)
		queue := b.Queue(t)
		o := options(b.Broker, queue)
		o.URLs = append(o.URLs, "stomp://"+b.STOMP) // one that is away is no reason to give up on the next
		away := 0
		o.Notify = func(s sink.Status) {
			if s.Outage != nil {
				away++
			}
		}
		p := publisher(t, o)
		all := p.Publish(t.Context(), messages(0, part))
		b.WroteDown(t, queue) // as a queue that was there before the first row
		half, done := make(chan struct{}), make(chan []error)
		go func() {
			for i := part; i < n; i += part {
				if i == n/2 {
					close(half)
				}
				all = append(all, p.Publish(t.Context(), messages(i, i+part))...)
			}
			done <- all
		}()
		<-half
		b.Kill(t)
		b.Start(t)
		allSent(t, <-done)
		require.Positive(t, away, "the kill was noticed")
		seen := map[string]int{}
		for _, d := range testbed.Drain(t, b.Broker, queue, n) {
			seen[d.Properties["dedupId"]]++
		}
		require.Len(t, seen, n)
		twice := 0
		for _, copies := range seen {
			twice += copies - 1
		}
		t.Logf("%d messages, %d twice", n, twice)
		require.LessOrEqual(t, twice, 100, "no more than what was under way")
		if kind == testbed.Artemis {
			require.Zero(t, twice)
		}
	})
}

func messages(from, to int) []sink.Message {
	var all []sink.Message
	for i := from; i < to; i++ {
		all = append(all, sink.Message{ID: fmt.Sprintf("acme.orders.%d", i), Body: []byte(strings.Repeat("x", 300))})
	}
	return all
}
