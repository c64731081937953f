package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/rowrelay/rowrelay/record"
)

// demoSummary is what `demo -o json` writes.
type demoSummary struct {
	Source        int64       `json:"source"`
	Sent          int64       `json:"sent"`
	Filtered      int64       `json:"filtered"`
	Failed        int64       `json:"failed"`
	New           int64       `json:"new"`
	Later         int64       `json:"sent_at_later_attempt"`
	FailedBy      []demoGroup `json:"failed_by_code"`
	Messages      int64       `json:"messages"`
	Distinct      int64       `json:"distinct_ids"`
	Copies        int64       `json:"copies"`
	Last          []arrival   `json:"last_messages"`
	BrokerAway    float64     `json:"broker_away_seconds"`
	Disagreements []string    `json:"disagreements"`
	Took          float64     `json:"took_seconds"`
	Kept          string      `json:"kept,omitempty"`
}

type demoGroup struct {
	Code    record.Code `json:"code"`
	Rows    int64       `json:"rows"`
	Example string      `json:"example"`
}

// summary counts, and compares row by row.
func (e *demoEvidence) summary(took time.Duration) *demoSummary {
	s := &demoSummary{Source: int64(len(e.source)), Distinct: int64(len(e.arrived)), Last: e.last, FailedBy: e.failed(),
		Disagreements: e.disagreements(), Took: took.Round(time.Millisecond).Seconds()}
	for _, r := range e.stored {
		switch r.end() {
		case string(record.Sent):
			s.Sent++
			if r.Attempts > 1 {
				s.Later++
			}
		case string(record.Filtered):
			s.Filtered++
		case failedOutcome:
			s.Failed++
		default:
			s.New++
		}
	}
	for _, n := range e.arrived {
		s.Messages += int64(n)
	}
	s.Copies = s.Messages - s.Distinct
	return s
}

// failed groups the FAILED rows by their code, with the first text of each.
func (e *demoEvidence) failed() []demoGroup {
	groups := map[record.Code]*demoGroup{}
	for _, r := range e.stored {
		if r.Status != record.Failed || r.Code == nil {
			continue
		}
		if groups[*r.Code] == nil {
			groups[*r.Code] = &demoGroup{Code: *r.Code, Example: text(r.Text)}
		}
		groups[*r.Code].Rows++
	}
	list := make([]demoGroup, 0, len(groups))
	for _, code := range slices.Sorted(maps.Keys(groups)) {
		list = append(list, *groups[code])
	}
	return list
}

// conclude prints the summary, and makes the exit code of it.
func (p *play) conclude(e *demoEvidence) error {
	sum := e.summary(time.Since(p.began))
	sum.BrokerAway = (p.back - p.away).Seconds()
	if p.folder.kept {
		sum.Kept = p.folder.path
	}
	out := p.console.out
	if p.json() {
		if err := out.json(sum); err != nil {
			return err
		}
	} else {
		sum.print(out)
		p.folder.sayNext(out, e.example())
	}
	if len(sum.Disagreements) > 0 {
		return answered(exitNo)
	}
	return nil
}

func (s *demoSummary) print(v *voice) {
	line := func(name string, n int64, text string) {
		v.printf("  %-16s %7s  %s\n", name, thousands(n), text)
	}
	v.printf("\n%s\n", v.bold("Counted when all was over, in three places"))
	line("source.db", s.Source, "rows of orders")
	line("DUMPED_DATA", s.Sent+s.Filtered+s.Failed+s.New, fmt.Sprintf("= %s + %s NEW", s.ends(), thousands(s.New)))
	line("consumer", s.Distinct, fmt.Sprintf("different dedupIds in %s messages: %s", thousands(s.Messages), s.copies()))
	s.printVerdict(v)
	if s.Filtered > 0 {
		v.printf("  %s FILTERED by %q, the filter of the configuration\n", rows(s.Filtered), demoFilter)
	}
	for _, f := range s.FailedBy {
		v.printf("  %s FAILED with %s: %s\n", rows(f.Rows), f.Code, printable(f.Example))
	}
	v.printf("  %s SENT at a later attempt, after the broker had refused\n", rows(s.Later))
	v.printf("%s\n", v.bold("The last messages"))
	for _, m := range s.Last {
		v.printf("  %s\n    %s\n", printable(m.ID), cut(printable(m.Body), 400))
	}
	v.printf("took %.1fs\n", s.Took)
}

func (s *demoSummary) printVerdict(v *voice) {
	if len(s.Disagreements) == 0 {
		v.printf("%s %s = %s, and exactly the SENT ones have arrived\n", v.mark(good), rows(s.Source), s.ends())
		v.printf("  the broker was away for %s, and no row failed but those that had to\n", span(time.Duration(s.BrokerAway*float64(time.Second))))
		return
	}
	v.printf("%s the three disagree:\n", v.mark(bad))
	for i, d := range s.Disagreements {
		if i == 10 {
			v.printf("  and %d more\n", len(s.Disagreements)-i)
			break
		}
		v.printf("  %s\n", printable(d))
	}
}

// ends are what has become of the rows that are no longer NEW.
func (s *demoSummary) ends() string {
	return fmt.Sprintf("%s SENT + %s FILTERED + %s FAILED", thousands(s.Sent), thousands(s.Filtered), thousands(s.Failed))
}

func (s *demoSummary) copies() string {
	switch s.Copies {
	case 0:
		return "no copies"
	case 1:
		return "1 copy, with the id of the first, after a lost connection"
	}
	return fmt.Sprintf("%s copies, with the ids of the first, after lost connections", thousands(s.Copies))
}
