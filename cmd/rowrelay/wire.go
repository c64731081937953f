package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rowrelay/rowrelay/actors"
	"github.com/rowrelay/rowrelay/clienttls"
	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/sink"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/store"
	"github.com/rowrelay/rowrelay/web"
)

// localStore is what the SQLite store is called where the file names no connection for it.
const localStore = "store"

// storeName is the store's connection as people know it.
func storeName(f *config.File) string {
	if f.Store.Connection == "" {
		return localStore
	}
	return f.Store.Connection
}

// openStore opens the file's store; only run and demo migrate it.
func openStore(ctx context.Context, f *config.File, migrate bool) (store.Store, error) {
	o := store.Options{ID: f.Store.ID, Schema: f.Store.Schema, Migrate: migrate}
	if f.Store.Connection == "" {
		o.Connection = database.Options{Name: localStore, URL: "sqlite:" + f.Store.Path}
	} else {
		o.Connection = databaseOptions(f, f.Store.Connection)
	}
	if err := leftBeside(f, database.Address(o.Connection)); err != nil {
		return nil, err
	}
	return store.Open(ctx, o)
}

func databaseOptions(f *config.File, connection string) database.Options {
	c := f.Connections[connection]
	return database.Options{
		Name: connection, URL: c.URL, User: c.User, Password: c.Password.Reveal(), TLS: database.TLS(c.TLS),
		MaxOpen: c.Pool.MaxOpen, MaxIdle: c.Pool.MaxIdle, MaxLifetime: time.Duration(c.Pool.MaxLifetime),
		ConnectTimeout: time.Duration(c.Timeouts.Connect), RequestTimeout: time.Duration(c.Timeouts.Request),
	}
}

func webOptions(f *config.File, connection string) web.Options {
	c := f.Connections[connection]
	o := web.Options{
		Connection: connection, URL: c.URL, User: c.User, Password: c.Password.Reveal(), Headers: map[string]string{}, TLS: clienttls.Files(c.TLS),
		PerSecond: float64(c.RateLimit), ConnectTimeout: time.Duration(c.Timeouts.Connect), RequestTimeout: time.Duration(c.Timeouts.Request),
	}
	for name, value := range c.Headers {
		o.Headers[name] = value.Reveal()
	}
	return o
}

// newSource makes a feed's source, with a pool of its own.
func newSource(f *config.File, feed string) (source.Source, error) {
	o := databaseOptions(f, f.Feeds[feed].Source.Connection)
	o.ReadOnly = true
	db, err := database.Open(o)
	if err != nil {
		return nil, err
	}
	src, err := source.New(sourceOptions(f, feed), db)
	return placedSource{src, f}, err
}

func sourceOptions(f *config.File, feed string) source.Options {
	s := f.Feeds[feed].Source
	c := f.Connections[s.Connection]
	return source.Options{
		Feed: feed, Connection: s.Connection, Table: s.Table, Query: s.Query, Columns: s.Columns, Where: s.Where,
		Sequence: s.Sequence, BusinessKey: s.BusinessKey, Created: s.Created,
		Zone: c.Location(), RequireReadOnly: c.RequireReadOnly,
	}
}

// newSink makes a feed's sink; notify may be nil.
func newSink(f *config.File, feed string, notify func(sink.Status)) (*sink.STOMP, error) {
	s := f.Feeds[feed].Sink
	m := f.Feeds[feed].Message
	c := f.Connections[s.Connection]
	return sink.NewSTOMP(sink.Options{
		Connection: s.Connection, URLs: c.Addresses(), TLS: clienttls.Files(c.TLS), User: c.User, Password: c.Password.Reveal(),
		VHost: c.VHost, Broker: sink.Broker(c.Broker), Heartbeat: time.Duration(c.Heartbeat),
		ConnectTimeout: time.Duration(c.Timeouts.Connect), ReceiptTimeout: time.Duration(c.Timeouts.Receipt),
		MaxFrame: int(c.MaxFrame), Queue: s.Queue, Topic: s.Topic, Class: sink.Class(m.Class), Transient: !m.Persistent,
		Priority: m.Priority, TTL: time.Duration(m.TTL), BatchMax: s.Batch.Max, Notify: notify,
	})
}

// newFeed wires one feed's neighbours together.
func newFeed(f *config.File, name string, board *actors.Board) (*actors.Feed, error) {
	c := f.Feeds[name]
	src, err := newSource(f, name)
	if err != nil {
		return nil, fmt.Errorf("feed %s: %w", name, err)
	}
	dst, err := newSink(f, name, reportTo(board, name, c.Sink))
	if err != nil {
		return nil, fmt.Errorf("feed %s: %w", name, err)
	}
	steps, err := newRecipe(f, name, true)
	if err != nil {
		return nil, err
	}
	return &actors.Feed{
		Name: name, Source: sourceWith{src, steps}, Sink: dst, Prepare: steps.Prepare, LookupNames: steps.lookups(),
		Start:      source.Start{Mode: c.Source.Start.Mode, At: c.Source.Start.At},
		SourceName: c.Source.Connection, SinkName: c.Sink.Connection, StoreName: storeName(f),
		SinkConnections: c.Sink.Connections, BatchMax: c.Sink.Batch.Max, Linger: time.Duration(c.Sink.Batch.Linger),
		Settings: settings(c),
	}, nil
}

// settings are the live keys of a feed.
func settings(f config.Feed) actors.Settings {
	return actors.Settings{
		Workers: f.Workers, PollInterval: time.Duration(f.PollInterval), MaxInFlight: f.MaxInFlight, Bunch: f.Source.Bunch,
		MinWatch: time.Duration(f.Source.Gaps.MinWatch), Watch: time.Duration(f.Source.Gaps.Watch),
		Retry: actors.Retry{
			MaxAttempts: f.Retry.MaxAttempts, Initial: time.Duration(f.Retry.Initial), Max: time.Duration(f.Retry.Max),
			Factor: f.Retry.Factor, Jitter: f.Retry.Jitter,
		},
	}
}

// reportTo lets a feed's publishers tell the board how their connection stands. Their numbers go on
// counting when the feed's rooms are built anew; a publisher's report replaces that of its predecessor.
func reportTo(board *actors.Board, feed string, s config.Sink) func(sink.Status) {
	return func(status sink.Status) {
		reporter := fmt.Sprintf("%s/publisher-%d", feed, status.Publisher%s.Connections)
		switch {
		case status.Outage != nil:
			board.Down(reporter, status.Outage, status.NextTry)
		case status.Up:
			board.Up(reporter, s.Connection, status.Peer)
		}
	}
}

// sourceWith closes a feed's lookups together with its source.
type sourceWith struct {
	source.Source
	steps *recipe
}

// Close implements source.Source.
func (s sourceWith) Close() error { return errors.Join(s.Source.Close(), s.steps.Close()) }
