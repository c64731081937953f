package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/store"
)

type rewindCmd struct {
	Feed   string `arg:"" help:"The feed."`
	To     target `required:"" placeholder:"SEQ|first" help:"Read the numbers above this one again; first is from the beginning."`
	Resend string `enum:"completed," default:"" placeholder:"completed" help:"completed: send rows that are COMPLETED again too, with new ids."`
	Reason string `placeholder:"TEXT" help:"Why, for the audit; always needed."`
	Yes    bool   `short:"y" help:"Do not ask."`
	DryRun bool   `help:"Count only, change nothing."`
}

// target is where a rewind goes: a number, or the beginning.
type target struct {
	first bool
	seq   int64
}

// UnmarshalText reads a target.
func (t *target) UnmarshalText(b []byte) (err error) {
	if t.first = string(b) == "first"; t.first {
		return nil
	}
	if t.seq, err = strconv.ParseInt(string(b), 10, 64); err != nil {
		return fmt.Errorf("%q is neither a number nor first", b)
	}
	return nil
}

// of is the number that the target means for a feed.
func (t target) of(p store.Position) int64 {
	if t.first {
		return min(0, p.StartSeq)
	}
	return t.seq
}

// Validate refuses a change by hand that nobody gives a reason for; kong calls it.
func (r *rewindCmd) Validate() error {
	if strings.TrimSpace(r.Reason) == "" {
		return errors.New("--reason is missing: the audit keeps why a feed was moved back")
	}
	return nil
}

// Run implements the command.
func (r *rewindCmd) Run(ctx context.Context, g *globals) error {
	file, st, err := g.openFor(ctx, r.Feed)
	if err != nil {
		return err
	}
	defer st.Close()
	m, err := r.plan(ctx, g, st)
	if err != nil {
		return err
	}
	if r.DryRun {
		return m.say(g, m.intent()+"Nothing was changed (--dry-run)")
	}
	g.warnAbsent(file, r.Feed, "nobody reads it until a daemon carries it")
	return r.change(ctx, g, st, m)
}

// plan finds out what the rewind would do, and refuses one that may not be done.
func (r *rewindCmd) plan(ctx context.Context, g *globals, st store.Store) (m move, err error) {
	p, err := position(ctx, st, r.Feed)
	if err != nil {
		return m, err
	}
	m = move{From: p.LastRead, To: r.To.of(p), Resend: r.Resend != ""}
	if m.To > m.From {
		return m, r.forward(m.From)
	}
	if err := r.insist(ctx, g, st, p); err != nil {
		return m, err
	}
	if m.identity, err = expected(p, m.Resend); err != nil {
		return m, fmt.Errorf("read the stored source identity of %s: %w", r.Feed, err)
	}
	counts, err := st.Above(ctx, r.Feed, m.To)
	m.Completed, m.Unfinished = counts.Completed, counts.New+counts.Failed
	return m, err
}

func (r *rewindCmd) forward(lastRead int64) error {
	return &problem{exitNo, fmt.Sprintf("%s has read up to %d, and a feed only goes back", r.Feed, lastRead),
		fmt.Sprintf("name a number that is not above %d, or first", lastRead)}
}

// insist refuses to read numbers again that were given out a second time, unless what is recorded under them gives way.
func (r *rewindCmd) insist(ctx context.Context, g *globals, st store.Store, p store.Position) error {
	if r.Resend != "" {
		return nil
	}
	back, err := wentBack(ctx, st, r.Feed, p)
	if err != nil || !back {
		return err
	}
	return r.hidden(g)
}

// hidden is why a feed that went back is not rewound without a new delivery.
func (r *rewindCmd) hidden(g *globals) error {
	return &problem{exitNo, r.Feed + " is stopped with SOURCE_WENT_BACK: numbers that are given out again are new rows under old numbers,\n" +
		"and the rows that are recorded under them already would hide them: they would never be sent", typed(g.typed) + " --resend completed"}
}

// expected is the source that the feed reads from now on: with an order to send again, whichever server is found next.
func expected(p store.Position, resend bool) ([]byte, error) {
	if !resend {
		return p.Identity, nil
	}
	var i source.Identity
	if err := json.Unmarshal(p.Identity, &i); err != nil {
		return nil, err
	}
	i.Server, i.Timeline = "", 0
	return json.Marshal(i)
}

// change asks, and does it.
func (r *rewindCmd) change(ctx context.Context, g *globals, st store.Store, m move) error {
	if !r.Yes {
		if err := g.confirmName(m.intent(), r.Feed); err != nil {
			return err
		}
	} else if !g.Quiet {
		g.console.err.printf("%s", m.intent())
	}
	audit, err := st.Rewind(ctx, r.Feed, store.Rewind{To: m.To, Resend: m.Resend, Identity: m.identity}, g.audit(r.Reason))
	if errors.Is(err, store.ErrForward) { // somebody else has moved it meanwhile
		return &problem{exitNo, r.Feed + " was moved back further meanwhile; nothing was changed", "look where it stands: rowrelay status " + r.Feed}
	}
	if errors.Is(err, store.ErrStopped) { // while the question was open
		return r.hidden(g)
	}
	if err != nil {
		return fmt.Errorf("rewind %s: %w", r.Feed, err)
	}
	m.Audit = &audit
	return m.say(g, fmt.Sprintf("%s goes on from %d, audit entry %d. A daemon that runs follows within 5 s: rowrelay status %s", r.Feed, m.To, audit, r.Feed))
}
