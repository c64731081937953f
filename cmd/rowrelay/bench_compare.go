package main

import (
	"context"
	"slices"

	"github.com/rowrelay/rowrelay/bench"
)

// compare runs everything in turn: what lies side by side in time can be compared, on a machine that is never alone.
func (w *benchWork) compare(ctx context.Context) error {
	if err := w.warm(ctx); err != nil {
		return err
	}
	runs := map[shape]map[string][]benchResult{}
	for pair := range w.Pairs {
		for _, s := range w.shapes() {
			if runs[s] == nil {
				runs[s] = map[string][]benchResult{}
			}
			if err := w.turn(ctx, pair, s, runs[s]); err != nil {
				return err
			}
		}
	}
	for _, s := range w.shapes() {
		for _, kind := range w.Only {
			w.results = append(w.results, middle(runs[s][kind]))
		}
	}
	return w.print()
}

// shapes are all combinations of what varies.
func (w *benchWork) shapes() (all []shape) {
	s := w.base()
	for _, s.Size = range w.Size {
		for _, s.Workers = range w.Workers {
			for _, s.Feeds = range w.Feeds {
				for _, s.Finished = range w.Finished {
					all = append(all, s)
				}
			}
		}
	}
	return all
}

// warmUps: a broker on a JVM goes on compiling itself for some 300,000 messages, and what that costs would be taken for what a message costs.
const warmUps = 3

// warm runs some rows, so that no first run pays for cold servers, and takes a message as the model.
func (w *benchWork) warm(ctx context.Context) error {
	if _, _, err := w.drain(ctx, 0); err != nil { // what somebody has left
		return err
	}
	for range warmUps {
		if err := w.example(ctx, w.base(), min(w.Rows, 100_000)); err != nil {
			return err
		}
	}
	return nil
}

// example lets the relay make messages of a shape, and keeps one of them.
func (w *benchWork) example(ctx context.Context, s shape, rows int) error {
	aside := *w
	aside.For, s.Finished = 0, 0
	_, err := aside.relay(ctx, kindWarm, s, rows, nil)
	w.model, w.modelSize = aside.model, s.Size
	return err
}

// turn runs each kind once, every second time in reverse, so that no kind always follows the same other one.
func (w *benchWork) turn(ctx context.Context, pair int, s shape, runs map[string][]benchResult) error {
	kinds := slices.Clone(w.Only)
	if pair%2 == 1 {
		slices.Reverse(kinds)
	}
	for _, kind := range kinds {
		w.meters.rest(ctx)
		r, err := w.run(ctx, kind, s)
		if err != nil {
			return err
		}
		runs[kind] = append(runs[kind], r)
		w.g.console.err.printf("%d/%d %s: %d rows, %.0f rows/s\n", pair+1, w.Pairs, r.name(), r.Rows, r.Rate)
	}
	return nil
}

func (w *benchWork) run(ctx context.Context, kind string, s shape) (benchResult, error) {
	switch kind {
	case kindRaw:
		if s.Size != w.modelSize {
			if err := w.example(ctx, s, 100); err != nil {
				return benchResult{}, err
			}
		}
		return w.raw(ctx, s, w.Rows)
	case kindNaive:
		return w.naive(ctx, s, min(w.Rows, 10_000))
	case kindStatements:
		return w.statements(ctx, s, w.Rows)
	case kindReceipts:
		receiver, err := bench.NewReceipts()
		if err != nil {
			return benchResult{}, err
		}
		defer receiver.Close()
		return w.relay(ctx, kind, s, w.Rows, receiver)
	}
	return w.relay(ctx, kind, s, w.Rows, nil)
}
