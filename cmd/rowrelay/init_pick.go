package main

import (
	"fmt"
	"strconv"
	"strings"
)

// pick lets a person choose; --yes takes the first if it is the best. Among equals there is no default: the longest is often a log.
func (s *setup) pick(flag, what string, found []catalogued) (catalogued, error) {
	if s.Yes {
		if !best(found) {
			s.list(found)
			return catalogued{}, s.whichOf(flag, found)
		}
		if !s.g.Quiet {
			s.g.console.err.printf("%s\n", printable("takes "+strings.Join(found[0].cells(), "  ")))
		}
		return found[0], nil
	}
	s.list(found)
	question, usual := what+":", ""
	if best(found) {
		question, usual = what+" [1]:", "1"
	}
	answer, err := s.text(flag, question, "", usual, numbersUpTo(len(found))...)
	if err != nil {
		return catalogued{}, err
	}
	n, _ := strconv.Atoi(answer) // it is one of the choices
	return found[n-1], nil
}

// whichOf refuses to choose among equals.
func (s *setup) whichOf(flag string, found []catalogued) error {
	meant := found[0].spelled()
	if flag == "--sequence" {
		meant = found[0].Column
	}
	return &problem{exitUsage, fmt.Sprintf("several would do, and --yes does not choose among equals: %s is missing", flag),
		typed(s.g.typed) + " " + flag + " " + quote(meant) + "  takes the first of them"}
}

// list shows the candidates with their numbers.
func (s *setup) list(found []catalogued) {
	t := table{columns: []column{{right: true}, {}, {}, {}, {right: true}}}
	for i, c := range found {
		t.add(nil, append([]string{strconv.Itoa(i + 1)}, c.cells()...)...)
	}
	widths := t.widths()
	for _, r := range t.rows {
		s.g.console.err.printf("  %s\n", t.line(r.cells, widths))
	}
}
