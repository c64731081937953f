package actors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

const (
	beatEvery    = 2 * time.Second // the store declares an instance dead after 10 s
	summaryEvery = time.Minute
	markGrace    = 3 * time.Second // to write the last marks after the grace is over

	startPatience = time.Minute // how long the start waits for the store
)

// Daemon runs feeds under one instance of the store's, and under a new one when the store has declared
// the old one dead.
type Daemon struct {
	Store store.Store
	Name  string // the instance's; two living processes never share one
	Feeds []*Feed
	Board *Board
	Log   *slog.Logger
	Grace time.Duration // what a stop may take to finish what is in flight
	Began func()        // called once, when the instance's name is this process's; may be nil

	mu       sync.Mutex
	system   *actor.ActorSystem
	pids     map[string]*actor.PID // of the feeds that have rooms now
	settings map[string]Settings   // as they were tuned last
	fatal    chan error
}

// Run carries records until ctx ends, then finishes what is in flight and returns nil. It returns a
// *store.HeldError if another living process keeps the instance's name longer than Grace, a
// *record.Outage if the store stays away for a minute at the start, and another error if rooms do not end.
func (d *Daemon) Run(ctx context.Context) error {
	d.system = actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(quiet{d.Log.Handler()}) }))
	d.fatal = make(chan error, 1)
	for _, f := range d.Feeds {
		d.Board.gauge(f) // the first sign of life already names them
	}
	lock, err := d.hold(ctx)
	if err != nil || lock == nil {
		return err
	}
	defer func() { _ = lock.Release() }() // the process ends, and with it the connection that holds the lock
	if d.Began != nil {
		d.Began()
	}
	for patience := startPatience; ; patience = math.MaxInt64 {
		err := d.live(ctx, lock, patience)
		if !errors.Is(err, store.ErrFenced) {
			return err
		}
		d.Log.Warn("this instance was declared dead; it goes on under a new id")
		if err := d.regain(ctx, lock); err != nil {
			return err
		}
	}
}

// Tune changes a feed's settings while it runs.
func (d *Daemon) Tune(feed string, s Settings) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.settings == nil {
		d.settings = map[string]Settings{}
	}
	d.settings[feed] = s
	if pid, ok := d.pids[feed]; ok {
		d.system.Root.Send(pid, &TuneMessage{s})
	}
}

// hold waits for the instance's name: a restart overlaps with the old process's last seconds.
func (d *Daemon) hold(ctx context.Context) (store.NameLock, error) {
	var lock store.NameLock
	err := d.until(ctx, startPatience, func() (err error) {
		lock, err = d.Store.Lock(ctx, d.Name)
		return err
	})
	return lock, err
}

// regain makes sure of the name after a fence. A daemon that has run before waits for its store for ever.
func (d *Daemon) regain(ctx context.Context, lock store.NameLock) error {
	return d.until(ctx, math.MaxInt64, func() error { return lock.Check(ctx) })
}

// until repeats try while the store is away, as long as patience allows, or the name is held, at most
// the grace. It returns nil when ctx ends.
func (d *Daemon) until(ctx context.Context, patience time.Duration, try func() error) error {
	began, pause := time.Now(), newPause()
	var waiting time.Time // since when, for the one who holds the name
	for {
		err := try()
		held, isHeld := errors.AsType[*store.HeldError](err)
		away, isAway := errors.AsType[*record.Outage](err)
		switch {
		case err == nil || ctx.Err() != nil:
			return nil
		case isHeld && waiting.IsZero() && d.Grace > 0:
			waiting = time.Now()
			d.sayHeld(held)
		case isHeld && time.Since(waiting) < d.Grace:
		case isAway && time.Since(began) < patience:
			d.Board.Down(Process, away, time.Second)
		default:
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(min(pause.NextBackOff(), time.Second)):
		}
	}
}

// sayHeld says at once who is in the way, and how long that may last: without it the wait looks like a hang.
func (d *Daemon) sayHeld(h *store.HeldError) {
	if h.File != "" {
		d.Log.Warn("waiting for the SQLite store, which another process holds", "store", h.File, "holder", h.Holder, "at_most", d.Grace.String())
		return
	}
	d.Log.Warn("waiting for the instance's name", "name", d.Name, "holder", h.Holder, "at_most", d.Grace.String())
}

// live is the life of one instance: ErrFenced at its end asks for another.
func (d *Daemon) live(ctx context.Context, lock store.NameLock, patience time.Duration) error {
	var id string
	err := d.until(ctx, patience, func() (err error) {
		if id, err = d.Store.Register(ctx, d.Name, d.state()); err != nil {
			id = "" // it may stand in the store or not: the next one declares it dead
		}
		return err
	})
	if err != nil || id == "" {
		return err
	}
	beats, stopBeats := context.WithCancel(context.WithoutCancel(ctx))
	fenced := make(chan error, 1)
	var beating sync.WaitGroup
	beating.Go(func() { d.beat(beats, id, lock, fenced) })
	d.start(id)
	err = d.wait(ctx, fenced)
	began := time.Now()
	again := errors.Is(err, store.ErrFenced)
	if stuck := d.stop(again); stuck != nil && again {
		err = stuck // rooms of the old id beside those of a new one could send the same rows
	}
	stopBeats()
	beating.Wait()
	if err == nil || errors.Is(err, store.ErrFenced) {
		d.retire(id, began)
	}
	return err
}

// wait returns nil when ctx ends, else why the instance cannot go on.
func (d *Daemon) wait(ctx context.Context, fenced <-chan error) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-fenced:
		return err
	case err := <-d.fatal:
		return err
	}
}

// start spawns the feeds' actors, each under a name that is used once.
func (d *Daemon) start(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pids = map[string]*actor.PID{}
	for _, f := range d.Feeds {
		r := room{feed: f, instance: id, store: d.Store, board: d.Board, gauge: d.Board.gauge(f), log: d.Log.With("feed", f.Name)}
		s, tuned := d.settings[f.Name]
		if !tuned {
			s = f.Settings
		}
		produce := func() actor.Actor { return &feedActor{room: r, settings: s, fatal: d.abort} }
		pid, err := d.system.Root.SpawnNamed(guarded(produce), fmt.Sprintf("%s-%s", f.Name, id))
		if err != nil {
			panic(err) // only a name in use: a defect
		}
		d.pids[f.Name] = pid
	}
}

// abort lets Run return an error, once.
func (d *Daemon) abort(err error) {
	select {
	case d.fatal <- err:
	default:
	}
}
