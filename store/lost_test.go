package store

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

// cutter stands between a store and its server. Armed, it lets the next COMMIT through, waits for the server's
// answer, and cuts the connection instead of passing it on.
type cutter struct {
	server string
	armed  atomic.Bool
}

// through leads the world's store through a cutter.
func (w world) through(t *testing.T) (world, *cutter) {
	u, err := url.Parse(w.Connection.URL)
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	c := &cutter{server: u.Host}
	go c.serve(l)
	u.Host = l.Addr().String()
	w.Connection.URL = u.String()
	return w, c
}

func (c *cutter) serve(l net.Listener) {
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", c.server)
		if err != nil {
			client.Close()
			return
		}
		cut := &atomic.Bool{}
		go c.requests(server, client, cut)
		go c.answers(client, server, cut)
	}
}

func (c *cutter) requests(server, client net.Conn, cut *atomic.Bool) {
	defer server.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := client.Read(buf)
		if bytes.Contains(buf[:n], []byte("COMMIT\x00")) && c.armed.CompareAndSwap(true, false) {
			cut.Store(true)
		}
		if _, werr := server.Write(buf[:n]); err != nil || werr != nil {
			return
		}
	}
}

func (c *cutter) answers(client, server net.Conn, cut *atomic.Bool) {
	defer client.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		if err != nil || cut.Load() {
			server.Close()
			return
		}
		if _, err := io.Copy(client, bytes.NewReader(buf[:n])); err != nil {
			return
		}
	}
}

// requireLost: the answer is lost, and the store says that it does not know.
func requireLost(t *testing.T, err error) {
	t.Helper()
	var outage *record.Outage
	require.ErrorAs(t, err, &outage)
	require.Equal(t, record.ConnLost, outage.Code)
}

func TestLostAnswersLoseNoRowAndDoubleNone(t *testing.T) {
	w, cut := newPostgresWorld(t).through(t)
	one := newCarrier(t, w.open(t), "one")
	for i := range int64(10) {
		seq := i + 1
		cut.armed.Store(true)
		_, inserted, err := one.Dump(t.Context(), Dump{
			Feed: feed, Instance: one.id, Seen: Position{LastRead: i, Version: i}, LastRead: seq, Records: bunch(seq),
		})
		requireLost(t, err)
		require.Empty(t, inserted)
		p, err := one.Position(t.Context(), feed)
		require.NoError(t, err)
		require.Equal(t, seq, p.LastRead)

		cut.armed.Store(true)
		records, err := one.Claim(t.Context(), feed, one.id, 10, nil)
		requireLost(t, err)
		require.Empty(t, records)
		records = one.claim(10)
		require.Equal(t, []int64{seq}, seqs(records))
		require.Equal(t, 3, records[0].ClaimNo)

		cut.armed.Store(true)
		hit, err := one.Mark(t.Context(), feed, one.id, []Mark{fails(seq, 3)})
		requireLost(t, err)
		require.Empty(t, hit)
		require.Empty(t, one.mark(fails(seq, 3)), "repeated")
		require.Equal(t, 1, one.row(seq).Attempts)

		cut.armed.Store(true)
		_, _, err = one.Retry(t.Context(), Filter{Feed: feed}, 0, 0, Audit{})
		requireLost(t, err)
		require.Zero(t, one.retry(Filter{Feed: feed}))
		require.Equal(t, []int64{seq}, seqs(one.claim(10)))
		require.Empty(t, one.mark(sent(seq, 3)), "from before the retry")
		require.Equal(t, []int64{seq}, one.mark(sent(seq, 4)))
	}
	require.False(t, cut.armed.Load())
}

func TestStoreThatRestartsIsAnOutageAndThenGoesOn(t *testing.T) {
	w, cut := newPostgresWorld(t).through(t)
	one := newCarrier(t, w.open(t), "one")
	cut.armed.Store(true)
	requireLost(t, one.Retire(t.Context(), one.id))
	require.NoError(t, one.Retire(t.Context(), one.id))
	require.ErrorIs(t, one.Heartbeat(t.Context(), one.id, []byte(`{}`)), ErrFenced)
}
