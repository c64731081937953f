package actors

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestARateIsOfTheLastMinute(t *testing.T) {
	began := time.Unix(1_790_000_000, 0)
	after := func(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }
	var r rate
	require.Zero(t, r.sum(after(0)))
	for second := range 90 { // two a second
		r.add(after(second))
		r.add(after(second).Add(time.Millisecond))
		require.Equal(t, 2*min(second+1, 60), r.sum(after(second)))
	}
	require.Equal(t, 60, r.sum(after(119)), "half a minute after the last one")
	require.Equal(t, 2, r.sum(after(148)))
	require.Zero(t, r.sum(after(149)), "a minute after the last one nothing is left")
	r.add(after(1000))
	require.Equal(t, 1, r.sum(after(1000)))
}

func TestARateOutlivesAClockThatIsPutBack(t *testing.T) {
	var r rate
	r.add(time.Unix(1_790_000_100, 0))
	r.add(time.Unix(1_790_000_000, 0))
	require.Equal(t, 2, r.sum(time.Unix(1_790_000_100, 0)))
	require.Zero(t, r.sum(time.Unix(1_790_000_160, 0)))
}
