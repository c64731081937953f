package actors

import (
	"cmp"
	"encoding/json"
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rowrelay/rowrelay/gap"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// open keeps what the source is.
func (d *dump) open(c actor.Context, m *OpenedMessage) {
	d.asked = false
	if d.troubled(c, d.feed.SourceName, m.Err) {
		return
	}
	for _, name := range d.feed.LookupNames {
		d.board.Up(d.name, name, "")
	}
	d.steps = m.Steps
	d.source, d.opened, d.positioned, d.top = m.Source, true, false, highest{}
	d.ledger = gap.New(d.rules())
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
	p, err := d.store.CreateFeed(d.ctx, d.feed.Name, beginning(m.At, identity))
	if d.troubled(c, d.feed.StoreName, err) {
		return
	}
	d.log.Info("feed begins", "start", d.feed.Start.Mode, "above", p.StartSeq)
	d.settle(c, p)
}

// settle takes a position if it belongs to this source.
func (d *dump) settle(c actor.Context, p store.Position) {
	was := d.position
	moved := !d.positioned || p.Version != was.Version
	d.located = time.Now()
	if !moved {
		d.again(c)
		return
	}
	d.position = p
	if d.troubled(c, d.feed.StoreName, d.admit(p)) || d.troubled(c, d.feed.StoreName, d.loadGaps()) {
		return
	}
	if !d.started {
		d.started = true
		d.log.Info("feed started", "last_read", p.LastRead, "source", d.feed.SourceName, "sink", d.feed.SinkName,
			"numbers", d.source.Numbers.Rule, "gaps", len(d.ledger.Gaps()))
	}
	d.positioned = true
	if p.LastRead < was.LastRead { // a person has rewound the feed
		d.top, d.nextPoll = highest{}, time.Time{}
	}
	d.again(c)
}

// admit refuses a position that a person has to decide on, or that was read from another source.
func (d *dump) admit(p store.Position) error {
	if p.StopCode != "" {
		return &record.Stop{Code: p.StopCode, Text: p.StopText,
			Remedy: "rowrelay rewind " + d.feed.Name + " --to N --resend completed --reason ...   (N: the last number that is still the row that was sent)"}
	}
	return d.identify(p)
}

// identify refuses a position that was read from another source, and takes over what was not known.
func (d *dump) identify(p store.Position) error {
	was, err := storedIdentity(d.feed.Name, p)
	if err != nil {
		return err
	}
	is := d.source.Identity
	if err := sameSource(d.feed.Name, was, is); err != nil {
		return err
	}
	is.Server, is.Timeline = cmp.Or(is.Server, was.Server), cmp.Or(is.Timeline, was.Timeline) // a right that is revoked makes nobody forget
	if was == is {
		return nil
	}
	identity, err := json.Marshal(is)
	if err != nil {
		panic(err) // a struct of strings and a number
	}
	return d.store.SetIdentity(d.ctx, d.feed.Name, identity)
}
