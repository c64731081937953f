package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// move is a rewind and what it is about. Its fields are those of `rewind -o json`.
type move struct {
	From       int64  `json:"from"`
	To         int64  `json:"to"`
	Completed  int64  `json:"completed"`  // rows above To
	Unfinished int64  `json:"unfinished"` // rows above To that are NEW or FAILED, and stay so
	Resend     bool   `json:"resend"`     // the COMPLETED ones are sent again
	Audit      *int64 `json:"audit"`      // null: nothing was changed

	identity []byte
}

// numbers is how many are read again.
func (m move) numbers() int64 {
	return int64(min(uint64(m.From)-uint64(m.To), math.MaxInt64))
}

// intent says what becomes of the rows above, in whole lines.
func (m move) intent() string {
	noun := "numbers"
	if m.numbers() == 1 {
		noun = "number"
	}
	width := max(len(thousands(m.Completed)), len(thousands(m.Unfinished)))
	return fmt.Sprintf("last read %d → %d: %s %s %s read again\n  %*s %s COMPLETED and will %s\n  %*s %s NEW or FAILED and will stay so\n",
		m.From, m.To, thousands(m.numbers()), noun, are(m.numbers()),
		width, thousands(m.Completed), are(m.Completed), m.again(), width, thousands(m.Unfinished), are(m.Unfinished))
}

func (m move) again() string {
	if m.Resend {
		return "be sent again, with new ids"
	}
	return "NOT be sent again (--resend completed sends such rows, with new ids)"
}

// are is the verb for so many.
func are(n int64) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func (m move) say(g *globals, sentence string) error {
	if g.json() {
		return g.console.out.json(m)
	}
	g.console.out.printf("%s\n", sentence)
	return nil
}

// position is where a feed stands; that it has read nothing yet is a problem of whoever asks.
func position(ctx context.Context, st store.Store, feed string) (store.Position, error) {
	p, err := st.Position(ctx, feed)
	if errors.Is(err, store.ErrNoFeed) {
		return p, &problem{exitNo, feed + " has no position yet: nothing was read", "a daemon begins it: rowrelay run"}
	}
	return p, err
}

// wentBack tells whether a feed is stopped because its source went back: the store says so, or a daemon said so last.
func wentBack(ctx context.Context, st store.Store, feed string, p store.Position) (bool, error) {
	if p.StopCode == record.SourceWentBack {
		return true, nil
	}
	o, err := st.Overview(ctx)
	if err != nil {
		return false, fmt.Errorf("read the store: %w", err)
	}
	return slices.ContainsFunc(o.Instances, func(i store.Instance) bool {
		said := i.State.Feeds[feed]
		return said.State == record.Stopped && said.Code == record.SourceWentBack
	}), nil
}
