package testbed

import (
	"bufio"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// each runs a test on every broker.
func each(t *testing.T, test func(*testing.T, Part)) {
	for _, kind := range Brokers {
		t.Run(string(kind), func(t *testing.T) { test(t, kind) })
	}
}

// stomp is a STOMP connection spoken by hand.
type stomp struct {
	net.Conn
	in   *bufio.Reader
	kind Part
}

func dialSTOMP(t *testing.T, b *Broker) *stomp {
	c, err := net.Dial("tcp", b.STOMP)
	require.NoError(t, err)
	return login(t, b, c)
}

func login(t *testing.T, b *Broker, c net.Conn) *stomp {
	t.Cleanup(func() { _ = c.Close() })
	s := &stomp{c, bufio.NewReader(c), b.Kind}
	_, err := fmt.Fprintf(c, "CONNECT\naccept-version:1.2\nhost:/\nlogin:%s\npasscode:%s\n\n\x00", b.User, b.Password)
	require.NoError(t, err)
	require.Contains(t, s.frame(t), "CONNECTED\n")
	return s
}

func (s *stomp) frame(t *testing.T) string {
	f, err := s.in.ReadString(0)
	require.NoError(t, err)
	return strings.TrimLeft(f, "\n")
}

// batch is how many messages one transaction carries to Classic: those of an open one stay in the queue's memory, and a
// producer that fills it waits for ever.
const batch = 500

// send sends n persistent texts and waits for their receipts: one for each transaction on Classic, which syncs its disk
// for every receipt, and one for each message elsewhere.
func (s *stomp) send(t *testing.T, queue string, n int, body func(int) string, headers string) {
	destination := "/queue/" + queue
	if s.kind == Artemis {
		destination = queue + "\ndestination-type:ANYCAST"
	}
	receipts := n
	if s.kind == ActiveMQ {
		receipts = (n + batch - 1) / batch
	}
	go func() {
		out := bufio.NewWriter(s)
		defer out.Flush() // a lost connection shows where the receipts are read
		for i := range n {
			if s.kind == ActiveMQ && i%batch == 0 {
				fmt.Fprintf(out, "BEGIN\ntransaction:t%d\n\n\x00", i/batch)
			}
			fmt.Fprintf(out, "SEND\ndestination:%s\npersistent:true\nJMSType:TextMessage\ndedupId:id-%d\ncorrelation-id:id-%d\n%s%s\n%s\x00",
				destination, i, i, headers, s.safety(i), body(i))
			if s.kind == ActiveMQ && (i%batch == batch-1 || i == n-1) {
				fmt.Fprintf(out, "COMMIT\ntransaction:t%d\nreceipt:t%d\n\n\x00", i/batch, i/batch)
			}
		}
	}()
	for range receipts {
		require.Contains(t, s.frame(t), "RECEIPT\n")
	}
}

func (s *stomp) safety(i int) string {
	if s.kind == ActiveMQ {
		return fmt.Sprintf("transaction:t%d\n", i/batch)
	}
	return fmt.Sprintf("receipt:r%d\n", i)
}

func TestConsumerSeesTheMessageAsItWasSent(t *testing.T) {
	each(t, func(t *testing.T, kind Part) {
		b := SharedBroker(t, kind)
		queue := b.Queue(t)
		body := `<r><name>Grüße "日本" &#13; &#x1F680; '; DROP TABLE x; --</name></r>`
		dialSTOMP(t, b).send(t, queue, 1, func(int) string { return body }, "feed:or\\cders\n")
		got := Drain(t, b, queue, 1)
		require.Len(t, got, 1)
		m := got[0]
		require.Equal(t, "TextMessage", m.Class)
		require.Equal(t, Persistent, m.DeliveryMode)
		require.Equal(t, "id-0", m.CorrelationID)
		require.Equal(t, "id-0", m.Properties["dedupId"])
		require.Equal(t, "or:ders", m.Properties["feed"])
		require.Equal(t, body, string(m.Body))
		sum := sha256.Sum256([]byte(body))
		require.Equal(t, hex.EncodeToString(sum[:]), m.SHA256)
		require.False(t, m.Redelivered)
	})
}

func TestConsumeLeavesTheRestInTheQueue(t *testing.T) {
	each(t, func(t *testing.T, kind Part) {
		b := SharedBroker(t, kind)
		queue := b.Queue(t)
		dialSTOMP(t, b).send(t, queue, 1700, func(i int) string { return fmt.Sprint(i) }, "")
		bodies := map[string]int{}
		for _, m := range append(Consume(t, b, queue, 701), Drain(t, b, queue, 999)...) {
			bodies[string(m.Body)]++
		}
		require.Len(t, bodies, 1700)
	})
}

func TestBrokerKeepsReceiptedMessagesAcrossAKill(t *testing.T) {
	each(t, func(t *testing.T, kind Part) {
		b := StartBroker(t, kind)
		queue := b.Queue(t)
		dialSTOMP(t, b.Broker).send(t, queue, 200, func(i int) string { return fmt.Sprint(i) }, "")
		b.WroteDown(t, queue)
		b.Kill(t)
		require.Error(t, accepts(b.STOMP))
		b.Start(t)
		require.Len(t, Drain(t, b.Broker, queue, 200), 200)
	})
}

// TestRabbitMQForgetsAQueueThatItHasNotCommitted keeps docs/brokers.md true, and shows that WroteDown looks at the right thing: the files
// that a kill leaves tell whether the queue comes back.
func TestRabbitMQForgetsAQueueThatItHasNotCommitted(t *testing.T) {
	b := StartBroker(t, RabbitMQ)
	queue := confirmedTooEarly(t, b)
	b.Kill(t)
	bodies := []string{"after"}
	if b.keeps(queue) { // none was early, or its commit came in time for the kill
		bodies = []string{"before", "after"}
	}
	b.Start(t)
	sendOne(t, dialSTOMP(t, b.Broker), queue, "after") // declares it again
	var got []string
	for _, m := range Drain(t, b.Broker, queue, len(bodies)) {
		got = append(got, string(m.Body))
	}
	require.Equal(t, bodies, got)
	t.Logf("after the kill the queue holds %q", got)
}

// confirmedTooEarly makes queues until RabbitMQ confirms a message in one that it would not keep: up to every tenth on a busy broker.
func confirmedTooEarly(t *testing.T, b *BrokerProcess) (queue string) {
	s, busy := dialSTOMP(t, b.Broker), dialSTOMP(t, b.Broker)
	go func() {
		var err error
		for err == nil { // until the kill
			_, err = busy.Write([]byte("SEND\ndestination:/queue/busy\n\nx\x00"))
		}
	}()
	for range 300 { // far from the thousand entries at which the log is copied
		queue = b.Queue(t)
		sendOne(t, s, queue, "before")
		if !b.keeps(queue) {
			break
		}
	}
	return queue
}

func sendOne(t *testing.T, s *stomp, queue, body string) {
	s.send(t, queue, 1, func(int) string { return body }, "")
}

func TestBrokerCertificateIsForLocalhostAlone(t *testing.T) {
	each(t, func(t *testing.T, kind Part) {
		b := SharedBroker(t, kind)
		pem, err := os.ReadFile(b.CAFile)
		require.NoError(t, err)
		ca := x509.NewCertPool()
		require.True(t, ca.AppendCertsFromPEM(pem))
		c, err := tls.Dial("tcp", b.STOMPTLS, &tls.Config{RootCAs: ca})
		require.NoError(t, err)
		login(t, b, c)
		_, err = tls.Dial("tcp", b.STOMPTLS, &tls.Config{RootCAs: ca, ServerName: "127.0.0.1"})
		require.ErrorContains(t, err, "certificate")
		_, err = tls.Dial("tcp", b.STOMPTLS, nil)
		require.ErrorContains(t, err, "unknown authority")
	})
}
