package database

import (
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSilentServerEndsEveryReadAndWrite(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	g := &guarded{Conn: near, limit: time.Millisecond}
	defer g.Close()
	for range 2 { // a deadline is of one call: the next has its own
		_, err := g.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		_, err = g.Write([]byte{1})
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	}
}

func TestEarlierDeadlineFromOutsideIsKept(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	g := &guarded{Conn: near, limit: time.Hour}
	defer g.Close()
	require.NoError(t, g.SetDeadline(time.Now().Add(time.Millisecond)))
	_, err := g.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	_, err = g.Write([]byte{1})
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
}
