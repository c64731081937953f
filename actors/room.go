package actors

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sink"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/store"
)

// Feed is what the configuration says of one feed, with its rooms' neighbours.
type Feed struct {
	Name            string
	Source          source.Source
	Sink            sink.Sink
	Prepare         Prepare
	Start           source.Start
	SourceName      string // connections, as the file names them
	SinkName        string
	StoreName       string
	LookupNames     []string
	SinkConnections int
	BatchMax        int           // messages that one connection sends at once
	Linger          time.Duration // how long a batch waits for more
	Settings        Settings
}

// connections are all that the feed needs, by their names in the file.
func (f *Feed) connections() []string {
	return append([]string{f.StoreName, f.SourceName, f.SinkName}, f.LookupNames...)
}

// room is what the rooms of one feed share; it does not change while they live.
type room struct {
	feed     *Feed
	instance string
	store    store.Store
	board    *Board
	gauge    *gauge
	log      *slog.Logger
	ctx      context.Context // ends when the rooms must be gone
}

// outage makes an error of a database one of its connection: what is no outage by its code (a defect, a
// revoked right) is waited for as well, and nothing is lost.
func outage(connection string, err error) *record.Outage {
	if o, ok := errors.AsType[*record.Outage](err); ok {
		return o
	}
	return &record.Outage{Code: record.Internal, Connection: connection, Err: err}
}
