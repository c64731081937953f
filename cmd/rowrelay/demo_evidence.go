package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/rowrelay/rowrelay/record"
)

// demoRow is what DUMPED_DATA says of a row.
type demoRow struct {
	Seq       int64           `db:"seq"`
	Status    record.Status   `db:"status"`
	Outcome   *record.Outcome `db:"outcome"`
	Attempts  int             `db:"attempts"`
	Code      *record.Code    `db:"error_code"`
	Text      *string         `db:"error_text"`
	MessageID string          `db:"message_id"`
}

// end is what became of the row: its outcome where it has one, else its status.
func (r demoRow) end() string {
	if r.Outcome != nil {
		return string(*r.Outcome)
	}
	return string(r.Status)
}

// demoEvidence is what was found in each place on its own.
type demoEvidence struct {
	source  []int64
	stored  []demoRow
	arrived map[string]int // messages by dedupId
	last    []arrival
	spoiled func(seq int64) bool // must fail
	draft   func(seq int64) bool // must be left out
}

// evidence reads each place on its own, when nothing moves any more.
func (p *play) evidence() (*demoEvidence, error) {
	e := &demoEvidence{
		spoiled: func(seq int64) bool { return spoiled(seq, p.Fail) },
		draft:   func(seq int64) bool { return draft(seq, p.Fail) },
	}
	if err := p.source.db.Select(&e.source, `SELECT order_seq FROM orders ORDER BY order_seq`); err != nil {
		return nil, fmt.Errorf("count the source: %w", err)
	}
	err := p.relay.ledger.Select(&e.stored, `SELECT seq, status, outcome, attempts, error_code, error_text, message_id FROM dumped_data ORDER BY seq`)
	if err != nil {
		return nil, fmt.Errorf("count DUMPED_DATA: %w", err)
	}
	e.arrived, e.last = p.broker.seen()
	return e, nil
}

// disagreements names every row that is not where it belongs. None: rows in the source = SENT + FILTERED +
// FAILED, the FILTERED are the drafts, the FAILED those that were made bad, and the SENT exactly what has arrived.
func (e *demoEvidence) disagreements() []string {
	found := []string{}
	stored, sent := map[int64]demoRow{}, map[string]bool{}
	for _, r := range e.stored {
		stored[r.Seq] = r
		sent[r.MessageID] = r.end() == string(record.Sent)
		if _, there := slices.BinarySearch(e.source, r.Seq); !there {
			found = append(found, fmt.Sprintf("row %d of DUMPED_DATA is not in the source", r.Seq))
		}
	}
	for _, seq := range e.source {
		if r, there := stored[seq]; !there {
			found = append(found, fmt.Sprintf("row %d of the source is not in DUMPED_DATA", seq))
		} else if wrong := e.wrong(r); wrong != "" {
			found = append(found, wrong)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(e.arrived)) {
		if !sent[id] {
			found = append(found, fmt.Sprintf("message %s has arrived, and no row of that id is SENT", id))
		}
	}
	return found
}

// wrong is what is wrong with a row of both databases, empty if nothing is.
func (e *demoEvidence) wrong(r demoRow) string {
	is, should := r.end(), e.end(r.Seq)
	switch {
	case is == failedOutcome && should != is:
		return fmt.Sprintf("row %d should be %s, and is FAILED with %s", r.Seq, should, text((*string)(r.Code)))
	case is != should:
		return fmt.Sprintf("row %d should be %s, and is %s", r.Seq, should, is)
	case is == string(record.Sent) && e.arrived[r.MessageID] == 0:
		return fmt.Sprintf("row %d is SENT, and %s has not arrived", r.Seq, r.MessageID)
	}
	return ""
}

// end is what must become of a row.
func (e *demoEvidence) end(seq int64) string {
	switch {
	case e.spoiled(seq):
		return failedOutcome
	case e.draft(seq):
		return string(record.Filtered)
	}
	return string(record.Sent)
}

// example is the first FAILED row, nil if there is none.
func (e *demoEvidence) example() *demoRow {
	i := slices.IndexFunc(e.stored, func(r demoRow) bool { return r.Status == record.Failed })
	if i < 0 {
		return nil
	}
	return &e.stored[i]
}
