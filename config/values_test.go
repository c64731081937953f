package config

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"500ms": 500 * time.Millisecond, "10s": 10 * time.Second, "5m": 5 * time.Minute, "2h": 2 * time.Hour,
		"30d": 30 * day, "1d12h": 36 * time.Hour, "1h30m": 90 * time.Minute, "1.5s": 1500 * time.Millisecond, "0s": 0,
	} {
		var d Duration
		require.NoError(t, d.UnmarshalText([]byte(text)), text)
		require.Equal(t, want, time.Duration(d), text)
	}
	for _, text := range []string{"", "5", "5.5", "-5s", "5 s", "d", "5x", "99999999999999d", "292y", "9999999h", "-1d"} {
		require.Error(t, new(Duration).UnmarshalText([]byte(text)), text)
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]Size{"1MiB": 1 << 20, "16MiB": 16 << 20, "64KiB": 64 << 10, "512B": 512, "2GiB": 2 << 30, "0B": 0} {
		var s Size
		require.NoError(t, s.UnmarshalText([]byte(text)), text)
		require.Equal(t, want, s, text)
		require.Equal(t, text, s.String())
	}
	for _, text := range []string{"", "5", "1MB", "1.5MiB", "-1B", "MiB", "99999999999GiB"} {
		require.Error(t, new(Size).UnmarshalText([]byte(text)), text)
	}
}

func TestPrintedValuesReadBackTheSame(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		d := Duration(rapid.Int64Range(0, int64(36500*day)).Draw(r, "duration"))
		var d2 Duration
		require.NoError(r, d2.UnmarshalText([]byte(d.String())))
		require.Equal(r, d, d2)
		s := Size(rapid.Int64Range(0, 1<<50).Draw(r, "size"))
		var s2 Size
		require.NoError(r, s2.UnmarshalText([]byte(s.String())))
		require.Equal(r, s, s2)
	})
}

func TestStarts(t *testing.T) {
	for text, want := range map[string]Start{"first": {Mode: "first"}, "now": {Mode: "now"}, "0": {Mode: "number"}, "-7": {Mode: "number", At: -7}, "9223372036854775807": {Mode: "number", At: 1<<63 - 1}} {
		var s Start
		require.NoError(t, s.UnmarshalText([]byte(text)))
		require.Equal(t, want, s)
		require.Equal(t, text, s.String())
	}
	for _, text := range []string{"", "First", "1.5", "9223372036854775808", "0x10"} {
		require.Error(t, new(Start).UnmarshalText([]byte(text)), text)
	}
}

func TestFeedWinsOverDefaultsWinOverBuiltIn(t *testing.T) {
	f := parsed(t, strings.NewReplacer(
		"{ workers: 4 }", "{ workers: 7, max_in_flight: 70, retry: { max_attempts: 7, factor: 7 }, sink: { connection: mq, batch: { max: 7 } } }",
		"  orders:\n", "  orders:\n    workers: 9\n    retry: { factor: 9 }\n",
		"sink: { connection: mq,", "sink: {",
	).Replace(compared))
	orders := f.Feeds["orders"]
	require.Equal(t, 9, orders.Workers)
	require.Equal(t, 70, orders.MaxInFlight)
	require.Equal(t, Retry{MaxAttempts: 7, Initial: Duration(time.Second), Max: Duration(5 * time.Minute), Factor: 9, Jitter: 0.2}, orders.Retry)
	require.Equal(t, Batch{Max: 7}, orders.Sink.Batch)
	require.Equal(t, "mq", orders.Sink.Connection)
	require.Equal(t, 1000, orders.Source.Bunch)
}

func TestAnchorsAndMergesAreUnderstood(t *testing.T) {
	f := parsed(t, compared+`  more:
    source: &source { connection: erp, table: more, sequence: seq, start: now }
    message: { root: &root Order }
    sink: { connection: mq, queue: MORE }
  most:
    source: { <<: *source, table: most }
    message: { root: *root }
    sink: { connection: mq, queue: MOST }
`)
	require.Equal(t, "most", f.Feeds["most"].Source.Table)
	require.Equal(t, "seq", f.Feeds["most"].Source.Sequence)
	require.Equal(t, "Order", f.Feeds["most"].Message.Root)
	require.Equal(t, []string{"more", "most", "orders"}, f.FeedNames())
}

func TestPositionNamesTheLineOfAKey(t *testing.T) {
	f := parsed(t, compared)
	for path, want := range map[string][2]int{
		"feeds.orders.sink.queue":    {9, 36},
		"feeds.orders.workers":       {4, 22}, // where defaults give it
		"feeds.orders.sink.batch":    {9, 5},  // not written: its section
		"feeds.orders.retry.max":     {6, 3},
		"connections.mq.tls.ca_file": {3, 3},
		"shutdown_grace":             {0, 0},
	} {
		line, column := f.Position(path)
		require.Equal(t, want, [2]int{line, column}, path)
	}
	c := f.Complain("connections.mq.password", 0, 0, "CONN_AUTH refused", "")
	require.Equal(t, "rowrelay.yaml:3:57  CONN_AUTH refused", c.String())
	require.Equal(t, "> 3 |   mq: { url: \"stomp://mq:61613\", user: relay, password: ***\n      "+strings.Repeat(" ", 56)+"^", c.Snippet)
}
