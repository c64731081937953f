package main

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
)

// versus is what `preview --against -o json` writes.
type versus struct {
	Rows    int          `json:"rows"`
	Same    int          `json:"same"`
	Differ  []difference `json:"differ"`
	Against string       `json:"against"`
}

// difference is one row of which two configurations make something else.
type difference struct {
	Seq    int64  `json:"seq"`
	Before viewed `json:"before"`
	Now    viewed `json:"now"`
}

// compare makes the messages of the same rows by another file, and shows what differs.
func (p *previewCmd) compare(ctx context.Context, g *globals, v *viewer, now []viewed) error {
	before, err := p.before(ctx, g, v, now)
	if err != nil {
		return err
	}
	c := versus{Rows: len(now), Against: p.Against, Differ: []difference{}}
	for i, one := range now {
		if same(before[i], one) {
			c.Same++
			continue
		}
		c.Differ = append(c.Differ, difference{one.Seq, before[i], one})
	}
	if g.json() {
		if err := g.console.out.json(c); err != nil {
			return err
		}
	} else {
		c.print(g.console.out)
	}
	if len(c.Differ) > 0 || slices.ContainsFunc(now, func(one viewed) bool { return one.Outcome == failedOutcome }) {
		return answered(exitNo)
	}
	return nil
}

// before is what the other file makes of the same rows.
func (p *previewCmd) before(ctx context.Context, g *globals, v *viewer, now []viewed) ([]viewed, error) {
	file, found := read(p.Against, config.Offline)
	if err := found.Err(); err != nil {
		return nil, err
	}
	if _, ok := file.Feeds[p.Feed]; !ok {
		return nil, &problem{exitNo, fmt.Sprintf("%s has no feed %s", p.Against, p.Feed), "compare with a file that has it"}
	}
	old := &viewer{previewCmd: p, file: file, source: v.source, columns: v.columns, rows: v.rows, left: v.left, store: v.store}
	if !v.readsAs(file) {
		if err := old.readAgain(ctx, v.rows); err != nil {
			return nil, g.refused(err)
		}
		defer old.source.Close()
	}
	if err := old.prepare(ctx); err != nil {
		return nil, g.refused(err)
	}
	defer old.recipe.Close()
	made, err := old.all(ctx)
	return inOrder(now, made), err
}

// readsAs: the other file reads the same columns of the same rows, so both take the rows that were read once.
func (v *viewer) readsAs(other *config.File) bool {
	connection := func(f *config.File) database.Options { return databaseOptions(f, f.Feeds[v.Feed].Source.Connection) }
	return reflect.DeepEqual(sourceOptions(v.file, v.Feed), sourceOptions(other, v.Feed)) && reflect.DeepEqual(connection(v.file), connection(other))
}

// readAgain reads the rows of these numbers as the viewer's own file says.
func (v *viewer) readAgain(ctx context.Context, rows []*record.Record) (err error) {
	if err = v.open(ctx); err != nil {
		return err
	}
	v.rows, v.left = nil, nil
	if v.Row != "" {
		return v.read(ctx)
	}
	var seqs []int64
	for _, r := range rows {
		seqs = append(seqs, r.Seq)
	}
	return v.take(ctx, seqs)
}

// inOrder is what was made of the same rows, in the same order; a row of which nothing was made is left out by the other file.
func inOrder(rows, made []viewed) []viewed {
	bySeq := map[int64]viewed{}
	for _, one := range made {
		bySeq[one.Seq] = one
	}
	found := make([]viewed, len(rows))
	for i, one := range rows {
		if other, ok := bySeq[one.Seq]; ok {
			found[i] = other
		} else {
			found[i] = viewed{Seq: one.Seq, Outcome: leftOut}
		}
	}
	return found
}

// same compares what the receiver would get.
func same(a, b viewed) bool {
	return a.Outcome == b.Outcome && a.Code == b.Code && a.Body == b.Body && reflect.DeepEqual(a.Headers, b.Headers) && reflect.DeepEqual(a.Sent, b.Sent)
}

func (c versus) print(out *voice) {
	verb := "differ"
	if len(c.Differ) == 1 {
		verb = "differs"
	}
	out.printf("%s: %d same, %d %s\n", counted(c.Rows, "row"), c.Same, len(c.Differ), verb)
	for _, d := range c.Differ {
		out.printf("%d  %s\n", d.Seq, d)
	}
}

// String shows the part that differs, old → new.
func (d difference) String() string {
	if d.Before.Outcome != d.Now.Outcome || d.Before.Code != d.Now.Code {
		return outcomeOf(d.Before) + "  →  " + outcomeOf(d.Now)
	}
	if d.Before.Body != d.Now.Body {
		a, b := apart(d.Before.Body, d.Now.Body)
		return printable(a) + "  →  " + printable(b)
	}
	return travels(d.Before) + "  →  " + travels(d.Now)
}

// travels is all of a message but its document.
func travels(one viewed) string {
	return one.Sent.Destination + "  " + one.Sent.Class + "  " + headerLine(one)
}

func outcomeOf(one viewed) string {
	switch {
	case one.Code != "":
		return fmt.Sprintf("%s %s", one.Outcome, one.Code)
	case one.By != "":
		return fmt.Sprintf("%s by %q", one.Outcome, one.By)
	}
	return one.Outcome
}
