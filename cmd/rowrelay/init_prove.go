package main

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
)

// admit opens the source as soon as it is known, so that whoever answers learns what `run` would refuse before the other questions.
func (s *setup) admit(ctx context.Context, c catalogued) error {
	_, err := s.open(ctx, s.a.provisional(s.Feed, c))
	if stop, ok := errors.AsType[*record.Stop](err); ok && stop.Code == record.MayWrite {
		if err := s.allowWriter(stop); err != nil {
			return err
		}
		s.a.mayWrite = true
		_, err = s.open(ctx, s.a.provisional(s.Feed, c))
	}
	if err != nil {
		return s.misfit(err)
	}
	return s.refuseRepeats(ctx, c)
}

// provisional has something for all that is asked later.
func (a answers) provisional(feed string, c catalogued) answers {
	a.feed, a.start, a.queue = cmp.Or(feed, legal(c.Table)), "first", "Q"
	a.table, a.sequence = c.spelled(), spelledName(c.Column, false)
	return a
}

// prove opens the source as `run` would, with all answers, so that what is written runs.
func (s *setup) prove(ctx context.Context) error {
	d, err := s.open(ctx, s.a)
	if err != nil {
		return s.misfit(err)
	}
	s.warn(d)
	s.warnOfZones(d)
	if !s.Fields {
		return nil
	}
	s.a.columns = d.Columns
	return s.proveFields(ctx, d.Columns)
}

func (s *setup) open(ctx context.Context, a answers) (d source.Description, err error) {
	if err := a.faults(); err != nil {
		return d, err
	}
	file, _ := a.parse()
	src, err := newSource(file, a.feed)
	if err != nil {
		return d, err
	}
	defer src.Close()
	if d, err = src.Open(ctx); err == nil && a.start == "now" {
		s.example, err = newest(ctx, src)
	}
	return d, err
}

// newest is the highest number, if it is a row's: where a feed begins there, preview shows nothing else unasked.
func newest(ctx context.Context, src source.Source) (*int64, error) {
	b, err := src.Start(ctx, source.Start{Mode: "now"})
	if err != nil {
		return nil, err
	}
	at, err := src.Numbers(ctx, record.Range{Lo: b.After, Hi: b.After}, 1)
	if err != nil || len(at.Found) == 0 {
		return nil, err
	}
	return &b.After, nil
}

// misfit tells what does not fit by its flag's name, for the line in the file is not there yet.
func (s *setup) misfit(err error) error {
	if isOutage(err) {
		return s.away(err)
	}
	faults := faultsOf(err)
	if faults == nil {
		return err
	}
	p := &problem{code: exitUsage}
	for _, f := range faults {
		p.text += "--" + f.Path[strings.LastIndexByte(f.Path, '.')+1:] + ": " + f.Text + "\n"
		p.next += f.Remedy + "\n"
	}
	return p
}

// allowWriter settles whether an account is taken that may write: by a person, or by --yes, and never silently.
func (s *setup) allowWriter(stop *record.Stop) error {
	v := s.g.console.err
	v.printf("%s %s. SQL for a read-only account: %s\n", v.mark(warn), safeLines(strings.Replace(stop.Text, "connections."+sourceName, "the account", 1)), s.grantsCommand(s.a.user))
	switch {
	case s.Yes:
		v.printf("  → require_read_only: false will be written, because of --yes: rowrelay would refuse the account otherwise\n")
		return nil
	case !s.g.console.asking:
		return &problem{exitConfig, "rowrelay refuses an account that may write; nothing was written", "use an account that may only read, or take this one with require_read_only: false: " + typed(s.g.typed) + " --yes"}
	}
	yes, err := s.agree(writerQuestion, "rowrelay refuses an account that may write. Take it all the same (require_read_only: false)?")
	if err == nil && !yes {
		err = &problem{exitNo, "nothing was written", s.grantsCommand(s.a.user) + "  prints the SQL for an account that may only read; then\n" + s.command(readOnlyRole)}
	}
	return err
}

// warn shows what `check --connect` would warn of.
func (s *setup) warn(d source.Description) {
	if s.g.Quiet {
		return
	}
	var found []finding
	for _, note := range d.Notes {
		if note == source.NotUnique(s.column) { // refuseRepeats has said more
			continue
		}
		found = append(found, doubt(s.a.table, note, ""))
	}
	if n := numbering(s.a.feed, d.Numbers); n.Level == levelWarn {
		found = append(found, doubt(s.a.table, n.Text, n.Remedy))
	}
	printFindings(s.g.console.err, found)
}

// proveFields compiles the mapping against the columns.
func (s *setup) proveFields(ctx context.Context, columns []record.Column) error {
	file, found := s.a.parse()
	if err := found.Err(); err != nil {
		return err
	}
	r, err := newRecipe(file, s.a.feed, true)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = r.prepare(ctx, columns)
	return err
}
