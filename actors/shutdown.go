package actors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// endGrace is how long the end of the process waits for rooms whose database does not answer.
const endGrace = 2 * time.Second

// stop drains all feeds and ends their rooms, or says which rooms did not end. If the daemon is to go
// on under another id, nothing is sent any more at once, but what the broker has confirmed is still
// marked: the marks are fenced, so they touch only rows that nobody took meanwhile.
func (d *Daemon) stop(again bool) error {
	d.mu.Lock()
	pids := d.pids
	d.pids = nil
	d.mu.Unlock()
	grace, gone := d.Grace, endGrace
	if again {
		grace, gone = 0, roomsGone
	}
	drained := d.drain(pids)
	if !within(drained, grace) {
		for _, pid := range pids {
			d.system.Root.Send(pid, &unsend{})
		}
		within(drained, markGrace)
	}
	return d.end(pids, gone)
}

// end stops the feeds' rooms and waits until they are gone.
func (d *Daemon) end(pids map[string]*actor.PID, patience time.Duration) error {
	var errs []error
	for name, pid := range pids {
		if err := stopWait(d.system, pid, patience); err != nil {
			d.Log.Warn("rooms did not end in time", "feed", name, "waited", patience)
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

// retire gives back what is not finished: nobody has to wait for this instance's death, and no row is
// taken for one that kills the process.
func (d *Daemon) retire(id string, began time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), markGrace)
	defer cancel()
	released, err := d.Store.Retire(ctx, id)
	took := time.Since(began).Round(time.Millisecond)
	if err != nil {
		d.Log.Warn("stopped, but it could not be recorded; this instance's rows are taken over when its sign of life has lapsed", "took", took, "err", err)
		return
	}
	all := d.Board.total()
	d.Log.Info("stopped", "read", all.read+all.late, "sent", all.sent, "filtered", all.filtered, "failed", all.failed, "given_back", released, "left_new", d.leftNew(ctx), "took", took)
}

// leftNew counts the NEW rows of this daemon's feeds; -1 if the store does not say.
func (d *Daemon) leftNew(ctx context.Context) int64 {
	o, err := d.Store.Overview(ctx)
	if err != nil {
		return -1
	}
	n := int64(0)
	for _, f := range o.Feeds {
		if slices.ContainsFunc(d.Feeds, func(own *Feed) bool { return own.Name == f.Feed }) {
			n += f.New
		}
	}
	return n
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
