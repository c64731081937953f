package actors

import (
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// troubled deals with an error of a database: a reason to stop stops the feed, an outage is waited for.
func (d *dump) troubled(c actor.Context, connection string, err error) bool {
	if err == nil {
		return false
	}
	if d.ctx.Err() != nil {
		return true // the rooms are ending
	}
	if s, ok := errors.AsType[*record.Stop](err); ok {
		d.stop(s)
		d.again(c)
		return true
	}
	next := d.pause.NextBackOff()
	if !errors.Is(err, store.ErrFenced) { // the heart-beat finds out too, and the daemon takes a new instance id
		d.board.Down(d.name, outage(connection, err), next)
	}
	if connection == d.feed.SourceName {
		d.opened, d.positioned = false, false // what comes back may be another server, or may have other grants
	}
	d.resume = time.Now().Add(next)
	d.arm(c, time.Now())
	return true
}

// stop ends reading; what is in flight goes on to its end. A feed that went back goes on when it was rewound, any other
// after a restart.
func (d *dump) stop(s *record.Stop) {
	if s.Code == record.SourceWentBack {
		d.halt = &halt{stop: s, seen: d.position, next: time.Now().Add(claimEvery)}
	} else {
		d.closed = true
	}
	d.board.rejoin(d.feed.Name)
	d.log.Error("feed stopped", "code", s.Code, "err", s.Text, "remedy", s.Remedy)
	d.gauge.set(func() {
		d.gauge.State, d.gauge.Code, d.gauge.Text = record.Stopped, s.Code, s.Text+"\n"+s.Remedy
	})
}
