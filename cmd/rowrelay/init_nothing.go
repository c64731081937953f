package main

import (
	"fmt"
	"slices"
	"strings"
)

// askColumn lets a person name what nothing in the database tells, as of a view: the column that grows.
func (s *setup) askColumn(all, of []catalogued) (catalogued, error) {
	names := integers(of)
	if names == nil || !s.asks() {
		return catalogued{}, s.nothingGrows(all, of)
	}
	question := fmt.Sprintf("Which column of %s grows with every row (%s)?", printable(of[0].spelled()), printable(strings.Join(names, ", ")))
	for {
		answer, err := s.text("--sequence", question, "", "")
		if err != nil {
			return catalogued{}, err
		}
		if i := slices.IndexFunc(of, func(c catalogued) bool { return c.Column == answer }); i >= 0 {
			return of[i], nil
		}
		s.g.console.err.printf("type one of the names in brackets; Ctrl-C ends\n")
	}
}

// nothingGrows tells why no column of a table can be taken unasked. Which one is meant a flag can say, unless there is none to name.
func (s *setup) nothingGrows(all, of []catalogued) error {
	if names := integers(of); names != nil {
		return &problem{exitUsage, fmt.Sprintf("which column of %s grows with every row cannot be told: its integer columns are %s", of[0].spelled(), strings.Join(names, ", ")),
			"name it: " + typed(s.g.typed) + " --sequence COLUMN"}
	}
	column := "a column bigint GENERATED ALWAYS AS IDENTITY, with a unique index"
	if s.a.isSQLite() {
		column = "an INTEGER PRIMARY KEY"
	}
	return &problem{exitUsage, of[0].spelled() + " has no integer column, and rowrelay follows a number that grows with every row",
		s.others(all) + "or let its owner give it " + column + ";\nor name a view that has one, or write a source.query with one into the file"}
}

// integers are the integer columns of one table.
func integers(of []catalogued) (names []string) {
	for _, c := range of {
		if c.Column != "" {
			names = append(names, c.Column)
		}
	}
	return names
}

// others proposes the tables that have a growing number.
func (s *setup) others(all []catalogued) string {
	const shown = 10
	found, _ := s.candidates(all)
	var tables []string // whose columns come together
	for _, c := range found {
		if name := quote(c.spelled()); len(tables) == 0 || tables[len(tables)-1] != name {
			tables = append(tables, name)
		}
	}
	switch {
	case tables == nil:
		return "no other table that this account may read has a growing number;\n"
	case len(tables) > shown:
		tables = append(tables[:shown], fmt.Sprintf("and %d more", len(tables)-shown))
	}
	return "name another table, these have one: --table " + strings.Join(tables, ", ") + ";\n"
}
