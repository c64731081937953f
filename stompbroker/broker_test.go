package stompbroker_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-stomp/stomp/v3/frame"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/rowrelay/rowrelay/stompbroker"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const queue = "/queue/Q"

// client speaks bare frames, so that the broker is tested and no client of ours.
type client struct {
	t    *testing.T
	conn net.Conn
	in   *frame.Reader
	out  *frame.Writer
}

func start(t *testing.T, o stompbroker.Options) *stompbroker.Broker {
	b, err := stompbroker.New(o)
	require.NoError(t, err)
	t.Cleanup(b.Close)
	return b
}

func dial(t *testing.T, b *stompbroker.Broker, headers ...string) *client {
	conn, err := net.Dial("tcp", b.Addr())
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	c := &client{t, conn, frame.NewReader(conn), frame.NewWriter(conn)}
	c.send(frame.CONNECT, "", append([]string{"accept-version", "1.2"}, headers...)...)
	return c
}

func (c *client) send(command, body string, headers ...string) {
	f := frame.New(command, headers...)
	f.Body = []byte(body)
	require.NoError(c.t, c.out.Write(f))
}

func (c *client) next() *frame.Frame {
	f, err := c.in.Read()
	require.NoError(c.t, err)
	return f
}

func (c *client) wants(command, header, value string) {
	c.t.Helper()
	f := c.next()
	require.NotNil(c.t, f)
	require.Equal(c.t, command, f.Command)
	require.Equal(c.t, value, f.Header.Get(header))
}

func (c *client) wantsEnd() {
	c.t.Helper()
	_, err := c.in.Read()
	require.ErrorIs(c.t, err, io.EOF)
}

func TestReceiptComesAfterTheMessageIsStored(t *testing.T) {
	b := start(t, stompbroker.Options{})
	c := dial(t, b)
	c.wants(frame.CONNECTED, frame.Server, "ActiveMQ/5.18.0")
	c.send(frame.SEND, "<a/>", "destination", queue, "receipt", "1", "dedupId", "x")
	c.wants(frame.RECEIPT, frame.ReceiptId, "1")
	got := b.Messages(queue)
	require.Len(t, got, 1)
	require.Equal(t, "<a/>", string(got[0].Body))
	require.Equal(t, "x", got[0].Header("dedupId"))
	require.EqualValues(t, 1, b.Count(queue))
}

func TestTransactionIsAllOrNothing(t *testing.T) {
	b := start(t, stompbroker.Options{})
	c := dial(t, b)
	c.next()
	for _, end := range []string{frame.ABORT, frame.COMMIT} {
		c.send(frame.BEGIN, "", "transaction", "t")
		c.send(frame.SEND, end, "destination", queue, "transaction", "t", "receipt", "s")
		c.wants(frame.RECEIPT, frame.ReceiptId, "s")
		require.EqualValues(t, 0, b.Total())
		c.send(end, "", "transaction", "t", "receipt", "e")
		c.wants(frame.RECEIPT, frame.ReceiptId, "e")
	}
	require.Len(t, b.Messages(queue), 1)
	require.Equal(t, frame.COMMIT, string(b.Messages(queue)[0].Body))
}

func TestRejectedMessageIsNamedOutsideTransactionsOnly(t *testing.T) {
	b := start(t, stompbroker.Options{})
	b.Reject(func(m stompbroker.Message) bool { return string(m.Body) == "bad" })
	c := dial(t, b)
	c.next()
	c.send(frame.SEND, "bad", "destination", queue, "receipt", "1")
	c.wants(frame.ERROR, frame.ReceiptId, "1")
	c.send(frame.BEGIN, "", "transaction", "t")
	c.send(frame.SEND, "bad", "destination", queue, "transaction", "t")
	c.wants(frame.ERROR, frame.ReceiptId, "")
	c.send(frame.COMMIT, "", "transaction", "t", "receipt", "2")
	c.wants(frame.ERROR, frame.ReceiptId, "2")
	require.Zero(t, b.Total())
}

func TestArtemisClosesAfterAnError(t *testing.T) {
	b := start(t, stompbroker.Options{Server: "ActiveMQ-Artemis/2.31.2"})
	b.Reject(func(stompbroker.Message) bool { return true })
	c := dial(t, b)
	c.next()
	c.send(frame.SEND, "", "destination", queue, "receipt", "1")
	c.wants(frame.ERROR, frame.ReceiptId, "1")
	c.wantsEnd()
}

