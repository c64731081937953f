package actors

import (
	"errors"
	"fmt"
	"slices"

	"github.com/asynkron/protoactor-go/actor"
)

// router owns its workers: it gives each at most a window of records, passes their results on, and
// changes their number while running. Nothing but the dump actor's demand bounds what waits here.
type router struct {
	produce func() actor.Actor
	forward func(actor.Context, []*RecordMessage) // where results go
	window  func(*RecordMessage) int              // records that a worker may hold while it gets this one
	share   func(waiting, workers int) int        // records that a worker is given at once
	want    int                                   // workers

	slots   []*slot
	waiting []*RecordMessage
	turn    int
	spawned int
	closed  bool
	drainer *actor.PID // who waits for DrainedMessage
}

// slot is one worker and what it was given.
type slot struct {
	pid      *actor.PID
	held     int // records given and not yet answered
	retiring bool
}

// errLater is no result: the record goes to a worker once more, behind all that wait.
var errLater = errors.New("tried later")

// gone comes after the DoneMessages that a worker sent before it ended; Terminated overtakes them.
type gone struct{ who *actor.PID }

func (r *router) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		r.resize(c)
	case *actor.Stopping: // messages still arrive until the children are gone
		r.closed = true
	case *TuneMessage:
		r.want = m.Settings.Workers
		r.resize(c)
	case *RecordsMessage:
		r.take(c, m.Records)
	case *DoneMessage:
		r.done(c, m)
	case *actor.Terminated:
		c.Send(c.Self(), &gone{m.Who})
	case *gone:
		r.bury(c, m.who)
	case *DrainMessage:
		r.closed, r.drainer = true, c.Sender()
		r.drained(c)
	}
}

func (r *router) take(c actor.Context, records []*RecordMessage) {
	if r.closed {
		return
	}
	r.waiting = append(r.waiting, records...)
	r.flush(c)
}

func (r *router) done(c actor.Context, m *DoneMessage) {
	if s := r.slot(m.Worker); s != nil {
		s.held -= len(m.Records)
	}
	r.forward(c, slices.DeleteFunc(m.Records, r.later))
	r.flush(c)
	r.drained(c)
}

// later takes a record back that has no result yet.
func (r *router) later(m *RecordMessage) bool {
	if m.Err != errLater {
		return false
	}
	m.Err = nil
	r.waiting = append(r.waiting, m)
	return true
}

// flush gives what waits to the workers in turn.
func (r *router) flush(c actor.Context) {
	share := r.share(len(r.waiting), len(r.slots))
	for len(r.waiting) > 0 && !r.closed {
		s, room := r.free(r.window(r.waiting[0]))
		if s == nil {
			return
		}
		n := min(room, share, len(r.waiting))
		records := slices.Clone(r.waiting[:n])
		clear(r.waiting[:n])
		r.waiting = r.waiting[n:]
		s.held += n
		c.Send(s.pid, &RecordsMessage{records})
	}
}

// free returns the next worker that holds less than the window, and how many more it may hold.
func (r *router) free(window int) (s *slot, room int) {
	for range r.slots {
		r.turn = (r.turn + 1) % len(r.slots)
		if s := r.slots[r.turn]; !s.retiring && s.held < window {
			return s, window - s.held
		}
	}
	return nil, 0
}

func (r *router) slot(pid *actor.PID) *slot {
	for _, s := range r.slots {
		if s.pid.Equal(pid) {
			return s
		}
	}
	return nil
}

// resize grows or shrinks towards want. A retired worker ends what it holds first.
func (r *router) resize(c actor.Context) {
	if r.closed {
		return
	}
	live := 0
	for _, s := range r.slots {
		if !s.retiring {
			live++
		}
	}
	for ; live < r.want; live++ {
		r.spawn(c)
	}
	for i := len(r.slots) - 1; i >= 0 && live > r.want; i-- {
		if s := r.slots[i]; !s.retiring {
			s.retiring = true
			c.Poison(s.pid)
			live--
		}
	}
	r.flush(c)
}

func (r *router) spawn(c actor.Context) {
	r.spawned++ // a name is used once: a late message must not reach a new worker
	pid, err := c.SpawnNamed(guarded(r.produce), fmt.Sprintf("worker-%d", r.spawned))
	if err != nil {
		panic(err) // only a name in use: a defect
	}
	r.slots = append(r.slots, &slot{pid: pid})
}

// bury removes a worker that ended. One that was not told to has panicked outside a step, and what it
// held is unknown: the feed builds its rooms anew.
func (r *router) bury(c actor.Context, who *actor.PID) {
	for i, s := range r.slots {
		if !s.pid.Equal(who) {
			continue
		}
		r.slots = append(r.slots[:i], r.slots[i+1:]...)
		if (!s.retiring || s.held > 0) && c.Parent() != nil {
			c.Send(c.Parent(), &panicked{room: who.Id})
		}
		return
	}
}

func (r *router) drained(c actor.Context) {
	if r.drainer == nil {
		return
	}
	for _, s := range r.slots {
		if s.held > 0 {
			return
		}
	}
	c.Send(r.drainer, &DrainedMessage{c.Self()})
	r.drainer = nil
}
