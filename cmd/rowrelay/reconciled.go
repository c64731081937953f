package main

import (
	"fmt"
	"slices"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// reconciled is what `reconcile -o json` writes. Source is the sum of Sent, Filtered, Skipped, New, Failed, InGaps and MissingRows.
type reconciled struct {
	Feed string `json:"feed"`
	From int64  `json:"from"` // what was compared, both ends included; above To: nothing
	To   int64  `json:"to"`

	Source   int64 `json:"source"` // rows there that `where` takes
	Sent     int64 `json:"sent"`
	Filtered int64 `json:"filtered"`
	Skipped  int64 `json:"skipped"`
	New      int64 `json:"new"`
	Failed   int64 `json:"failed"`
	InGaps   int64 `json:"in_gaps"`

	Missing        stretches `json:"missing"` // neither recorded nor in an open gap
	MissingRows    int64     `json:"missing_rows"`
	Unexpected     stretches `json:"unexpected"` // recorded where no row can have been recorded
	UnexpectedRows int64     `json:"unexpected_rows"`
	Gone           stretches `json:"gone"` // recorded, and no longer in the source; each stretch is all recorded rows in it
	GoneRows       int64     `json:"gone_rows"`
	LeftOut        int64     `json:"left_out"` // recorded, in the source, and left out by `where` now

	Delivered int64   `json:"delivered"`
	Audit     []int64 `json:"audit"` // of every batch that was delivered

	missing, unexpected []int64
	doubts              []int64 // looked at once, and not as they should be
	adjoins             bool    // the number seen before is gone too
	settled             bool    // what was missing has been delivered
}

// see takes in a number. One that is not as it should be is a doubt until it is seen a second time: it may be on its way.
func (r *reconciled) see(p place, again bool) {
	gone := false
	switch {
	case p.row == nil && !p.wanted:
	case p.row == nil && p.gap:
		r.Source++
		r.InGaps++
	case p.row == nil && again:
		r.Source++
		r.missing = append(r.missing, p.seq)
	case p.row != nil && !p.there:
		gone = true
		r.GoneRows++
		r.Gone = r.Gone.add(p.seq, r.adjoins && !again)
	case p.row == nil || p.gap && !p.dirty && !again:
		r.doubts = append(r.doubts, p.seq)
	default:
		r.stands(p)
	}
	r.adjoins = gone
}

// stands takes in a number that both sides know.
func (r *reconciled) stands(p place) {
	if p.gap && !p.dirty {
		r.unexpected = append(r.unexpected, p.seq)
	}
	if !p.wanted {
		r.LeftOut++
		return
	}
	r.Source++
	*r.count(p.row)++
}

func (r *reconciled) count(row *store.Standing) *int64 {
	switch row.Status {
	case record.New:
		return &r.New
	case record.Failed:
		return &r.Failed
	}
	var outcome record.Outcome
	if row.Outcome != nil {
		outcome = *row.Outcome
	}
	switch outcome {
	case record.Filtered:
		return &r.Filtered
	case record.Skipped:
		return &r.Skipped
	}
	return &r.Sent
}

// finish makes the lists.
func (r *reconciled) finish() {
	slices.Sort(r.unexpected)
	r.Gone.sort()
	r.Missing, r.MissingRows = stretchesOf(r.missing), int64(len(r.missing))
	r.Unexpected, r.UnexpectedRows = stretchesOf(r.unexpected), int64(len(r.unexpected))
}

// code: what was missing and has been delivered is well again.
func (r *reconciled) code() int {
	if r.UnexpectedRows > 0 || r.MissingRows > 0 && !r.settled {
		return exitNo
	}
	return exitOK
}

// print shows the equation, and what does not fit into it.
func (r *reconciled) print(v *voice, quiet bool) {
	if r.From > r.To {
		v.printf("%s %s has read nothing yet: there is nothing to compare\n", v.mark(good), r.Feed)
		return
	}
	v.printf("%s, numbers %d to %d\n", r.Feed, r.From, r.To)
	v.printf("%s in the source = %s sent + %s filtered + %s skipped + %s NEW + %s FAILED + %s in open gaps + %s missing\n",
		rows(r.Source), thousands(r.Sent), thousands(r.Filtered), thousands(r.Skipped), thousands(r.New), thousands(r.Failed),
		thousands(r.InGaps), thousands(r.MissingRows))
	if r.GoneRows > 0 {
		v.printf("%s more %s recorded and gone from the source: %s\n", rows(r.GoneRows), are(r.GoneRows), r.Gone)
	}
	if r.LeftOut > 0 {
		v.printf("%s more %s recorded and left out by source.where now\n", rows(r.LeftOut), are(r.LeftOut))
	}
	r.printVerdict(v, quiet)
}

func (r *reconciled) printVerdict(v *voice, quiet bool) {
	hint := func(text string) {
		if !quiet {
			v.printf("  → %s\n", text)
		}
	}
	if r.UnexpectedRows > 0 {
		v.printf("%s unexpected: %s\n", v.mark(bad), r.Unexpected)
		hint("recorded above the highest number read, or in an open gap: were the store's tables changed or restored by hand?")
	}
	if r.MissingRows > 0 {
		v.printf("%s missing: %s\n", v.mark(bad), r.Missing)
		hint(fmt.Sprintf("rowrelay reconcile %s --from=%d --to=%d --deliver --reason ...", r.Feed, r.missing[0], r.missing[len(r.missing)-1]))
	}
	if r.UnexpectedRows+r.MissingRows == 0 {
		v.printf("%s nothing is missing\n", v.mark(good))
	}
}
