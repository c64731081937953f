package testbed

import (
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProxyHidesTheAnswerToACommitThatHappened(t *testing.T) {
	database := SharedPostgres(t).Database(t)
	database.Exec(t, `CREATE TABLE marks (seq bigint); CREATE TABLE others (seq bigint)`)
	proxy := NewPostgresProxy(t, database.Server.Addr)
	db := open(t, proxy.URL(t, database.Owner.URL))
	insert := func(table string, seq int) error {
		tx, err := db.Begin()
		require.NoError(t, err)
		_, err = tx.Exec(`INSERT INTO `+table+` VALUES ($1)`, seq)
		require.NoError(t, err)
		return tx.Commit()
	}
	proxy.CutAfterCommit(3, "INSERT INTO marks")
	for seq := range 5 {
		require.NoError(t, insert("others", seq))
		require.Equal(t, seq < 3, insert("marks", seq) != nil)
	}
	proxy.CutAfterCommit(1, "UPDATE marks")
	_, err := db.Exec(`UPDATE marks SET seq = seq + $1`, 10)
	require.Error(t, err)
	require.Equal(t, 4, proxy.Cuts())
	var sum int
	require.NoError(t, db.QueryRow(`SELECT sum(seq) FROM marks`).Scan(&sum))
	require.Equal(t, 60, sum)
}

func TestProxyHidesAReceipt(t *testing.T) {
	b := SharedBroker(t, RabbitMQ)
	proxy := NewProxy(t, b.STOMP)
	c, err := net.Dial("tcp", proxy.Addr)
	require.NoError(t, err)
	s := login(t, b, c)
	proxy.CutBefore(1, func(_, answer string) bool { return strings.Contains(answer, "RECEIPT\n") })
	queue := b.Queue(t)
	_, err = s.Write([]byte("SEND\ndestination:/queue/" + queue + "\npersistent:true\nreceipt:1\n\nx\x00"))
	require.NoError(t, err)
	_, err = s.in.ReadString(0)
	require.ErrorIs(t, err, syscall.ECONNRESET)
	require.Len(t, Drain(t, b, queue, 1), 1)
}

func TestProxyRefusesAndAcceptsAgain(t *testing.T) {
	echo := echoServer(t)
	proxy := NewProxy(t, echo)
	c, err := net.Dial("tcp", proxy.Addr)
	require.NoError(t, err)
	defer c.Close()
	require.Equal(t, "a", exchange(t, c, "a"))
	proxy.Refuse()
	_, err = c.Read(make([]byte, 1))
	require.ErrorIs(t, err, syscall.ECONNRESET)
	require.ErrorIs(t, accepts(proxy.Addr), syscall.ECONNREFUSED)
	proxy.Accept(t)
	again, err := net.Dial("tcp", proxy.Addr)
	require.NoError(t, err)
	defer again.Close()
	require.Equal(t, "b", exchange(t, again, "b"))
}

func TestProxyHoldsBytesBack(t *testing.T) {
	proxy := NewProxy(t, echoServer(t))
	c, err := net.Dial("tcp", proxy.Addr)
	require.NoError(t, err)
	defer c.Close()
	require.Equal(t, "a", exchange(t, c, "a"))
	proxy.Hold(true)
	_, err = c.Write([]byte("b"))
	require.NoError(t, err)
	require.NoError(t, c.SetReadDeadline(time.Now().Add(200*time.Millisecond)))
	_, err = c.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	proxy.Hold(false)
	require.NoError(t, c.SetReadDeadline(time.Time{}))
	got := make([]byte, 1)
	_, err = c.Read(got)
	require.NoError(t, err)
	require.Equal(t, "b", string(got))
}

func echoServer(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = c.(*net.TCPConn).ReadFrom(c); _ = c.Close() }()
		}
	}()
	return l.Addr().String()
}

func exchange(t *testing.T, c net.Conn, text string) string {
	_, writeErr := c.Write([]byte(text))
	b := make([]byte, len(text))
	n, readErr := c.Read(b)
	require.NoError(t, errors.Join(writeErr, readErr))
	return string(b[:n])
}
