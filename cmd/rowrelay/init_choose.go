package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/database"
)

// choose settles the table and its growing number.
func (s *setup) choose(ctx context.Context) (catalogued, error) {
	all, err := s.catalogue(ctx)
	if err != nil {
		return catalogued{}, err
	}
	if len(s.Table) > 0 {
		return s.chooseColumn(ctx, all, s.Table[0])
	}
	found, left := s.candidates(all)
	s.sayLeft(all, left)
	if len(found) == 0 {
		return catalogued{}, &problem{exitNo, "no table with a growing number was found that this account may read",
			"rowrelay init --table NAME --sequence COLUMN names one; a column is fit if it is an integer, unique and NOT NULL, and grows with every row"}
	}
	found = s.counted(ctx, found)
	return s.pick("--table", "Table", found)
}

// candidates are what is offered unasked, and why the other tables are not.
func (s *setup) candidates(all []catalogued) (found []catalogued, left []string) {
	var names []string // of tables, whose columns come together
	why := map[string]string{}
	for _, c := range all {
		if !c.Listed {
			continue
		}
		name := c.spelled()
		if len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
		reason := c.unfit(s.Sequence, s.a)
		if reason == "" {
			found = append(found, c)
		}
		if before, told := why[name]; !told || before != "" {
			why[name] = reason
		}
	}
	for _, name := range names {
		if why[name] != "" {
			left = append(left, name+" "+why[name])
		}
	}
	return found, left
}

// sayLeft tells of tables that are not offered.
func (s *setup) sayLeft(all []catalogued, left []string) {
	const shown = 10
	if s.g.Quiet {
		return
	}
	for _, line := range left[:min(shown, len(left))] {
		s.aside("not offered: " + printable(line))
	}
	if len(left) > shown {
		s.aside(fmt.Sprintf("and %d tables more", len(left)-shown))
	}
	if slices.ContainsFunc(all, func(c catalogued) bool { return !c.Listed }) {
		s.aside("not offered: views and partitions; name one with --table NAME")
	}
}

func (s *setup) aside(line string) { s.g.console.err.printf("  %s\n", s.g.console.err.faint(line)) }

// chooseColumn takes the table by its name; what is a view, or a part of a table, must be named so.
func (s *setup) chooseColumn(ctx context.Context, all []catalogued, table string) (catalogued, error) {
	of, err := s.named(all, table)
	if err != nil {
		return catalogued{}, err
	}
	s.a.table = of[0].spelled()
	if !of[0].Readable {
		return catalogued{}, &problem{exitNo, fmt.Sprintf("%s may not SELECT from %s", s.a.user, of[0].spelled()), s.grantsCommand("OWNER") + "  prints the SQL; OWNER is somebody who may grant"}
	}
	if s.Sequence != "" {
		return s.namedColumn(of), nil
	}
	var fit []catalogued
	for _, c := range of {
		if c.grows() {
			fit = append(fit, c)
		}
	}
	switch len(fit) {
	case 0:
		return s.askColumn(all, of)
	case 1:
		return fit[0], nil
	}
	return s.pick("--sequence", "Column", s.counted(ctx, fit))
}

// namedColumn is the one of --sequence. That it is there and an integer, the source itself says.
func (s *setup) namedColumn(of []catalogued) catalogued {
	if i := slices.IndexFunc(of, func(c catalogued) bool { return c.Column == s.Sequence }); i >= 0 {
		return of[i]
	}
	c := of[0] // for its table; what is known of its column says nothing of another
	c.Column, c.Unique, c.Indexed, c.NotNull, c.Origin = s.Sequence, false, false, false, ""
	return c
}

// named finds a table by its name as the file spells it, or as the database does.
func (s *setup) named(all []catalogued, table string) ([]catalogued, error) {
	for _, spellings := range []func(c catalogued) []string{
		func(c catalogued) []string { return []string{c.spelled(), c.qualified(database.Quote)} },
		func(c catalogued) []string {
			return c.alone(spelledPart(c.Table), database.Quote(c.Table), c.Table)
		},
		func(c catalogued) []string { return []string{c.qualified(func(s string) string { return s })} },
	} {
		var of []catalogued
		for _, c := range all {
			if slices.Contains(spellings(c), table) {
				of = append(of, c)
			}
		}
		if of != nil {
			return of, nil
		}
	}
	next := "names are spelled as the database spells them, sales.orders; without --table, init lists what it finds"
	if meant := tableMeant(all, table); meant != "" {
		next = fmt.Sprintf("did you mean %q?", meant)
	}
	return nil, &problem{exitUsage, "there is no table " + table, next}
}

// tableMeant is the table that lacks its schema or its capitals, or the one that is a letter off.
func tableMeant(all []catalogued, table string) string {
	spelled := map[string]string{}
	var names []string
	for _, c := range all {
		for _, name := range []string{c.spelled(), c.Table} {
			if strings.EqualFold(name, table) {
				return c.spelled()
			}
			if _, twice := spelled[name]; !twice {
				names, spelled[name] = append(names, name), c.spelled()
			}
		}
	}
	meant, _ := config.Closest(table, names)
	return spelled[meant]
}
