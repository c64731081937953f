package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rowrelay/rowrelay/process"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sink"
)

// viewed is one row with what would become of it. Its fields are those of `preview -o json`.
type viewed struct {
	Seq     int64        `json:"seq"`
	Key     string       `json:"key,omitempty"`
	Outcome string       `json:"outcome"`           // SENT, FILTERED, FAILED, or left out by where
	By      string       `json:"by,omitempty"`      // the filter's name
	Filter  string       `json:"filter,omitempty"`  // its place in the feed: process[0]
	Because string       `json:"because,omitempty"` // what it looked at
	Code    record.Code  `json:"code,omitempty"`    // with FAILED
	Text    string       `json:"text,omitempty"`
	At      string       `json:"at,omitempty"` // file:line:column of what the row failed at
	ID      string       `json:"message_id,omitempty"`
	Headers sink.Headers `json:"headers,omitzero"`
	Sent    *transport   `json:"transport,omitempty"` // with SENT
	Body    string       `json:"body,omitempty"`
	Invalid []string     `json:"invalid,omitempty"` // what the body does not satisfy of --xsd

	steps []process.StepInfo
	took  time.Duration // of the message
}

// leftOut is a row that never gets as far as a step.
const leftOut = "left out by where"

// failed is a row that would be FAILED.
const failedOutcome = "FAILED"

// view takes a row through the steps. Its error is no result of the row: a database that is away.
func (v *viewer) view(ctx context.Context, s *steps, r *record.Record) (viewed, error) {
	one := viewed{Seq: r.Seq, ID: fmt.Sprintf("%s.%s.%d", v.store, v.Feed, r.Seq)}
	if r.Key != nil {
		one.Key = *r.Key
	}
	scope := s.scope(r)
	verdict, err := s.plan.Preview(ctx, scope)
	one.steps = verdict.Steps
	if err == nil && verdict.Filtered {
		one.Outcome, one.By, one.Because = string(record.Filtered), verdict.By, verdict.Because
		one.Filter = strings.TrimPrefix(verdict.Path, "feeds."+v.Feed+".")
		return one, nil
	}
	if err == nil {
		began := time.Now()
		m, failed := s.mapping.Render(scope)
		if one.took, err = time.Since(began), failed; err == nil {
			one.Outcome, one.Body, one.Headers, one.Sent = string(record.Sent), string(m.Body), headers(m.Headers), transportOf(v.file.Feeds[v.Feed])
			return one, nil
		}
	}
	f, ok := errors.AsType[*record.Failure](err)
	if !ok {
		return one, err
	}
	one.Outcome, one.Code, one.Text = failedOutcome, f.Code, f.Text
	one.At = placeOf(v.file, f)
	return one, nil
}

// print shows the rows. A row that would fail is an answer of no.
func (v *viewer) print(g *globals, shown []viewed) error {
	if err := v.write(shown); err != nil {
		return err
	}
	switch {
	case g.json():
		if err := g.console.out.json(struct {
			Items []viewed `json:"items"`
		}{shown}); err != nil {
			return err
		}
	case v.XML:
		v.printDocuments(g, shown)
	case v.Out != "":
		v.printWritten(g, shown)
	default:
		v.printAll(g, shown)
	}
	for _, one := range shown {
		if one.Outcome == failedOutcome || len(one.Invalid) > 0 {
			return answered(exitNo)
		}
	}
	return nil
}

func (v *viewer) printAll(g *globals, shown []viewed) {
	if !g.Quiet {
		switch {
		case v.Row != "":
			g.console.err.printf("Reads %s. Nothing is sent, nothing is recorded.\n", v.Row)
		case v.Seq.named:
			g.console.err.printf("Reads rows %d to %d. Nothing is sent, nothing is recorded.\n", v.Seq.Lo, v.Seq.Hi)
		default:
			g.console.err.printf("%s. Nothing is sent, nothing is recorded.\n", v.where)
		}
	}
	if len(shown) == 0 {
		g.console.out.printf("there is no such row; --seq 100..120 shows others\n")
	}
	for _, one := range shown {
		g.console.out.printf("%s\n", v.lines(one))
	}
}

// inset begins a line that belongs to the row above it.
const inset = "\n      "

// lines tell of one row.
func (v *viewer) lines(one viewed) string {
	head := strings.TrimRight(fmt.Sprintf("%d  %s", one.Seq, printable(one.Key)), " ")
	switch one.Outcome {
	case string(record.Sent):
		head += fmt.Sprintf("   would be SENT   %s  %s  %d B", one.Sent.Destination, one.Sent.Class, len(one.Body))
	case string(record.Filtered):
		head += "   " + printable(filteredBy(one.Filter, one.By, one.Because))
	case failedOutcome:
		head += fmt.Sprintf("   would be FAILED  %s: %s", one.Code, printable(one.Text))
	default:
		return head + "   " + one.Outcome
	}
	lines := append([]string{head}, v.verdict(one)...)
	if one.Code != "" {
		lines = append(lines, strings.TrimPrefix(one.At+" → "+rowRemedy(one.Code), " "))
	}
	if steps := v.stepLine(one); steps != "" {
		lines = append(lines, steps)
	}
	if one.Body != "" {
		lines = append(lines, headerLine(one), strings.ReplaceAll(one.Body, "\n", inset)) // --xml has it as it is
	}
	return strings.Join(lines, inset)
}

// filteredBy names the step that left a row out, and the values that it looked at.
func filteredBy(filter, by, because string) string {
	return strings.TrimSuffix(fmt.Sprintf("FILTERED by %s %q: %s", filter, by, because), ": ")
}

func (v *viewer) stepLine(one viewed) string {
	var parts []string
	for _, s := range one.steps {
		part := s.Name + " " + s.Text
		if s.Took >= 100*time.Microsecond {
			part += fmt.Sprintf(" %.1f ms", float64(s.Took.Microseconds())/1000)
		}
		parts = append(parts, part)
	}
	if len(parts) > 0 && one.Body != "" {
		parts = append(parts, fmt.Sprintf("message %.1f ms", float64(one.took.Microseconds())/1000))
	}
	return strings.Join(parts, " · ")
}

// write keeps the documents as files.
func (v *viewer) write(shown []viewed) error {
	if v.Out == "" {
		return nil
	}
	if err := os.MkdirAll(v.Out, 0o755); err != nil {
		return err
	}
	for _, one := range shown {
		if one.Body == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(v.Out, fmt.Sprintf("%d.xml", one.Seq)), []byte(one.Body), 0o644); err != nil {
			return err
		}
	}
	return nil
}
