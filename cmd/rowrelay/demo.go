package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type demoCmd struct {
	Rate rate    `default:"20/s" placeholder:"20/s" help:"How many rows the source gets (${default})."`
	Fail percent `default:"2%" placeholder:"2%" help:"The part of them that no message can hold (${default})."`
	Keep string  `placeholder:"DIR" help:"Leave the configuration and both databases there, to play with."`
}

// demoFastest keeps the demo a demo: it has no time to catch up with more.
const demoFastest = 1000

// Validate refuses what cannot end in time; kong calls it.
func (d *demoCmd) Validate() error {
	if d.Rate > demoFastest {
		return fmt.Errorf("--rate must be at most %d/s: the demo is no benchmark", demoFastest)
	}
	return nil
}

// Run implements the command.
func (d *demoCmd) Run(ctx context.Context, g *globals) error {
	return (&play{demoCmd: *d, plot: usualPlot, globals: g}).run(ctx)
}

// plot is what happens when, counted from the start.
type plot struct {
	backlog  int           // rows that are in the source before anything runs
	grow     time.Duration // how long rows keep coming
	lose     time.Duration // a receipt gets lost
	away     time.Duration // the broker goes
	back     time.Duration // and comes back
	patience time.Duration // for what is left when no more rows come
}

var usualPlot = plot{backlog: 200, grow: 12 * time.Second, lose: 3500 * time.Millisecond, away: 4 * time.Second, back: 7 * time.Second, patience: 15 * time.Second}

// play is one run of the demo.
type play struct {
	demoCmd
	plot
	*globals

	began  time.Time
	folder *demoFolder
	source *demoSource
	broker *demoBroker
	relay  *demoRelay
	show   *demoShow
}

// run sets everything up, lets it play, and says what came out. Everything is closed in the opposite
// order: whoever wrote a database closes it last, so that it is left in one piece.
func (p *play) run(ctx context.Context) (err error) {
	p.began = time.Now()
	p.show = newDemoShow(p.globals, p.began)
	if p.folder, err = newDemoFolder(p.Keep); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.folder.leave()) }()
	ctx, cancel := p.signals(ctx)
	defer cancel()
	if p.source, err = newDemoSource(ctx, p.folder.source(), p.Fail); err != nil {
		return err
	}
	defer p.source.close()
	if p.broker, err = newDemoBroker(); err != nil {
		return err
	}
	defer p.broker.close()
	if p.relay, err = newDemoRelay(ctx, p.globals, p.folder, p.broker.Addr()); err != nil {
		return err
	}
	defer p.relay.close()
	return p.perform(ctx)
}

// signals ends the context at the first SIGINT or SIGTERM; the second one ends the process at once,
// and even then a temporary folder does not stay.
func (p *play) signals(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	caught, over := make(chan os.Signal, 2), make(chan struct{})
	signal.Notify(caught, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		for _, act := range []func(){cancel, p.vanish} {
			select {
			case <-caught:
				act()
			case <-over:
				return
			}
		}
	}()
	return ctx, func() { signal.Stop(caught); close(over); cancel() }
}

func (p *play) vanish() {
	_ = p.folder.leave()
	os.Exit(exitNo)
}

// perform plays, ends the daemon as SIGTERM would, and counts when nothing moves any more.
func (p *play) perform(ctx context.Context) error {
	p.show.opening(p)
	if err := p.source.growTo(ctx, int64(p.backlog)); err != nil {
		return err
	}
	p.relay.start()
	err := errors.Join(p.untilSettled(ctx), p.relay.stop())
	p.show.endLive()
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		p.folder.sayNext(p.console.err, nil)
		return &problem{exitNo, "ended early, so nothing is proven", "left alone, the demo takes about 20 seconds"}
	}
	p.broker.stopConsumer()
	found, err := p.evidence()
	if err != nil {
		return err
	}
	return p.conclude(found)
}

// untilSettled plays the plot. It returns nil when every row of the source has its end and is where it
// belongs, when that takes too long, and when ctx ends.
func (p *play) untilSettled(ctx context.Context) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	steps := p.steps()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-p.relay.done:
			return nil // stop returns why
		case <-tick.C:
		}
		at := time.Since(p.began)
		for len(steps) > 0 && at >= steps[0].at {
			if err := p.take(steps[0]); err != nil {
				return err
			}
			steps = steps[1:]
		}
		settled, err := p.turn(ctx, at)
		if err != nil && ctx.Err() == nil {
			return err
		}
		if at > p.grow && (settled || at > p.grow+p.patience) {
			return nil
		}
	}
}

// turn inserts the rows that are due, counts, and tells whether every row has its end.
func (p *play) turn(ctx context.Context, at time.Duration) (settled bool, err error) {
	if err := p.source.growTo(ctx, p.planned(at)); err != nil {
		return false, err
	}
	t := tally{arrived: p.broker.distinct()}
	err = p.source.db.GetContext(ctx, &t.source, `SELECT count(*) FROM orders`)
	if err == nil {
		err = p.relay.ledger.GetContext(ctx, &t, `SELECT coalesce(sum(outcome = 'SENT'), 0) AS sent, coalesce(sum(outcome = 'FILTERED'), 0) AS filtered,
			coalesce(sum(status = 'FAILED'), 0) AS failed FROM dumped_data`)
	}
	if err != nil {
		return false, fmt.Errorf("count the rows: %w", err)
	}
	p.show.look(t, p.relay.board.State())
	return t.toDo() == 0 && t.arrived >= t.Sent, nil
}

// planned is how many rows the source has after so long.
func (p *play) planned(at time.Duration) int64 {
	return int64(p.backlog) + int64(min(at, p.grow).Seconds()*float64(p.Rate))
}

// step is one thing that the demo does to the broker.
type step struct {
	at   time.Duration
	text string
	do   func() error
}

func (p *play) steps() []step {
	b := p.broker.Broker
	return []step{
		{p.lose, "the demo lets the receipt of one message get lost", func() error { b.LoseReceipts(1); return nil }},
		{p.away, fmt.Sprintf("the demo takes the broker away for %s", span(p.back-p.away)), func() error { b.Down(); return nil }},
		{p.back, "the demo brings the broker back", b.Up},
	}
}

func (p *play) take(s step) error {
	if err := s.do(); err != nil {
		return err
	}
	p.show.event(s.text)
	return nil
}

// percent is a part of a whole, typed as 2%.
type percent float64

// UnmarshalText reads a percentage.
func (p *percent) UnmarshalText(b []byte) error {
	number, found := strings.CutSuffix(string(b), "%")
	n, err := strconv.ParseFloat(number, 64)
	if !found || err != nil || !(n >= 0 && n <= 100) {
		return fmt.Errorf("%q is no percentage: write it as 2%%", b)
	}
	*p = percent(n)
	return nil
}
