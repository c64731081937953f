package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/record"
)

func TestSpansShowWhatMatters(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0.0s": -time.Second, "0.4s": 400 * time.Millisecond, "9.9s": 9949 * time.Millisecond, "10s": 9999*time.Millisecond + time.Millisecond,
		"59s": 59900 * time.Millisecond, "6m02s": 362 * time.Second, "5h03m": 303 * time.Minute, "3d4h": 76 * time.Hour,
	} {
		require.Equal(t, want, span(d), d)
	}
}

func TestThousands(t *testing.T) {
	for want, n := range map[string]int64{"0": 0, "999": 999, "1,000": 1000, "12,000": 12000, "-123,456": -123456, "1,234,567": 1234567} {
		require.Equal(t, want, thousands(n))
	}
}

func TestNothingOfARowReachesTheTerminalAsACommand(t *testing.T) {
	require.Equal(t, `a\u001B[2J b c\u202Ed é`, printable("a\x1b[2J\nb\tc\u202ed é"))
}

func TestAQuotedCommandIsReadTheSameWayByAShell(t *testing.T) {
	require.Equal(t, `rowrelay retry orders --reason 'C9'\''s row, $HOME' ''`, typed([]string{"retry", "orders", "--reason", "C9's row, $HOME", ""}))
}

func TestALineGoesOnAfterASentenceWithoutItsFullStop(t *testing.T) {
	for said, want := range map[string]string{"it is invalid.": "it is invalid", "refused": "refused", "more...": "more...", "at mq1.": "at mq1", "": "", "cut…": "cut…"} {
		require.Equal(t, want, clause(said))
	}
	away := record.ConnectionState{Code: record.ConnAuth, Text: "User name [relay] or password is invalid."}
	require.ErrorContains(t, stayedAway("mq", away), "password is invalid; waited 1m0s")
	short := outcomeShort(nil, config.Expect{Outcome: "SENT"}, performed{failure: record.Fail(record.SendRejected, "the queue is full.")})
	require.Contains(t, short.text, "the queue is full, want SENT")
}

func TestClockNamesTheDayUnlessItIsToday(t *testing.T) {
	require.Equal(t, "10:44:59", clock(now, before(time.Second)))
	require.Equal(t, "2026-08-31 10:45:00", clock(now, before(24*time.Hour)))
}
