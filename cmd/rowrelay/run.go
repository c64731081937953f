package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/rowrelay/rowrelay/actors"
	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/store"
)

// storePatience is how long `run` waits at the start for a store that is away.
const storePatience = time.Minute

// service is one running daemon with what it was made from.
type service struct {
	*globals
	flags   runFlags
	file    *config.File
	path    string // absolute
	level   *slog.LevelVar
	log     *slog.Logger
	store   store.Store
	board   *actors.Board
	daemon  *actors.Daemon
	sources []source.Source
	hangup  chan os.Signal
	columns map[string][]record.Column // by feed, where its source answered at the start
	found   map[string]source.Identity // the same, where its steps fit too
}

// runDaemon carries rows until a signal comes, or with --once until there are none.
func runDaemon(ctx context.Context, g *globals, flags runFlags) error {
	s := &service{globals: g, flags: flags, level: &slog.LevelVar{}}
	if err := s.load(); err != nil {
		return err
	}
	ctx, cancel := s.signals(ctx)
	defer cancel()
	ballast := make([]byte, ballastBytes)
	defer runtime.KeepAlive(&ballast)
	return s.work(ctx, cancel)
}

// ballastBytes of heap that nobody touches cost addresses and no memory, and let the garbage collector start so much later: under load it
// scans what is in flight half as often (BENCHMARKS.md). A larger GOGC would grow with the number of feeds.
const ballastBytes = 16 << 20

// work carries rows until ctx ends, and closes the store and the sources. The store comes after the feeds: a start that
// they refuse makes no store, which would lie about as if something had run.
func (s *service) work(ctx context.Context, cancel context.CancelFunc) error {
	defer s.close()
	feeds, err := s.feeds(ctx)
	if err != nil {
		return err
	}
	if err := s.openStore(ctx); err != nil || s.store == nil {
		return err
	}
	if err := s.sameAsStored(ctx); err != nil {
		return err
	}
	s.daemon = &actors.Daemon{Store: s.store, Name: s.file.Instance, Feeds: feeds, Board: s.board, Log: s.log, Grace: time.Duration(s.file.ShutdownGrace),
		Began: func() { s.sayStarted(len(feeds)) }}
	return s.carry(ctx, cancel)
}

func (s *service) load() error {
	path, err := s.globals.path()
	if err != nil {
		return err
	}
	file, wrong, err := s.globals.load(config.Run)
	if err != nil {
		return err
	}
	if s.path, err = filepath.Abs(path); err != nil {
		return fmt.Errorf("find %s: %w", path, err)
	}
	if unknown := slices.IndexFunc(s.flags.Feed, func(name string) bool { _, ok := file.Feeds[name]; return !ok }); unknown >= 0 {
		return unknownFeed(s.flags.Feed[unknown], file.FeedNames())
	}
	s.file = file
	s.setLevel(s.level, file.Log.Level)
	s.log = newLog(s.console.err.w, file.Log.Format, s.level)
	host, _ := os.Hostname() // empty where there is none
	s.board = actors.NewBoard(s.log, record.InstanceState{Version: version, Host: host, PID: os.Getpid(),
		File: record.FileState{Path: s.path, Hash: file.Hash(), At: time.Now()}})
	for _, c := range wrong.Warnings() {
		s.log.Warn("configuration", "file", c.File, "line", c.Line, "warning", c.Text)
	}
	return nil
}

// signals ends the context at the first SIGTERM or SIGINT; the second one ends the process at once.
func (s *service) signals(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	caught := make(chan os.Signal, 2)
	signal.Notify(caught, syscall.SIGTERM, syscall.SIGINT)
	s.hangup = make(chan os.Signal, 1) // from the first moment to the last: a hang-up that nobody waits for ends a process
	signal.Notify(s.hangup, syscall.SIGHUP)
	go func() {
		s.log.Info("stopping: what is in flight is finished first; a second signal ends at once", "signal", (<-caught).String())
		cancel()
		s.log.Error("ended at once; what was in flight stays NEW", "signal", (<-caught).String())
		os.Exit(exitNo)
	}()
	return ctx, cancel
}

// openStore waits a minute for a store that is away. The store is nil if ctx ended first. One that is open stays.
func (s *service) openStore(ctx context.Context) error {
	for began := time.Now(); s.store == nil && ctx.Err() == nil; {
		opened, err := openStore(ctx, s.file, true)
		away, isAway := errors.AsType[*record.Outage](err)
		switch {
		case err == nil:
			s.store = opened
			return nil
		case ctx.Err() != nil:
			return nil
		case !isAway || time.Since(began) > storePatience:
			return err
		}
		s.board.Down(actors.Process, away, time.Second)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
	}
	return nil
}

func (s *service) close() {
	for _, src := range s.sources {
		_ = src.Close() // read-only: nothing can be lost
	}
	if s.store == nil {
		return // the start did not get that far
	}
	if err := s.store.Close(); err != nil {
		s.log.Warn("the store was not closed in order", "err", err)
	}
}

func (s *service) sayStarted(feeds int) {
	s.log.Info("started", "version", version, "config", s.path, "hash", s.file.Hash(), "instance", s.file.Instance,
		"feeds", feeds, "store", s.store.Where(), "store_id", s.store.ID())
	if s.file.Store.ID == "" {
		s.log.Warn("the file does not name the store's id; write it down, so that a copied store is not taken for this one", "store.id", s.store.ID())
	}
	if c := s.file.Store.Connection; c == "" || s.file.Connections[c].Scheme() == "sqlite" {
		s.log.Info("a SQLite store serves one instance", "store", s.store.Where())
	}
}

// carry runs the daemon, and beside it whatever follows the file or waits for the end.
func (s *service) carry(ctx context.Context, cancel context.CancelFunc) error {
	verdict := make(chan error, 1)
	if s.flags.Once {
		go func() {
			verdict <- s.untilEmpty(ctx)
			cancel()
		}()
	} else {
		verdict <- nil
	}
	following := make(chan struct{})
	go func() {
		defer close(following)
		s.follow(ctx)
	}()
	err := s.daemon.Run(ctx)
	cancel()
	<-following
	return errors.Join(err, <-verdict)
}
