package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
)

// demoRelay is the daemon, and a connection of the demo's own to what it writes.
type demoRelay struct {
	*service
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{} // closed when the daemon has ended, with ended
	ended  error
	ledger *sqlx.DB
}

// newDemoRelay writes the file, loads it, and makes the store as `run` would.
func newDemoRelay(ctx context.Context, g *globals, folder *demoFolder, broker string) (*demoRelay, error) {
	text := fmt.Sprintf(demoConfig, sqliteValue(folder.source()), sqliteValue(folder.store()), broker)
	if err := os.WriteFile(folder.config(), []byte(text), 0o644); err != nil {
		return nil, fmt.Errorf("write the demo's configuration: %w", err)
	}
	log, err := demoLog(g, folder)
	if err != nil {
		return nil, err
	}
	aside := &globals{Config: folder.config(), Verbose: g.Verbose, console: &console{out: &voice{w: io.Discard}, err: &voice{w: log}}}
	r := &demoRelay{service: &service{globals: aside, level: &slog.LevelVar{}}, done: make(chan struct{})}
	if err := r.load(); err != nil {
		return nil, err
	}
	if err := r.openStore(ctx); err != nil || r.store == nil {
		return nil, errors.Join(err, ctx.Err())
	}
	// Not read-only, though it only reads: the last connection to a SQLite file folds its journal into it.
	r.ledger, err = database.Open(database.Options{Name: "relaydb", URL: "sqlite:" + folder.store()})
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r, err
}

// demoLog is where the daemon's log goes: it would bury what the demo shows.
func demoLog(g *globals, folder *demoFolder) (io.Writer, error) {
	switch {
	case g.Verbose:
		return g.console.err.w, nil
	case folder.kept:
		return folder.create("rowrelay.log")
	}
	return io.Discard, nil
}

// start runs the daemon.
func (r *demoRelay) start() {
	go func() {
		defer close(r.done)
		defer recovered(&r.ended)
		r.ended = r.work(r.ctx, r.cancel)
	}()
}

// stop ends the daemon as SIGTERM would, and returns what it ended with.
func (r *demoRelay) stop() error {
	r.cancel()
	<-r.done
	return r.ended
}

func (r *demoRelay) close() { _ = r.ledger.Close() }
