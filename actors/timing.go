package actors

import (
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// again looks for something to do after everything that is queued already.
func (d *dump) again(c actor.Context) { c.Send(c.Self(), &look{}) }

// arm sets the timer for whatever is due next. What is due already waits for a mark or an answer.
func (d *dump) arm(c actor.Context, now time.Time) {
	if d.closed || d.asked {
		return
	}
	due := []time.Time{d.nextPoll, d.nextClaim, d.ripe()}
	if d.resume.After(now) {
		due = []time.Time{d.resume}
	}
	due = slices.DeleteFunc(due, func(t time.Time) bool { return !t.After(now) })
	if len(due) == 0 {
		return
	}
	d.disarm()
	root, self, gen := c.ActorSystem().Root, c.Self(), d.gen
	d.timer = time.AfterFunc(slices.MinFunc(due, time.Time.Compare).Sub(now), func() { root.Send(self, &wake{gen}) })
}

func (d *dump) disarm() {
	d.gen++
	if d.timer != nil {
		d.timer.Stop()
	}
}
