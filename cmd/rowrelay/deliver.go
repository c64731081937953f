package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/store"
)

// late is a source as far as it returns named rows.
type late interface {
	Late(ctx context.Context, seqs []int64, limit source.Limit) ([]*record.Record, int, error)
}

// delivery makes rows that were missed NEW.
type delivery struct {
	feed   string
	source late
	store  store.Store
	audit  store.Audit
	pace   pace
}

// deliveryBatch bounds what is read and recorded at once.
var deliveryBatch = source.Limit{Rows: 500, Bytes: 8 << 20}

// settle prints what was found, and with --deliver asks and makes it good.
func (r *reconcileCmd) settle(ctx context.Context, g *globals, d *delivery, found *reconciled) error {
	if !g.json() {
		found.print(g.console.out, g.Quiet || r.Deliver && found.MissingRows > 0)
	}
	if r.Deliver && found.MissingRows > 0 {
		if err := r.agree(g, found.MissingRows); err != nil {
			return err
		}
		if err := d.run(ctx, found); err != nil {
			return fmt.Errorf("deliver rows of %s, %d were delivered before: %w", d.feed, found.Delivered, err)
		}
		if !g.json() {
			found.printDelivered(g.console.out)
		}
	}
	if g.json() {
		if err := g.console.out.json(found); err != nil {
			return err
		}
	}
	return answered(found.code())
}

func (r *reconcileCmd) agree(g *globals, missing int64) error {
	if r.Yes {
		return nil
	}
	verb := "become NEW and are sent"
	if missing == 1 {
		verb = "becomes NEW and is sent"
	}
	return g.confirm(fmt.Sprintf("%s of %s %s", rows(missing), r.Feed, verb), "answer y to go on")
}

// run delivers batch by batch, each in a transaction with its row of AUDIT.
func (d *delivery) run(ctx context.Context, found *reconciled) error {
	for seqs := found.missing; len(seqs) > 0; {
		some := seqs[:min(len(seqs), deliveryBatch.Rows)]
		records, seen, err := d.source.Late(ctx, some, deliveryBatch)
		if err != nil {
			return err
		}
		if err := d.record(ctx, records, found); err != nil {
			return err
		}
		if err := d.pace.wait(ctx, seen); err != nil {
			return err
		}
		seqs = seqs[seen:]
	}
	found.settled = true
	return nil
}

func (d *delivery) record(ctx context.Context, records []*record.Record, found *reconciled) error {
	if len(records) == 0 {
		return nil
	}
	for _, r := range records {
		r.Feed = d.feed
		r.MessageID = fmt.Sprintf("%s.%s.%d", d.store.ID(), d.feed, r.Seq)
	}
	n, audit, err := d.store.Deliver(ctx, d.feed, records, d.audit)
	if err != nil {
		return err
	}
	found.Delivered += n
	found.Audit = append(found.Audit, audit)
	return nil
}

func (r *reconciled) printDelivered(v *voice) {
	entries := make([]string, len(r.Audit))
	for i, id := range r.Audit {
		entries[i] = fmt.Sprint(id)
	}
	if len(entries) > 0 {
		v.printf("%s queued, audit entry %s. Follow: rowrelay status %s\n", rows(r.Delivered), strings.Join(entries, ", "), r.Feed)
	}
	if rest := r.MissingRows - r.Delivered; rest > 0 {
		v.printf("%s of them had been recorded meanwhile, or had left the source\n", rows(rest))
	}
}
