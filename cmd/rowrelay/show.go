package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

type failedShow struct {
	Feed string `arg:"" help:"The feed."`
	Seq  int64  `arg:"" help:"The row's number in the sequence column."`
}

// Run implements the command.
func (f *failedShow) Run(ctx context.Context, g *globals) error {
	_, st, err := knowing(ctx, f.Feed, g.openToRead)
	if err != nil {
		return err
	}
	defer st.Close()
	row, err := st.Row(ctx, f.Feed, f.Seq)
	if errors.Is(err, store.ErrNoRow) {
		return f.notThere(ctx, st)
	}
	if err != nil {
		return fmt.Errorf("read the store: %w", err)
	}
	if g.json() {
		return g.console.out.json(row)
	}
	printRow(g.console.out, time.Now(), row)
	return nil
}

// notThere says what a missing row means, which depends on how far the feed was read.
func (f *failedShow) notThere(ctx context.Context, st store.Store) error {
	text := fmt.Sprintf("%s has no row %d", f.Feed, f.Seq)
	p, err := st.Position(ctx, f.Feed)
	switch {
	case errors.Is(err, store.ErrNoFeed):
		return &problem{exitNo, text, "nothing was read yet: rowrelay status " + f.Feed}
	case err != nil:
		return fmt.Errorf("read the store: %w", err)
	case f.Seq > p.LastRead:
		return &problem{exitNo, text, fmt.Sprintf("it is still to be read, the last number read is %d: rowrelay status %s", p.LastRead, f.Feed)}
	case f.Seq <= p.StartSeq:
		return &problem{exitNo, text, fmt.Sprintf("the feed began above %d (source.start)", p.StartSeq)}
	}
	return &problem{exitNo, text, fmt.Sprintf("that number was passed over: source.where left it out, it is not in the source, or its row came late: rowrelay reconcile %s --from=%d --to=%d",
		f.Feed, f.Seq, f.Seq)}
}

func printRow(v *voice, now time.Time, r store.Row) {
	v.printf("%s\n", v.bold(printable(fmt.Sprintf("%s %d  %s", r.Feed, r.Seq, standing(r)))))
	field := func(name, value string) { v.printf("  %-16s %s\n", name, printable(value)) }
	field("business key", text(r.BusinessKey))
	field("message id", r.MessageID)
	field("error code", text(r.ErrorCode))
	field("error text", text(r.ErrorText))
	field("attempts", fmt.Sprint(r.Attempts))
	field("next attempt at", full(r.NextAttemptAt))
	field(ownership[r.Status], ownerWords(r))
	field("claim no", fmt.Sprint(r.ClaimNo))
	field("crashes", fmt.Sprint(r.Crashes))
	field("metadata", r.Metadata)
	printTimeline(v, now, r)
	printDecision(v, r)
}

// ownership says what OWNER means: of a finished row nobody is at work, it tells whose log to read.
var ownership = map[record.Status]string{record.New: "owner", record.Completed: "finished by", record.Failed: "last tried by"}

// ownerWords is the instance's name with its id, which is all that is left once the store has forgotten the instance.
func ownerWords(r store.Row) string {
	if r.OwnerName == nil {
		return text(r.Owner)
	}
	return *r.OwnerName + " (instance " + text(r.Owner) + ")"
}

func standing(r store.Row) string {
	if r.Outcome != nil {
		return string(r.Status) + ", " + *r.Outcome
	}
	return string(r.Status)
}

// printTimeline tells the row's life in the order in which it happened.
func printTimeline(v *voice, now time.Time, r store.Row) {
	line := func(at time.Time, what string) {
		v.printf("  %s  %-7s  %s\n", at.In(now.Location()).Format("2006-01-02 15:04:05 MST"), ago(now, at), printable(what))
	}
	v.printf("%s\n", v.bold("Timeline"))
	line(r.ReadAt, "read from the source, NEW")
	if r.ClaimNo > 1 {
		v.printf("  %s\n", "claimed again "+counted(r.ClaimNo-1, "time")+": after a failed attempt, a retry, or an owner's end")
	}
	if r.FinishedAt != nil {
		line(*r.FinishedAt, finish(r))
	}
	if r.Status == record.New && r.NextAttemptAt != nil && r.NextAttemptAt.After(now) {
		line(*r.NextAttemptAt, "next attempt")
	}
}

func finish(r store.Row) string {
	if r.Status == record.Failed {
		return fmt.Sprintf("FAILED with %s after %s", text(r.ErrorCode), counted(r.Attempts, "attempt"))
	}
	return standing(r)
}

func printDecision(v *voice, r store.Row) {
	switch r.Status {
	case record.Failed:
		code := record.Code(text(r.ErrorCode))
		v.printf("→ %s\n→ rowrelay retry %s %d\n", rowAdvice(code), r.Feed, r.Seq)
	case record.New:
		v.printf("→ nothing to decide: it is sent when its feed runs: rowrelay status %s\n", r.Feed)
	}
}

// full is a moment with its zone, as long as nobody needs it short.
func full(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04:05 MST")
}
