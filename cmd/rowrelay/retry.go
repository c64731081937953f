package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

type retryCmd struct {
	Feed string  `arg:"" help:"The feed."`
	Seqs []int64 `arg:"" optional:"" name:"seq" help:"Rows by their number in the sequence column."`
	selection
	All    bool   `help:"Every FAILED row of the feed."`
	Yes    bool   `short:"y" help:"Do not ask."`
	DryRun bool   `help:"Count only, change nothing."`
	Reason string `placeholder:"TEXT" help:"Why, for the audit."`
	Limit  int64  `default:"5000" help:"Change at most so many rows; 0 for all (${default})."`
	Rate   rate   `placeholder:"50/s" help:"Spread the rows over time."`
}

// retried is what `retry -o json` writes.
type retried struct {
	Matched int64  `json:"matched"`
	Changed int64  `json:"changed"`
	Audit   *int64 `json:"audit"` // null: nothing was changed
}

// Validate refuses what can never be meant; kong calls it.
func (r *retryCmd) Validate() error {
	named := len(r.Seqs) > 0
	some := r.Code != "" || r.Since != 0 || r.Key != ""
	switch {
	case !named && !some && !r.All:
		return errors.New("nothing selects rows: name SEQ..., --code, --since or --key, or say --all")
	case r.All && (named || some):
		return errors.New("--all and a selection exclude each other")
	case r.Limit < 0:
		return errors.New("--limit must be 0 or more")
	}
	return nil
}

// Run implements the command.
func (r *retryCmd) Run(ctx context.Context, g *globals) error {
	file, st, err := g.openFor(ctx, r.Feed)
	if err != nil {
		return err
	}
	defer st.Close()
	if err := r.knowCode(ctx, st); err != nil {
		return err
	}
	matched, err := st.Count(ctx, r.which())
	if err != nil {
		return fmt.Errorf("count the rows: %w", err)
	}
	if matched == 0 {
		return r.nothing(ctx, st)
	}
	g.warnAbsent(file, r.Feed, "the rows stay NEW until a daemon carries it")
	return r.change(ctx, g, st, matched)
}

func (r *retryCmd) which() store.Filter {
	f := r.filter(r.Feed)
	f.Seqs = r.Seqs
	return f
}

// change asks, and does it.
func (r *retryCmd) change(ctx context.Context, g *globals, st store.Store, matched int64) error {
	if r.DryRun {
		return r.say(g, retried{Matched: matched}, r.intent(matched)+". Nothing was changed (--dry-run)")
	}
	if !r.Yes {
		if err := g.confirm(r.intent(matched), "answer y to go on, or look first: rowrelay failed "+r.Feed); err != nil {
			return err
		}
	}
	changed, audit, err := st.Retry(ctx, r.which(), r.Limit, float64(r.Rate), g.audit(r.Reason))
	if err != nil {
		return fmt.Errorf("retry %s: %w", r.Feed, err)
	}
	if changed == 0 {
		return r.nothing(ctx, st)
	}
	return r.say(g, retried{matched, changed, &audit}, r.done(matched, changed, audit))
}

func (r *retryCmd) say(g *globals, document retried, sentence string) error {
	if g.json() {
		return g.console.out.json(document)
	}
	g.console.out.printf("%s\n", sentence)
	return nil
}

// intent names the rows and what becomes of them: "2 rows of orders become NEW and ...".
func (r *retryCmd) intent(matched int64) string {
	n, verb, are := rows(matched), "become", "are"
	if r.Limit > 0 && matched > r.Limit {
		n = fmt.Sprintf("%s of %s rows", thousands(r.Limit), thousands(matched))
	} else if matched == 1 {
		verb, are = "becomes", "is"
	}
	return fmt.Sprintf("%s of %s %s NEW and %s built again from the source table", n, r.Feed, verb, are)
}

// done says what was done, and where the outcome will stand: NEW is no success yet.
func (r *retryCmd) done(matched, changed, audit int64) string {
	n, are := rows(changed), "are"
	if changed < matched {
		n = fmt.Sprintf("%s of %s rows", thousands(changed), thousands(matched))
	} else if changed == 1 {
		are = "is"
	}
	spread := ""
	if r.Rate > 0 {
		spread = ", spread over " + upFor(time.Duration(float64(changed)/float64(r.Rate)*float64(time.Second)))
	}
	return fmt.Sprintf("%s %s NEW again%s, audit entry %d. Nothing is sent yet: rowrelay status %s shows how far it is, rowrelay failed %s what fails again",
		n, are, spread, audit, r.Feed, r.Feed)
}

// nothing explains why no row was selected, row by row where a few were named.
func (r *retryCmd) nothing(ctx context.Context, st store.Store) error {
	text := fmt.Sprintf("no FAILED row of %s is selected; nothing was changed", r.Feed)
	for _, seq := range r.Seqs[:min(len(r.Seqs), 5)] {
		row, err := st.Row(ctx, r.Feed, seq)
		switch {
		case errors.Is(err, store.ErrNoRow):
			text += fmt.Sprintf("\n  %d is not there", seq)
		case err != nil:
			return fmt.Errorf("read the store: %w", err)
		case row.Status != record.Failed:
			text += fmt.Sprintf("\n  %d is %s", seq, standing(row))
		}
	}
	return &problem{exitNo, text, "see what failed: rowrelay failed " + r.Feed}
}
