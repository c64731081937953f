package main

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

// agreeing is evidence of two rows that were sent, one that failed and one that was left out.
func agreeing() *demoEvidence {
	row := func(seq int64, status record.Status, outcome *record.Outcome) demoRow {
		return demoRow{Seq: seq, Status: status, Outcome: outcome, Attempts: 1, MessageID: fmt.Sprintf("demo.orders.%d", seq)}
	}
	return &demoEvidence{
		source: []int64{1, 2, 3, 4},
		stored: []demoRow{row(1, record.Completed, new(record.Sent)), row(2, record.Failed, nil),
			row(3, record.Completed, new(record.Sent)), row(4, record.Completed, new(record.Filtered))},
		arrived: map[string]int{"demo.orders.1": 1, "demo.orders.3": 2},
		spoiled: func(seq int64) bool { return seq == 2 },
		draft:   func(seq int64) bool { return seq == 4 },
	}
}

func (r *demoRow) becomes(status record.Status, outcome *record.Outcome) {
	r.Status, r.Outcome = status, outcome
}

func TestTheDemoFindsEveryDisagreement(t *testing.T) {
	require.Empty(t, agreeing().disagreements())
	for _, row := range []struct {
		tamper func(*demoEvidence)
		found  string
	}{
		{func(e *demoEvidence) { e.source = append(e.source, 5) }, "row 5 of the source is not in DUMPED_DATA"},
		{func(e *demoEvidence) { e.source = e.source[:3] }, "row 4 of DUMPED_DATA is not in the source"},
		{func(e *demoEvidence) { delete(e.arrived, "demo.orders.1") }, "row 1 is SENT, and demo.orders.1 has not arrived"},
		{func(e *demoEvidence) { e.arrived["demo.orders.2"] = 1 }, "message demo.orders.2 has arrived, and no row of that id is SENT"},
		{func(e *demoEvidence) { e.arrived["demo.orders.4"] = 1 }, "message demo.orders.4 has arrived, and no row of that id is SENT"},
		{func(e *demoEvidence) { e.stored[0].becomes(record.New, nil) }, "row 1 should be SENT, and is NEW"},
		{func(e *demoEvidence) { e.stored[0].becomes(record.Failed, nil) }, "row 1 should be SENT, and is FAILED with -"},
		{func(e *demoEvidence) { e.stored[0].becomes(record.Completed, new(record.Filtered)) }, "row 1 should be SENT, and is FILTERED"},
		{func(e *demoEvidence) { e.stored[0].becomes(record.Completed, new(record.Skipped)) }, "row 1 should be SENT, and is SKIPPED"},
		{func(e *demoEvidence) { e.stored[1].becomes(record.Completed, new(record.Sent)) }, "row 2 should be FAILED, and is SENT"},
		{func(e *demoEvidence) { e.stored[3].becomes(record.Completed, new(record.Sent)) }, "row 4 should be FILTERED, and is SENT"},
	} {
		e := agreeing()
		row.tamper(e)
		require.Contains(t, e.disagreements(), row.found)
	}
}

func TestADisagreementEndsTheDemoWith1(t *testing.T) {
	var out bytes.Buffer
	e := agreeing()
	e.source = append(e.source, 5)
	p := &play{globals: &globals{console: newConsole(nil, &out, io.Discard, false)}, folder: &demoFolder{}}
	err := p.conclude(e)
	require.Equal(t, exitNo, p.console.report(err))
	require.Contains(t, out.String(), "[fail] the three disagree:\n  row 5 of the source is not in DUMPED_DATA\n")
}

func TestBadRowsAreSpreadEvenly(t *testing.T) {
	count := func(part percent) (n int) {
		for seq := range int64(200) {
			if spoiled(seq+1, part) {
				n++
			}
		}
		return n
	}
	require.Equal(t, []int{0, 1, 4, 100, 200}, []int{count(0), count(0.5), count(2), count(50), count(100)})
}

func TestOneRowInSevenIsADraftAndNoneOfThemMustFail(t *testing.T) {
	drafts := 0
	for seq := range int64(700) {
		if draft(seq, 2) {
			drafts++
			require.False(t, spoiled(seq, 2))
		}
	}
	require.Equal(t, 98, drafts, "150 and 500 must fail")
	require.False(t, draft(3, 100))
}
