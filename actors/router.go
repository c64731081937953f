package actors

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"
)

// router owns its workers: it gives each at most `window` records, passes their results on, and
// changes their number while running. Nothing but the dump actor's demand bounds what waits here.
type router struct {
	produce func() actor.Actor
	forward func(actor.Context, *RecordMessage) // where a result goes
	window  int
	want    int // workers

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
	held     map[int64]*RecordMessage // given and not yet answered, by seq
	retiring bool
}

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
	case *RecordMessage:
		r.take(c, m)
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

func (r *router) take(c actor.Context, m *RecordMessage) {
	if r.closed {
		return
	}
	r.waiting = append(r.waiting, m)
	r.flush(c)
}

func (r *router) done(c actor.Context, m *DoneMessage) {
	if s := r.slot(m.Worker); s != nil {
		for _, rec := range m.Records {
			delete(s.held, rec.Record.Seq)
		}
	}
	for _, rec := range m.Records {
		r.forward(c, rec)
	}
	r.flush(c)
	r.drained(c)
}

// flush gives what waits to the workers in turn.
func (r *router) flush(c actor.Context) {
	for len(r.waiting) > 0 && !r.closed {
		s := r.free()
		if s == nil {
			return
		}
		m := r.waiting[0]
		r.waiting[0] = nil
		r.waiting = r.waiting[1:]
		s.held[m.Record.Seq] = m
		c.Send(s.pid, m)
	}
}

func (r *router) free() *slot {
	for range r.slots {
		r.turn = (r.turn + 1) % len(r.slots)
		if s := r.slots[r.turn]; !s.retiring && len(s.held) < r.window {
			return s
		}
	}
	return nil
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
	r.slots = append(r.slots, &slot{pid: pid, held: map[int64]*RecordMessage{}})
}

// bury removes a worker that ended. One that was not told to has panicked outside a step, and what it
// held is unknown: the feed builds its rooms anew.
func (r *router) bury(c actor.Context, who *actor.PID) {
	for i, s := range r.slots {
		if !s.pid.Equal(who) {
			continue
		}
		r.slots = append(r.slots[:i], r.slots[i+1:]...)
		if (!s.retiring || len(s.held) > 0) && c.Parent() != nil {
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
		if len(s.held) > 0 {
			return
		}
	}
	c.Send(r.drainer, &DrainedMessage{c.Self()})
	r.drainer = nil
}
