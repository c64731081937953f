package actors

import (
	"encoding/json"
	"errors"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rowrelay/rowrelay/store"
)

// open keeps what the source is.
func (d *dump) open(c actor.Context, m *OpenedMessage) {
	d.asked = false
	if d.troubled(c, d.feed.SourceName, m.Err) {
		return
	}
	d.source, d.opened = m.Source, true
	d.again(c)
}

// locate reads the feed's position; a new feed first asks the source where to begin.
func (d *dump) locate(c actor.Context) {
	p, err := d.store.Position(d.ctx, d.feed.Name)
	if errors.Is(err, store.ErrNoFeed) {
		d.ask(c, &StartMessage{d.feed.Start})
		return
	}
	if d.troubled(c, d.feed.StoreName, err) {
		return
	}
	d.settle(c, p)
}

// create decides where the feed begins, once and for all.
func (d *dump) create(c actor.Context, m *StartedMessage) {
	d.asked = false
	if d.troubled(c, d.feed.SourceName, m.Err) {
		return
	}
	identity, err := json.Marshal(d.source.Identity)
	if err != nil {
		panic(err) // a struct of strings and a number
	}
	p, err := d.store.CreateFeed(d.ctx, d.feed.Name, m.At, identity)
	if d.troubled(c, d.feed.StoreName, err) {
		return
	}
	d.log.Info("feed begins", "start", d.feed.Start.Mode, "above", p.StartSeq)
	d.settle(c, p)
}

// settle takes a position if it belongs to this source.
func (d *dump) settle(c actor.Context, p store.Position) {
	if d.troubled(c, d.feed.StoreName, d.identify(p)) {
		return
	}
	if !d.started {
		d.started = true
		d.log.Info("feed started", "last_read", p.LastRead, "source", d.feed.SourceName, "sink", d.feed.SinkName)
	}
	d.position, d.positioned = p, true
	d.again(c)
}

// identify refuses a position that was read from another source, and takes over a new timeline.
func (d *dump) identify(p store.Position) error {
	was, err := storedIdentity(d.feed.Name, p)
	if err != nil {
		return err
	}
	is := d.source.Identity
	if err := sameSource(d.feed.Name, was, is); err != nil {
		return err
	}
	if was.Timeline == is.Timeline {
		return nil
	}
	d.log.Warn("the source's timeline has changed: after a fail-over to an asynchronous standby rows may be missing", "was", was.Timeline, "is", is.Timeline)
	identity, err := json.Marshal(is)
	if err != nil {
		panic(err) // a struct of strings and a number
	}
	return d.store.SetIdentity(d.ctx, d.feed.Name, identity)
}
