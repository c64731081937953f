package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/database"
)

// knowStart takes the flag as the file's key takes it.
func (s *setup) knowStart() error {
	if s.Start == "" {
		return nil
	}
	if s.a.start = startOf(s.Start); s.a.start == "" {
		return &problem{exitUsage, fmt.Sprintf("--start %q is no start", s.Start),
			"write now (skip the rows that are there), first (send them all), or a number (send the rows above it)"}
	}
	return nil
}

// startOf is a text as the file's key has it, or "".
func startOf(text string) string {
	var at config.Start
	if at.UnmarshalText([]byte(text)) != nil {
		return ""
	}
	return at.String()
}

// askStart: sending old rows, or missing them, must be a choice. It is answered by the words of the file's key and not by the numbers of
// a list, for a number is an answer of its own.
func (s *setup) askStart(ctx context.Context, c catalogued) error {
	if s.a.start != "" {
		return nil
	}
	there, _ := c.count(ctx, s.db)
	high := s.highest(ctx, c, there)
	for {
		answer, err := s.text("--start", startQuestion(there, high), "", "now")
		if err != nil {
			return err
		}
		if s.a.start = startOf(answer); s.a.start != "" {
			s.warnOfStart(high)
			return nil
		}
		s.g.console.err.printf("type now, first, or a whole number, above which to begin\n")
	}
}

func startQuestion(there rowCount, high *int64) string {
	all, above := "all rows", "the rows above it"
	if n := there.bare(); n != "" {
		all += ", " + n + " today"
	}
	if high != nil {
		above += fmt.Sprintf("; the highest is %d", *high)
	}
	return fmt.Sprintf("Begin with: now (new rows only), first (%s), or a number (%s)", all, above)
}

// highest is the greatest number there is, for whoever wants to begin near it; nil where finding it might take long.
func (s *setup) highest(ctx context.Context, c catalogued, there rowCount) (high *int64) {
	if !c.Indexed && !there.small() {
		return nil
	}
	if s.db.GetContext(ctx, &high, fmt.Sprintf("SELECT max(%s) FROM %s", database.Quote(c.Column), c.from())) != nil {
		return nil // it is shown and nothing more; what is wrong with the table is told elsewhere
	}
	return high
}

// warnOfStart tells of a number with a digit too many: the rows until there would never be sent.
func (s *setup) warnOfStart(high *int64) {
	at, err := strconv.ParseInt(s.a.start, 10, 64)
	if err != nil || high == nil || at <= *high || s.g.Quiet {
		return
	}
	printFindings(s.g.console.err, []finding{doubt(s.a.table, fmt.Sprintf("the highest number is %d: new rows up to %d will not be sent", *high, at),
		"if that is not meant, correct start in the file before rowrelay run")})
}
