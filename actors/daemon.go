package actors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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

	mu     sync.Mutex
	system *actor.ActorSystem
	pids   map[string]*actor.PID // of the feeds that have rooms now
	fatal  chan error
}

// Run carries records until ctx ends, then finishes what is in flight and returns nil. It returns a
// *store.HeldError if another living process keeps the instance's name longer than Grace, a
// *record.Outage if the store stays away for a minute at the start, and another error if rooms do not end.
func (d *Daemon) Run(ctx context.Context) error {
	d.system = actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(quiet{d.Log.Handler()}) }))
	d.fatal = make(chan error, 1)
	lock, err := d.hold(ctx)
	if err != nil || lock == nil {
		return err
	}
	defer func() { _ = lock.Release() }() // the process ends, and with it the connection that holds the lock
	for {
		err := d.live(ctx, lock)
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
	for _, f := range d.Feeds {
		if pid, ok := d.pids[feed]; ok && f.Name == feed {
			d.system.Root.Send(pid, &TuneMessage{s})
		} else if f.Name == feed {
			f.Settings = s
		}
	}
}

// hold waits for the instance's name: a restart overlaps with the old process's last seconds.
func (d *Daemon) hold(ctx context.Context) (store.NameLock, error) {
	var lock store.NameLock
	err := d.until(ctx, func() (err error) {
		lock, err = d.Store.Lock(ctx, d.Name)
		return err
	})
	return lock, err
}

func (d *Daemon) regain(ctx context.Context, lock store.NameLock) error {
	return d.until(ctx, func() error { return lock.Check(ctx) })
}

// until repeats try while the store is away, at most a minute, or the name is held, at most the grace.
// It returns nil when ctx ends.
func (d *Daemon) until(ctx context.Context, try func() error) error {
	began, pause := time.Now(), newPause()
	for said := false; ; said = true {
		err := try()
		held, isHeld := errors.AsType[*store.HeldError](err)
		away, isAway := errors.AsType[*record.Outage](err)
		switch {
		case err == nil || ctx.Err() != nil:
			return nil
		case isHeld && time.Since(began) < d.Grace:
			if !said {
				d.Log.Warn("waiting for the instance's name", "name", d.Name, "holder", held.Holder)
			}
		case isAway && time.Since(began) < time.Minute:
			d.Board.Down(away, 0)
		default:
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(min(pause.NextBackOff(), time.Second)):
		}
	}
}

// live is the life of one instance: ErrFenced at its end asks for another.
func (d *Daemon) live(ctx context.Context, lock store.NameLock) error {
	var id string
	err := d.until(ctx, func() (err error) {
		id, err = d.Store.Register(ctx, d.Name, d.state())
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
	again := errors.Is(err, store.ErrFenced)
	if stuck := d.stop(again); stuck != nil && again {
		err = stuck // rooms of the old id beside those of a new one could send the same rows
	}
	stopBeats()
	beating.Wait()
	if err == nil || errors.Is(err, store.ErrFenced) {
		d.retire(id)
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
		produce := func() actor.Actor { return &feedActor{room: r, fatal: d.abort} }
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
