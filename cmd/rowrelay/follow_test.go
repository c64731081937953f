package main

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/actors"
	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/record"
)

// refusing is a daemon that judges, and its log.
func refusing(v config.Verdict) (*service, string) {
	var b bytes.Buffer
	log := newLog(&b, "json", new(slog.LevelVar))
	s := &service{path: "rowrelay.yaml", log: log, board: actors.NewBoard(log, record.InstanceState{})}
	v.File = fileOf("orders")
	s.judged(v)
	return s, b.String()
}

func TestAnEditThatNeedsARestartSaysWhatToDoBefore(t *testing.T) {
	s, log := refusing(config.Verdict{Refused: "needs a restart: feeds.orders.process[0].filter", Restart: true, Line: 7})
	require.Contains(t, log, `"line":7,"err":"needs a restart: feeds.orders.process[0].filter → before a restart: rowrelay check --connect"`)
	require.Equal(t, "before a restart: rowrelay check --connect", s.board.State().File.Next)
	s, log = refusing(config.Verdict{Refused: `rowrelay.yaml:6:5  unknown key "wrokers" in feeds.orders`})
	require.NotContains(t, log, "→")
	require.Empty(t, s.board.State().File.Next)
}
