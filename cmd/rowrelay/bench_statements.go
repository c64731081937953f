package main

import (
	"context"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/store"
)

// markedAtOnce is how many rows one mark finishes, as the relay does it under load.
const markedAtOnce = 1000

// statements runs the SQL of the relay without the rest: pages are read and dumped by one, marks are written by another.
func (w *benchWork) statements(ctx context.Context, s shape, rows int) (benchResult, error) {
	one := s
	one.Feeds = 1
	_, file, err := w.write(one, "")
	if err != nil {
		return benchResult{}, err
	}
	if err := w.ground.tables(ctx, 1); err != nil {
		return benchResult{}, err
	}
	st, err := openStore(ctx, file, true)
	if err != nil {
		return benchResult{}, err
	}
	defer st.Close()
	src, err := newSource(file, benchFeed(0))
	if err != nil {
		return benchResult{}, err
	}
	defer src.Close()
	seen, instance, err := prepareStatements(ctx, st, src, w.ground.last)
	if err != nil {
		return benchResult{}, err
	}
	if _, err := w.ground.fill(ctx, one, rows); err != nil {
		return benchResult{}, err
	}
	before := w.meters.read(0)
	pages, marked := make(chan []store.Mark, 4), make(chan error, 1)
	go func() { marked <- markAll(ctx, st, instance, pages) }()
	err = dumpAll(ctx, st, src, seen, instance, file.Feeds[benchFeed(0)].Source.Bunch, pages)
	close(pages)
	if failed := <-marked; err == nil {
		err = failed
	}
	used := w.meters.read(0)
	return newResult(kindStatements, s, rows, used.at.Sub(before.at), used.since(before), used.self-before.self), err
}

func prepareStatements(ctx context.Context, st store.Store, src source.Source, start int64) (store.Position, string, error) {
	if _, err := src.Open(ctx); err != nil {
		return store.Position{}, "", err
	}
	instance, err := st.Register(ctx, "rowrelay-bench", []byte("{}"))
	if err != nil {
		return store.Position{}, "", err
	}
	p, err := st.CreateFeed(ctx, benchFeed(0), store.Beginning{Start: start, Identity: []byte("{}")})
	return p, instance, err
}

func dumpAll(ctx context.Context, st store.Store, src source.Source, seen store.Position, instance string, bunch int, pages chan<- []store.Mark) error {
	for full := true; full; {
		page, err := src.Read(ctx, source.Query{After: seen.LastRead, Limit: source.Limit{Rows: bunch, Bytes: 8 << 20}})
		if err != nil {
			return err
		}
		full = page.Full
		if len(page.Records) == 0 {
			break
		}
		for _, r := range page.Records {
			r.MessageID = "bench." + r.Feed
		}
		var dumped []store.Dumped
		seen, dumped, err = st.Dump(ctx, store.Dump{Feed: benchFeed(0), Instance: instance, Seen: seen, LastRead: page.Numbers[len(page.Numbers)-1], Records: page.Records})
		if err != nil {
			return err
		}
		marks := make([]store.Mark, len(dumped))
		for i, d := range dumped {
			marks[i] = store.Mark{Seq: d.Seq, ClaimNo: d.ClaimNo, Status: record.Completed, Outcome: record.Sent, Attempt: true}
		}
		pages <- marks
	}
	return nil
}

func markAll(ctx context.Context, st store.Store, instance string, pages <-chan []store.Mark) (err error) {
	for marks := range pages {
		for len(marks) > 0 && err == nil {
			n := min(len(marks), markedAtOnce)
			_, err = st.Mark(ctx, benchFeed(0), instance, marks[:n])
			marks = marks[n:]
		}
	}
	return err
}
