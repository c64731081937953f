package actors

import (
	"context"
	"encoding/json"
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
	if stopErr := d.stop(err != nil); stopErr != nil {
		err = stopErr
	}
	stopBeats()
	beating.Wait()
	if err != nil {
		return err
	}
	return d.retire(id)
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

// beat tells the store that this instance lives, and what its feeds do, until ctx ends or it is declared dead.
func (d *Daemon) beat(ctx context.Context, id string, lock store.NameLock, fenced chan<- error) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	summary := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := d.beatOnce(ctx, id, lock); err != nil {
			fenced <- err
			return
		}
		if time.Since(summary) >= summaryEvery {
			summary = time.Now()
			d.summarize()
		}
	}
}

func (d *Daemon) beatOnce(ctx context.Context, id string, lock store.NameLock) error {
	err := d.Store.Heartbeat(ctx, id, d.state())
	if err == nil {
		err = lock.Check(ctx)
	}
	if _, held := errors.AsType[*store.HeldError](err); held || errors.Is(err, store.ErrFenced) {
		return store.ErrFenced
	}
	switch {
	case err == nil:
		d.Board.Up(d.storeName(), "")
	case ctx.Err() == nil:
		d.Board.Down(outage(d.storeName(), err), beatEvery)
	}
	return nil
}

// state is the heart-beat's JSON.
func (d *Daemon) state() []byte {
	b, err := json.Marshal(d.Board.State())
	if err != nil {
		panic(err) // plain structs
	}
	return b
}

func (d *Daemon) summarize() {
	for _, f := range d.Feeds {
		d.Board.gauge(f).summarize(d.Log.With("feed", f.Name))
	}
}

func (d *Daemon) storeName() string {
	if len(d.Feeds) == 0 {
		return "store"
	}
	return d.Feeds[0].StoreName
}

// start spawns the feeds' actors, each under a name that is used once.
func (d *Daemon) start(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pids = map[string]*actor.PID{}
	for _, f := range d.Feeds {
		r := room{feed: f, instance: id, store: d.Store, board: d.Board, gauge: d.Board.gauge(f), log: d.Log.With("feed", f.Name)}
		produce := func() actor.Actor { return &feedActor{room: r, fatal: d.end} }
		pid, err := d.system.Root.SpawnNamed(guarded(produce), fmt.Sprintf("%s-%s", f.Name, id))
		if err != nil {
			panic(err) // only a name in use: a defect
		}
		d.pids[f.Name] = pid
	}
}

// end lets Run return an error, once.
func (d *Daemon) end(err error) {
	select {
	case d.fatal <- err:
	default:
	}
}

// stop drains all feeds and ends them. At once: nothing is sent any more, but what the broker has
// confirmed is still marked; the marks are fenced, so they touch only rows that nobody took meanwhile.
func (d *Daemon) stop(atOnce bool) error {
	d.mu.Lock()
	pids := d.pids
	d.pids = nil
	d.mu.Unlock()
	grace := d.Grace
	if atOnce {
		grace = 0
	}
	began, drained := time.Now(), d.drain(pids)
	late := !within(drained, grace)
	if late {
		for _, pid := range pids {
			d.system.Root.Send(pid, &unsend{})
		}
		within(drained, markGrace)
	}
	d.Log.Info("stopped", "left_new", d.inFlight(), "took", time.Since(began).Round(time.Millisecond))
	var errs []error
	for name, pid := range pids {
		if err := stopWait(d.system, pid, roomsGone); err != nil {
			errs = append(errs, fmt.Errorf("feed %s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// drain asks every feed to drain; the channel is closed when all have.
func (d *Daemon) drain(pids map[string]*actor.PID) <-chan struct{} {
	all := make(chan struct{})
	var feeds []chan struct{}
	for _, pid := range pids {
		done := make(chan struct{})
		feeds = append(feeds, done)
		d.system.Root.Send(pid, &drain{done})
	}
	go func() {
		for _, done := range feeds {
			<-done
		}
		close(all)
	}()
	return all
}

func (d *Daemon) inFlight() int {
	n := 0
	for _, f := range d.Board.State().Feeds {
		n += f.InFlight
	}
	return n
}

// retire gives back what is not finished, so that nobody has to wait for this instance's death.
func (d *Daemon) retire(id string) error {
	ctx, cancel := context.WithTimeout(context.Background(), markGrace)
	defer cancel()
	if err := d.Store.Retire(ctx, id); err != nil {
		d.Log.Warn("the clean stop could not be recorded; this instance's rows are taken over when its sign of life has lapsed", "err", err)
	}
	return nil
}

func within(done <-chan struct{}, d time.Duration) bool {
	select {
	case <-done:
		return true
	default:
	}
	select {
	case <-done:
		return true
	case <-time.After(d):
		return false
	}
}

var errStillRunning = errors.New("rooms did not end in time")

// stopWait stops an actor and waits at most d until it and its children are gone.
func stopWait(sys *actor.ActorSystem, pid *actor.PID, d time.Duration) error {
	gone := make(chan struct{})
	watcher := sys.Root.Spawn(actor.PropsFromFunc(func(c actor.Context) {
		switch c.Message().(type) {
		case *actor.Started:
			c.Watch(pid)
			c.Stop(pid)
		case *actor.Terminated:
			close(gone)
		}
	}))
	defer sys.Root.Stop(watcher)
	if !within(gone, d) {
		return errStillRunning
	}
	return nil
}
