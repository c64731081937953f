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

// refusing is a daemon that knows the columns of orders and judges, and its log.
func refusing(v config.Verdict) (*service, string) {
	var b bytes.Buffer
	log := newLog(&b, "json", new(slog.LevelVar))
	s := &service{path: "rowrelay.yaml", log: log, board: actors.NewBoard(log, record.InstanceState{})}
	s.columns = map[string][]record.Column{"orders": nil}
	for _, name := range []string{"order_seq", "order_no", "customer_id", "status", "amount"} {
		s.columns["orders"] = append(s.columns["orders"], record.Column{Name: name})
	}
	s.judged(v)
	return s, b.String()
}

// loaded is the shop's file after an edit; its database has the same address each time.
func loaded(t *testing.T, edit ...string) *config.File {
	file, found := config.Load(newShop(t, append(edit, "sqlite:DIR/erp.db", "sqlite:erp.db")...), config.Process(), config.Run)
	require.NoError(t, found.Err())
	return file
}

func TestAnEditThatNeedsARestartSaysWhatToDoBefore(t *testing.T) {
	const refused = "needs a restart: feeds.orders.process[0].filter"
	s, log := refusing(config.Verdict{File: loaded(t), Waiting: loaded(t, `status in ["RELEASED", "CHANGED"]`, `status == "RELEASED"`), Refused: refused, Line: 7})
	require.Contains(t, log, `"line":7,"err":"`+refused+` → before a restart: rowrelay check --connect"`)
	require.Equal(t, refused, s.board.State().File.Refused)
	require.Equal(t, "before a restart: rowrelay check --connect", s.board.State().File.Next)
	s, log = refusing(config.Verdict{File: loaded(t), Refused: `rowrelay.yaml:6:5  unknown key "wrokers" in feeds.orders`})
	require.NotContains(t, log, "→")
	require.Empty(t, s.board.State().File.Next)
}

func TestAnEditThatWouldEndARestartIsRefusedWithItsFault(t *testing.T) {
	v := config.Verdict{File: loaded(t), Waiting: loaded(t, `status in [`, "statsu in ["), Refused: "needs a restart: feeds.orders.process[0].filter"}
	s, _ := refusing(v)
	require.Regexp(t, `^needs a restart: feeds\.orders\.process\[0\]\.filter; by the columns that orders was started with: `+
		`\S+rowrelay.yaml:10:17 +unknown name "statsu"`, s.board.State().File.Refused)
	v.Waiting = loaded(t, `status in [`, "statsu in [", "table: orders", "table: lines")
	s, _ = refusing(v)
	require.Equal(t, v.Refused, s.board.State().File.Refused, "the columns of another table are not known")
}
