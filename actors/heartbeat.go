package actors

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/rowrelay/rowrelay/store"
)

// mostBeats is how many heart-beats may wait for an answer at the same time: one that hangs on a dead
// connection must not keep the next one, on another connection, from prolonging this instance's life.
const mostBeats = 3

// beat tells the store that this instance lives, and what its feeds do, until ctx ends or it is declared
// dead. What is still under way then is not waited for: it ends with its statement's time-out.
func (d *Daemon) beat(ctx context.Context, id string, lock store.NameLock, fenced chan<- error) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	beats, checks := make(chan error, mostBeats), make(chan error, 1)
	waiting, checking, summary := 0, false, time.Now()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case err = <-beats:
			waiting--
			d.report(ctx, Process, err)
		case err = <-checks:
			checking = false
			d.report(ctx, Process+"/name lock", err)
		case <-tick.C:
			if waiting < mostBeats {
				waiting++
				go func() { beats <- d.Store.Heartbeat(ctx, id, d.state()) }()
			}
			if !checking {
				checking = true
				go func() { checks <- lock.Check(ctx) }()
			}
		}
		if _, held := errors.AsType[*store.HeldError](err); held || errors.Is(err, store.ErrFenced) {
			fenced <- store.ErrFenced
			return
		}
		if time.Since(summary) >= summaryEvery {
			summary = time.Now()
			d.summarize()
		}
	}
}

func (d *Daemon) report(ctx context.Context, reporter string, err error) {
	switch {
	case err == nil:
		d.Board.Up(reporter, d.storeName(), "")
	case ctx.Err() == nil:
		d.Board.Down(reporter, outage(d.storeName(), err), beatEvery)
	}
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
