package bench

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMedian(t *testing.T) {
	require.Zero(t, Median(nil))
	require.Equal(t, 2.0, Median([]float64{3, 1, 2}))
	require.Equal(t, 2.5, Median([]float64{4, 1, 3, 2}))
}

func TestPercentileIsTheNearestRank(t *testing.T) {
	require.Zero(t, Percentile(nil, 50))
	var all []time.Duration
	for i := range 100 {
		all = append(all, time.Duration(100-i))
	}
	for p, want := range map[float64]time.Duration{50: 50, 99: 99, 99.5: 100, 100: 100, 1: 1, 0.1: 1} {
		require.Equal(t, want, Percentile(all, p), p)
	}
	require.Equal(t, time.Duration(2), Percentile([]time.Duration{3, 1, 2}, 50))
}

func TestMetersSeeThisProcess(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells the processor time of another process")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	require.Equal(t, os.Getpid(), Listener(l.Addr().String()))
	require.Zero(t, Listener("192.0.2.1:80"), "another machine's")
	before, _ := Alone(os.Getpid())
	fine, ok := OnCPU(os.Getpid())
	require.True(t, ok)
	_, ok = OnCPU(1 << 30)
	require.False(t, ok, "there is no such process")
	_, idle := Machine()
	for now := time.Now(); time.Since(now) < 200*time.Millisecond; {
		_ = fmt.Sprint(now)
	}
	after, _ := Alone(os.Getpid())
	require.Greater(t, after, before, "it has worked")
	finer, _ := OnCPU(os.Getpid())
	require.Greater(t, finer, fine)
	used, ok := CPU(os.Getpid())
	require.True(t, ok)
	require.GreaterOrEqual(t, used, after)
	all, later := Machine()
	require.Greater(t, all, later)
	require.GreaterOrEqual(t, later, idle)
	now, peak := Memory(os.Getpid())
	require.Positive(t, now)
	require.GreaterOrEqual(t, peak, now)
}

func TestReceiptsConfirmWhatAsksForIt(t *testing.T) {
	r, err := NewReceipts()
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()) }()
	link, err := net.Dial("tcp", r.Addr())
	require.NoError(t, err)
	defer link.Close()
	long := strings.Repeat("x", 300<<10) // more than its buffer
	_, err = fmt.Fprintf(link, "CONNECT\naccept-version:1.2\n\n\x00\nSEND\ndestination:/queue/a\n\nreceipt:9\n\x00SEND\ndestination:/queue/a\nreceipt:1\n\n%s\x00COMMIT\ntransaction:1\nreceipt:2\n\n\x00", long)
	require.NoError(t, err)
	require.NoError(t, link.SetReadDeadline(time.Now().Add(10*time.Second)))
	in := bufio.NewReader(link)
	for _, want := range []string{"CONNECTED\n", "RECEIPT\nreceipt-id:1\n", "RECEIPT\nreceipt-id:2\n"} {
		frame, err := in.ReadString(0)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(frame, want), frame)
	}
	require.EqualValues(t, 2, r.Sends())
}
