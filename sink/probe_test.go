package sink_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sink"
	"github.com/rowrelay/rowrelay/stompbroker"
)

func prober(t *testing.T, b *stompbroker.Broker, o sink.Options) *sink.STOMP {
	o.Connection, o.Queue, o.URLs = "mq", "Q", []string{"stomp://" + b.Addr()}
	s, err := sink.NewSTOMP(o)
	require.NoError(t, err)
	return s
}

func TestProbeLeavesNoMessage(t *testing.T) {
	for server, want := range map[string]string{
		"ActiveMQ/5.18.3":         "to /queue/Q: a message was taken and rolled back",
		"ActiveMQ-Artemis/2.31.2": "to Q (ANYCAST): a message was taken and rolled back; with auto-create-queues, Artemis's default, nothing is to do, else create the queue Q ",
		"RabbitMQ/3.13.7":         "to /queue/Q: login proven; the destination is only checked",
	} {
		b, err := stompbroker.New(stompbroker.Options{Server: server})
		require.NoError(t, err)
		answer, err := prober(t, b, sink.Options{}).Probe(t.Context())
		require.NoError(t, err)
		require.Contains(t, answer, server+" at "+b.Addr()+", "+want)
		require.Zero(t, b.Total())
		b.Close()
	}
}

func TestProbeOfAnArtemisTopicAsksForASubscription(t *testing.T) {
	b, err := stompbroker.New(stompbroker.Options{Server: "ActiveMQ-Artemis/2.31.2"})
	require.NoError(t, err)
	t.Cleanup(b.Close)
	s, err := sink.NewSTOMP(sink.Options{Connection: "mq", Topic: "T", URLs: []string{"stomp://" + b.Addr()}})
	require.NoError(t, err)
	answer, err := s.Probe(t.Context())
	require.NoError(t, err)
	require.Contains(t, answer, "to T (MULTICAST): a message was taken and rolled back; let the receiver's durable subscription exist")
}

func TestProbeTellsAnOutageFromADestinationThatIsRefused(t *testing.T) {
	b, err := stompbroker.New(stompbroker.Options{})
	require.NoError(t, err)
	t.Cleanup(b.Close)
	s := prober(t, b, sink.Options{ConnectTimeout: 100 * time.Millisecond})
	var outage *record.Outage

	b.Reject(func(stompbroker.Message) bool { return true })
	b.RejectText("User relay is not authorized to write to: queue://Q")
	_, err = s.Probe(t.Context())
	require.ErrorContains(t, err, "not authorized")
	require.NotErrorAs(t, err, &outage)

	b.Reject(nil)
	b.Block(true)
	_, err = s.Probe(t.Context()) // a transaction's messages are taken while the broker is blocked
	require.NoError(t, err)

	b.Down()
	_, err = s.Probe(t.Context())
	require.ErrorAs(t, err, &outage)
	require.Equal(t, record.ConnRefused, outage.Code)
}
