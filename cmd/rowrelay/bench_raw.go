package main

import (
	"context"
	"fmt"
	"html"
	"sync"
	"time"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/sink"
)

const (
	settle   = time.Second      // how long a queue stays quiet that is taken for empty
	greeting = 5 * time.Second  // the same until the first message, connecting included
	missing  = 30 * time.Second // the same while messages are still due: a broker at its limit may pause
)

// target is the queue as the relay's own sender knows it.
func (w *benchWork) target(s shape) (*sink.STOMP, error) {
	_, file, err := w.write(s, "")
	if err != nil {
		return nil, err
	}
	return newSink(file, benchFeed(0), nil)
}

// drain reads the queue empty, which holds at least so many messages, and counts them by their ids. It keeps one body as the model of ready-made messages.
func (w *benchWork) drain(ctx context.Context, due int) (messages, twice int, err error) {
	dst, err := w.target(w.base())
	if err != nil {
		return 0, 0, err
	}
	seen := map[string]bool{}
	patience := func() time.Duration {
		if len(seen) < due {
			return missing
		}
		return settle
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	quiet := time.AfterFunc(max(patience(), greeting), stop)
	defer quiet.Stop()
	err = dst.Consume(ctx, func(id string, body []byte) {
		if seen[id] {
			twice++
		}
		seen[id] = true
		w.model = body
		quiet.Reset(patience())
	})
	return len(seen), twice, err
}

// raw sends ready-made messages by the relay's own sender, and nothing else.
func (w *benchWork) raw(ctx context.Context, s shape, rows int) (benchResult, error) {
	dst, err := w.target(s)
	if err != nil {
		return benchResult{}, err
	}
	before := w.meters.read(0)
	var senders sync.WaitGroup
	errs := make([]error, w.Connections)
	for i := range w.Connections {
		senders.Go(func() {
			errs[i] = w.send(ctx, dst, fmt.Sprintf("raw.%d.%d", w.ground.last, i), share(rows, w.Connections, i))
		})
	}
	senders.Wait()
	used := w.meters.read(0)
	w.ground.last++ // other ids next time
	for _, err := range errs {
		if err != nil {
			return benchResult{}, err
		}
	}
	r := newResult(kindRaw, s, rows, used.at.Sub(before.at), used.since(before), used.self-before.self)
	return r, w.agree(ctx, &r, r.Rows)
}

func (w *benchWork) send(ctx context.Context, dst *sink.STOMP, prefix string, n int) error {
	p := dst.Publisher(ctx)
	defer p.Close()
	for sent := 0; sent < n; {
		batch := make([]sink.Message, min(w.Batch, n-sent))
		for i := range batch {
			batch[i] = sink.Message{ID: fmt.Sprintf("%s.%d", prefix, sent+i), Body: w.model}
		}
		for _, err := range p.Publish(ctx, batch) {
			if err != nil {
				return err
			}
		}
		sent += len(batch)
	}
	return nil
}

// naive is what people write first: select a row, send it, wait for the receipt, write its number down.
func (w *benchWork) naive(ctx context.Context, s shape, rows int) (benchResult, error) {
	dst, err := w.target(s)
	if err != nil {
		return benchResult{}, err
	}
	if err := w.ground.tables(ctx, 1); err != nil {
		return benchResult{}, err
	}
	after := w.ground.last
	if _, err := w.ground.fill(ctx, shape{Feeds: 1, Size: s.Size}, rows); err != nil {
		return benchResult{}, err
	}
	if _, err := w.ground.store.ExecContext(ctx, `CREATE SCHEMA `+benchStore+`; CREATE TABLE `+benchStore+`.naive (last bigint); INSERT INTO `+benchStore+`.naive VALUES (0)`); err != nil {
		return benchResult{}, err
	}
	p := dst.Publisher(ctx)
	defer p.Close()
	before := w.meters.read(0)
	sent := 0
	for ; sent < rows && time.Since(before.at) < naiveTime; sent++ {
		if after, err = w.one(ctx, p, after); err != nil {
			return benchResult{}, err
		}
	}
	used := w.meters.read(0)
	r := newResult(kindNaive, s, sent, used.at.Sub(before.at), used.since(before), used.self-before.self)
	return r, w.agree(ctx, &r, r.Rows)
}

// naiveTime bounds a naive run: it would take minutes.
const naiveTime = 5 * time.Second

func (w *benchWork) one(ctx context.Context, p sink.Publisher, after int64) (int64, error) {
	var id int64
	var number, note string
	err := w.ground.source.QueryRowxContext(ctx, fmt.Sprintf(`SELECT id, order_no, note FROM %s.%s WHERE id > $1 ORDER BY id LIMIT 1`, benchSchema, benchTable(0)), after).Scan(&id, &number, &note)
	if err != nil {
		return 0, err
	}
	body := fmt.Sprintf("<Order><id>%d</id><order_no>%s</order_no><note>%s</note></Order>", id, html.EscapeString(number), html.EscapeString(note))
	if err := p.Publish(ctx, []sink.Message{{ID: fmt.Sprintf("naive.%d", id), Body: []byte(body)}})[0]; err != nil {
		return 0, err
	}
	_, err = w.ground.store.ExecContext(ctx, `UPDATE `+benchStore+`.naive SET last = $1`, id)
	return id, err
}

// size of config is written as people write it.
func sizeText(s config.Size) string {
	switch {
	case s >= 1<<20 && s%(1<<20) == 0:
		return fmt.Sprintf("%dMiB", s>>20)
	case s >= 1<<10 && s%(1<<10) == 0:
		return fmt.Sprintf("%dKiB", s>>10)
	}
	return fmt.Sprintf("%dB", s)
}
