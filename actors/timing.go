package actors

import (
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// patient is how often feeds look at each other while one of them carries a record alone.
const patient = 250 * time.Millisecond

// again looks for something to do after everything that is queued already.
func (d *dump) again(c actor.Context) { c.Send(c.Self(), &look{}) }

// arm sets the timer for whatever is due next. What is due already waits for a mark or an answer.
func (d *dump) arm(c actor.Context, now time.Time) {
	if d.closed || d.asked {
		return
	}
	due := []time.Time{d.nextPoll, d.nextClaim, d.ripe()}
	switch {
	case d.resume.After(now):
		due = []time.Time{d.resume}
	case d.halt != nil:
		due = []time.Time{d.halt.next}
	case d.board.mustWait(d.feed.Name), d.suspects.alone && len(d.pending) > 0:
		due = []time.Time{now.Add(patient)}
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
