package actors

import (
	"context"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

const (
	roomsGone  = 30 * time.Second // after that the old rooms are stuck for good
	rebuildMin = time.Second
	rebuildMax = 30 * time.Second
)

// feedActor owns the rooms of one feed. If any of them panics it waits until all are gone and builds new
// ones with nothing in flight: starting is recovering, there is no partial restart.
type feedActor struct {
	room
	settings Settings
	fatal    func(error) // the old rooms do not end: the process must

	gen     int
	cancel  context.CancelFunc // ends the rooms' I/O
	unsend  context.CancelFunc // ends sending
	unwait  context.CancelFunc // ends waiting for a broker that is away
	rooms   rooms
	live    map[string]bool // children that are not gone yet, by id
	ending  bool            // the rooms were told to go
	closed  bool            // draining or drained: no new rooms
	drainer chan<- struct{}
	wait    time.Duration // before the next rebuild
	built   time.Time
	timer   *time.Timer
}

// rooms are in the order in which they drain.
type rooms struct {
	dump, processor, sender, completer, poller *actor.PID
}

// begin builds the rooms; stuck says that those of a generation did not end in time.
type (
	begin struct{}
	stuck struct{ gen int }
	// drain asks the feed to finish what it holds; done is closed when it has.
	drain struct{ done chan<- struct{} }
	// unsend ends sending at once: what has no receipt is in doubt and stays NEW.
	unsend struct{}
)

func (f *feedActor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started, *begin:
		f.build(c)
	case *panicked:
		f.rebuild(c, m.room)
	case *actor.Terminated:
		f.gone(c, m.Who)
	case *stuck:
		if m.gen == f.gen && len(f.live) > 0 {
			f.fatal(fmt.Errorf("feed %s: rooms did not end within %s: %v", f.feed.Name, roomsGone, f.live))
		}
	case *TuneMessage:
		f.tune(c, m)
	case *drain:
		f.drain(c, m.done)
	case *DrainedMessage:
		f.drained(c, m.Room)
	case *unsend:
		f.unsend()
	case *actor.Stopping:
		f.ending, f.closed = true, true
		f.cancel()
	}
}

func (f *feedActor) build(c actor.Context) {
	if f.closed {
		return
	}
	f.gen++
	f.ending, f.built, f.live = false, time.Now(), map[string]bool{}
	ctx, cancel := context.WithCancel(context.Background())
	sending, unsend := context.WithCancel(ctx)
	waiting, unwait := context.WithCancel(sending)
	f.cancel, f.unsend, f.unwait = cancel, unsend, unwait
	r := f.room
	r.ctx = ctx
	s := f.settings
	f.board.forget(f.feed.Name)
	f.board.rejoin(f.feed.Name)
	f.gauge.begin(s.Workers) // before the rooms: one of them may stop the feed at once
	f.rooms.completer = f.spawn(c, "completer", &completer{room: &r, name: f.feed.Name + "/completer", retry: s.Retry, enough: enough(s), pause: newPause()})
	f.rooms.sender = f.spawn(c, "sender", newSender(sending, waiting, f.feed, f.rooms.completer))
	f.rooms.processor = f.spawn(c, "processor", newProcessor(waiting, &r, s.Workers, f.rooms.sender, f.rooms.completer))
	f.rooms.poller = f.spawn(c, "poller", &poller{ctx, f.feed.Source, f.feed.Prepare})
	f.rooms.dump = f.spawn(c, "dump", &dump{room: &r, name: f.feed.Name + "/dump", poller: f.rooms.poller, processor: f.rooms.processor,
		completer: f.rooms.completer, settings: s, flight: newFlight(), pause: newPause()})
}

// spawn names a room for its generation: a late message must not reach a new room.
func (f *feedActor) spawn(c actor.Context, name string, a actor.Actor) *actor.PID {
	pid, err := c.SpawnNamed(guarded(func() actor.Actor { return a }), fmt.Sprintf("%s-%d", name, f.gen))
	if err != nil {
		panic(err) // only a name in use: a defect
	}
	f.live[pid.Id] = true
	return pid
}

// rebuild clears the rooms after a panic.
func (f *feedActor) rebuild(c actor.Context, room string) {
	if f.ending {
		return
	}
	f.log.Error("a room has panicked; the feed's rooms are built anew", "room", room)
	f.ending = true
	f.cancel()
	for id := range f.live {
		c.Stop(actor.NewPID(c.Self().Address, id))
	}
	root, self, gen := c.ActorSystem().Root, c.Self(), f.gen
	f.timer = time.AfterFunc(roomsGone, func() { root.Send(self, &stuck{gen}) })
}

// gone notes the end of a room: the last one lets new ones be built, an unexpected one clears the others.
func (f *feedActor) gone(c actor.Context, who *actor.PID) {
	if !f.live[who.Id] {
		return
	}
	delete(f.live, who.Id)
	if !f.ending {
		f.rebuild(c, who.Id)
	}
	if len(f.live) > 0 {
		return
	}
	if f.timer != nil {
		f.timer.Stop()
	}
	if f.closed {
		f.finish()
		return
	}
	root, self := c.ActorSystem().Root, c.Self()
	time.AfterFunc(f.pause(), func() { root.Send(self, &begin{}) })
}

// pause grows while rooms panic soon after they were built.
func (f *feedActor) pause() time.Duration {
	if time.Since(f.built) > 2*rebuildMax {
		f.wait = 0
	}
	f.wait = min(max(2*f.wait, rebuildMin), rebuildMax)
	return f.wait
}

func (f *feedActor) tune(c actor.Context, m *TuneMessage) {
	f.settings = m.Settings
	f.gauge.set(func() { f.gauge.Workers = m.Settings.Workers })
	if f.ending {
		return
	}
	for _, pid := range []*actor.PID{f.rooms.dump, f.rooms.processor, f.rooms.completer} {
		c.Send(pid, m)
	}
}

// drain lets the rooms finish one after the other, in the direction of the records.
func (f *feedActor) drain(c actor.Context, done chan<- struct{}) {
	f.drainer, f.closed = done, true
	if f.ending {
		if len(f.live) == 0 {
			f.finish()
		}
		return
	}
	f.unwait() // a broker that is away would use up the grace; what is under way ends as it would
	c.Request(f.rooms.dump, &DrainMessage{})
}

func (f *feedActor) drained(c actor.Context, room *actor.PID) {
	switch {
	case room.Equal(f.rooms.dump):
		c.Request(f.rooms.processor, &DrainMessage{})
	case room.Equal(f.rooms.processor):
		c.Request(f.rooms.sender, &DrainMessage{})
	case room.Equal(f.rooms.sender):
		c.Request(f.rooms.completer, &DrainMessage{})
	case room.Equal(f.rooms.completer):
		f.finish()
	}
}

func (f *feedActor) finish() {
	if f.drainer != nil {
		close(f.drainer)
		f.drainer = nil
	}
}
