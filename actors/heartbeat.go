package actors

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/rowrelay/rowrelay/store"
)

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
