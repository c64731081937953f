package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// again looks for something to do after everything that is queued already.
func (d *dump) again(c actor.Context) { c.Send(c.Self(), &look{}) }

// arm sets the timer for whatever is due next.
func (d *dump) arm(c actor.Context, now time.Time) {
	if d.closed || d.asked {
		return
	}
	next := d.nextClaim
	if d.nextPoll.Before(next) && d.nextPoll.After(now) {
		next = d.nextPoll
	}
	if d.resume.After(now) {
		next = d.resume
	}
	if !next.After(now) {
		return // due, but not worth a trip yet: a mark or an answer comes first
	}
	d.disarm()
	root, self, gen := c.ActorSystem().Root, c.Self(), d.gen
	d.timer = time.AfterFunc(next.Sub(now), func() { root.Send(self, &wake{gen}) })
}

func (d *dump) disarm() {
	d.gen++
	if d.timer != nil {
		d.timer.Stop()
	}
}
