package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/rowrelay/rowrelay/record"
)

// demoRow is what DUMPED_DATA says of a row.
type demoRow struct {
	Seq       int64         `db:"seq"`
	Status    record.Status `db:"status"`
	Attempts  int           `db:"attempts"`
	Code      *record.Code  `db:"error_code"`
	Text      *string       `db:"error_text"`
	MessageID string        `db:"message_id"`
}

// demoEvidence is what was found in each place on its own.
type demoEvidence struct {
	source  []int64
	stored  []demoRow
	arrived map[string]int // messages by dedupId
	last    []arrival
	spoiled func(seq int64) bool // must fail
}

// evidence reads each place on its own, when nothing moves any more.
func (p *play) evidence() (*demoEvidence, error) {
	e := &demoEvidence{spoiled: func(seq int64) bool { return spoiled(seq, p.Fail) }}
	if err := p.source.db.Select(&e.source, `SELECT order_seq FROM orders ORDER BY order_seq`); err != nil {
		return nil, fmt.Errorf("count the source: %w", err)
	}
	err := p.relay.ledger.Select(&e.stored, `SELECT seq, status, attempts, error_code, error_text, message_id FROM dumped_data ORDER BY seq`)
	if err != nil {
		return nil, fmt.Errorf("count DUMPED_DATA: %w", err)
	}
	e.arrived, e.last = p.broker.seen()
	return e, nil
}

// disagreements names every row that is not where it belongs. None: rows in the source = SENT +
// FAILED, the FAILED are those that were made bad, and the SENT are exactly what has arrived.
func (e *demoEvidence) disagreements() []string {
	found := []string{}
	say := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	stored := map[int64]demoRow{}
	sent := map[string]bool{}
	for _, r := range e.stored {
		stored[r.Seq] = r
		if _, there := slices.BinarySearch(e.source, r.Seq); !there {
			say("row %d of DUMPED_DATA is not in the source", r.Seq)
		}
	}
	for _, seq := range e.source {
		r, there := stored[seq]
		switch {
		case !there:
			say("row %d of the source is not in DUMPED_DATA", seq)
		case r.Status == record.Completed && e.spoiled(seq):
			say("row %d is SENT, though no message can hold it", seq)
		case r.Status == record.Completed:
			sent[r.MessageID] = true
			if e.arrived[r.MessageID] == 0 {
				say("row %d is SENT, and %s has not arrived", seq, r.MessageID)
			}
		case r.Status != record.Failed:
			say("row %d is still %s", seq, r.Status)
		case !e.spoiled(seq):
			say("row %d is FAILED with %s, and nothing was wrong with it", seq, text((*string)(r.Code)))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(e.arrived)) {
		if !sent[id] {
			say("message %s has arrived, and no row of that id is SENT", id)
		}
	}
	return found
}

// example is the first FAILED row, nil if there is none.
func (e *demoEvidence) example() *demoRow {
	i := slices.IndexFunc(e.stored, func(r demoRow) bool { return r.Status == record.Failed })
	if i < 0 {
		return nil
	}
	return &e.stored[i]
}
