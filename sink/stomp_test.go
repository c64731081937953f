package sink_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sink"
	"github.com/rowrelay/rowrelay/stompbroker"
)

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
		p := s.Publisher(t.Context())
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

func TestOnlyTransactionsOfActiveMQAndReceiptsElsewhere(t *testing.T) {
	onEveryMake(t, func(t *testing.T, w *world) {
		allSent(t, w.Publish(t.Context(), batch(250)))
		inside := map[string]int{}
		for _, m := range w.Messages(w.destination) {
			inside[m.Header("transaction")]++
			require.Equal(t, m.Header("transaction") == "", m.Header("receipt") != "", "a receipt outside transactions, none inside")
		}
		if w.destination == "/queue/Q" && inside[""] == 0 {
			require.Equal(t, map[string]int{"1": underWay, "2": underWay, "3": 250 - 2*underWay}, inside)
		} else {
			require.Equal(t, map[string]int{"": 250}, inside)
		}
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
