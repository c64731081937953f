package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jacoelho/xsd"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/store"
)

// viewer makes messages of rows, without a broker.
type viewer struct {
	*previewCmd
	file    *config.File
	source  source.Source
	columns []record.Column
	recipe  *recipe
	steps   *steps
	schema  *xsd.Engine // of --xsd
	store   string      // the store's id, or a guess
	after   int64
	where   string // which rows are read, for people

	rows []*record.Record
	left []int64 // numbers of rows that `where` leaves out
}

// start opens all that is needed; what it has opened of that is closed again with an error.
func (v *viewer) start(ctx context.Context) error {
	err := v.open(ctx)
	if err != nil {
		return err
	}
	if err = v.prepare(ctx); err == nil {
		err = v.begin(ctx)
	}
	if err != nil {
		v.close()
	}
	return err
}

// open opens the source alone, or leaves nothing open.
func (v *viewer) open(ctx context.Context) (err error) {
	if v.source, err = newSource(v.file, v.Feed); err != nil {
		return err
	}
	d, err := v.source.Open(ctx)
	if err != nil {
		_ = v.source.Close()
	}
	v.columns = d.Columns
	return err
}

func (v *viewer) prepare(ctx context.Context) (err error) {
	if v.recipe, err = newRecipe(v.file, v.Feed, true); err != nil {
		return err
	}
	v.steps, err = v.recipe.prepare(ctx, v.columns)
	return err
}

// begin finds out where the feed stands. Without a store a preview begins where the file says.
func (v *viewer) begin(ctx context.Context) error {
	subject := v.file.Feeds[v.Feed].Source.Table
	if subject == "" {
		subject = "the query"
	}
	v.store = v.file.Store.ID
	st, away := openStore(ctx, v.file, false)
	if p, ok := errors.AsType[*problem](away); ok {
		return p // where it stands is known, beside the file
	}
	if away == nil {
		defer st.Close()
		v.store = st.ID()
		p, err := st.Position(ctx, v.Feed)
		if err == nil {
			v.after, v.where = p.LastRead, fmt.Sprintf("Reads %s after %d", subject, p.LastRead)
			return nil
		} else if !errors.Is(err, store.ErrNoFeed) {
			return err
		}
	}
	start := v.file.Feeds[v.Feed].Source.Start
	b, err := v.source.Start(ctx, source.Start{Mode: start.Mode, At: start.At})
	v.after, v.where = b.After, fmt.Sprintf("Reads %s after %d, where the feed will begin", subject, b.After)
	if missing, ok := errors.AsType[*store.SchemaError](away); away != nil && (!ok || missing.Have > 0) {
		v.where = fmt.Sprintf("Reads %s after %d, where the feed began: where it stands now is not known (%s)", subject, b.After, explain(away).text)
	}
	return err
}

func (v *viewer) close() {
	if v.recipe != nil {
		_ = v.recipe.Close() // read-only
	}
	_ = v.source.Close()
}

// all makes what is to be shown of the rows that were read.
func (v *viewer) all(ctx context.Context) ([]viewed, error) {
	shown := make([]viewed, 0, len(v.rows))
	for _, r := range v.rows {
		one, err := v.view(ctx, v.steps, r)
		if err != nil {
			return nil, err
		}
		shown = append(shown, one)
	}
	v.judge(shown)
	for _, seq := range v.left {
		shown = append(shown, viewed{Seq: seq, Outcome: leftOut})
	}
	return shown, nil
}

// read reads the rows, once: what two files make of them is compared row by row.
func (v *viewer) read(ctx context.Context) error {
	switch {
	case v.Row != "":
		row, err := v.readRow()
		v.rows = []*record.Record{row}
		return err
	case v.Seq.named:
		return v.named(ctx)
	}
	page, err := v.source.Read(ctx, source.Query{After: v.after, Limit: source.Limit{Rows: v.Limit, Bytes: previewBytes}})
	v.rows = page.Records
	return err
}

// named reads rows by their numbers.
func (v *viewer) named(ctx context.Context) error {
	found, err := v.source.Numbers(ctx, v.Seq.Range, previewRows)
	if err != nil {
		return err
	}
	if found.Reached < v.Seq.Hi {
		return &problem{exitNo, fmt.Sprintf("there are more than %s rows from %d to %d", thousands(previewRows), v.Seq.Lo, v.Seq.Hi),
			fmt.Sprintf("go on in pieces: --seq %d..%d is the first", v.Seq.Lo, found.Reached)}
	}
	var seqs []int64
	for _, n := range found.Found {
		if n.Wanted {
			seqs = append(seqs, n.Seq)
		} else {
			v.left = append(v.left, n.Seq)
		}
	}
	return v.take(ctx, seqs)
}

// take reads the rows of these numbers.
func (v *viewer) take(ctx context.Context, seqs []int64) error {
	for len(seqs) > 0 {
		some, seen, err := v.source.Late(ctx, seqs, source.Limit{Rows: 1000, Bytes: previewBytes})
		if err != nil {
			return err
		}
		v.rows, seqs = append(v.rows, some...), seqs[seen:]
	}
	return nil
}
