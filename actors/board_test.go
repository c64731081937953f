package actors

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

func TestAConnectionIsUpWhenNobodySaysOtherwise(t *testing.T) {
	var log bytes.Buffer
	b := NewBoard(slog.New(slog.NewTextHandler(&log, nil)), record.InstanceState{})
	for _, name := range []string{"orders", "invoices"} {
		b.gauge(&Feed{Name: name, SourceName: "erp", SinkName: "mq", StoreName: "store"})
	}
	away := &record.Outage{Code: record.ConnAuth, Connection: "mq", Err: errors.New("no access to that queue")}
	for range 5 {
		b.Down("orders/publisher-1", away, 0)
		b.Up("invoices/publisher-1", "mq", "")
	}
	s := b.State()
	require.False(t, s.Connections["mq"].Up)
	require.Equal(t, record.Waiting, s.Feeds["orders"].State)
	require.Equal(t, record.Running, s.Feeds["invoices"].State, "the other feed can use the connection")
	b.Up("orders/publisher-1", "mq", "")
	require.True(t, b.State().Connections["mq"].Up)
	require.Equal(t, 1, strings.Count(log.String(), "connection lost"), log.String())
	require.Equal(t, 1, strings.Count(log.String(), "connection restored"), log.String())
}

func TestRebuiltRoomsLeaveNoTroubleBehind(t *testing.T) {
	b := NewBoard(slog.New(slog.DiscardHandler), record.InstanceState{})
	b.gauge(&Feed{Name: "orders", SinkName: "mq"})
	b.Down("orders/publisher-1", &record.Outage{Code: record.ConnLost, Connection: "mq", Err: errors.New("gone")}, 0)
	b.forget("orders")
	require.Equal(t, record.Running, b.State().Feeds["orders"].State)
	b.Up("orders/publisher-0", "mq", "")
	require.True(t, b.State().Connections["mq"].Up)
}

func TestOneFeedAtATimeCarriesARecordAlone(t *testing.T) {
	b := NewBoard(slog.New(slog.DiscardHandler), record.InstanceState{})
	b.gauge(&Feed{Name: "orders"}).InFlight = 1
	require.True(t, b.isolate("orders"))
	require.True(t, b.alone())
	require.False(t, b.isolate("invoices"))
	require.True(t, b.mustWait("invoices"))
	require.False(t, b.mustWait("orders"))
	b.gauge(&Feed{Name: "invoices"}).InFlight = 1
	require.False(t, b.alone(), "another feed's record could be the one that kills")
	b.rejoin("orders")
	require.False(t, b.mustWait("invoices"))
}