func TestBlockedBrokerBeatsButConfirmsLater(t *testing.T) {
	b := start(t, stompbroker.Options{Heartbeat: 5 * time.Millisecond})
	b.Block(true)
	c := dial(t, b, "heart-beat", "0,5")
	c.next()
	c.send(frame.SEND, "", "destination", queue, "receipt", "1")
	for range 5 {
		require.Nil(t, c.next(), "a beat")
	}
	require.Zero(t, b.Total())
	b.Block(false)
	f := c.next()
	for f == nil {
		f = c.next()
	}
	require.Equal(t, frame.RECEIPT, f.Command)
}

func TestLostReceiptLeavesTheMessageStored(t *testing.T) {
	b := start(t, stompbroker.Options{})
	b.LoseReceipts(1)
	c := dial(t, b)
	c.next()
	c.send(frame.SEND, "", "destination", queue, "receipt", "1")
	c.wantsEnd()
	require.EqualValues(t, 1, b.Count(queue))
}

func TestKilledConnectionStoresNothing(t *testing.T) {
	b := start(t, stompbroker.Options{})
	b.KillOn(func(m stompbroker.Message) bool { return string(m.Body) == "bad" })
	c := dial(t, b)
	c.next()
	c.send(frame.SEND, "bad", "destination", queue, "receipt", "1")
	c.wantsEnd()
	require.Zero(t, b.Total())
}

func TestDownRefusesAndUpKeepsAddressAndMessages(t *testing.T) {
	b := start(t, stompbroker.Options{})
	c := dial(t, b)
	c.next()
	c.send(frame.SEND, "", "destination", queue, "receipt", "1")
	c.wants(frame.RECEIPT, frame.ReceiptId, "1")
	b.Down()
	c.wantsEnd()
	_, err := net.Dial("tcp", b.Addr())
	require.Error(t, err)
	require.NoError(t, b.Up())
	dial(t, b).wants(frame.CONNECTED, frame.Version, "1.2")
	require.EqualValues(t, 1, b.Total())
	require.Equal(t, 2, b.Connections())
}

func TestWrongPasswordIsRefused(t *testing.T) {
	b := start(t, stompbroker.Options{User: "u", Password: "p"})
	c := dial(t, b, "login", "u", "passcode", "q")
	c.wants(frame.ERROR, frame.Message, "User name or password is invalid.")
	c.wantsEnd()
	dial(t, b, "login", "u", "passcode", "p").wants(frame.CONNECTED, frame.Version, "1.2")
}

func TestDisconnectIsConfirmed(t *testing.T) {
	c := dial(t, start(t, stompbroker.Options{}))
	c.next()
	c.send(frame.DISCONNECT, "", "receipt", "bye")
	c.wants(frame.RECEIPT, frame.ReceiptId, "bye")
	c.wantsEnd()
}

func TestConsumerGetsEveryMessageAcrossACut(t *testing.T) {
	const n = 500
	b := start(t, stompbroker.Options{})
	seen := map[string]bool{}
	ctx, cancel := context.WithCancel(context.Background())
	var cut atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			_ = stompbroker.Consume(ctx, b.Addr(), queue, func(m stompbroker.Message) {
				seen[string(m.Body)] = true
				if len(seen) == n/2 && cut.CompareAndSwap(false, true) {
					b.Cut()
				}
				if len(seen) == n {
					cancel()
				}
			})
		}
	}()
	for i := 0; i < n; {
		i += fill(b.Addr(), i, n)
	}
	<-done
	require.Len(t, seen, n)
	require.True(t, cut.Load())
}

// fill sends messages from..n and tells how many were confirmed.
func fill(addr string, from, n int) int {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return 0
	}
	defer conn.Close()
	in, out := frame.NewReader(conn), frame.NewWriter(conn)
	_ = out.Write(frame.New(frame.CONNECT))
	if _, err := in.Read(); err != nil {
		return 0
	}
	for i := from; i < n; i++ {
		f := frame.New(frame.SEND, "destination", queue, "receipt", "r")
		f.Body = fmt.Append(nil, i)
		if out.Write(f) != nil {
			return i - from
		}
		if _, err := in.Read(); err != nil {
			return i - from
		}
	}
	return n - from
}

func TestCountOnlyKeepsNothing(t *testing.T) {
	b := start(t, stompbroker.Options{CountOnly: true})
	require.Equal(t, 10, fill(b.Addr(), 0, 10))
	require.Empty(t, b.Messages(queue))
	require.EqualValues(t, 10, b.Count(queue))
}
