package main

import (
	"strings"
	"unicode/utf8"
)

// column is a table's column; numbers stand right.
type column struct {
	title string
	right bool
}

// table lines cells up under their titles. A row's notes follow it in lines of their own, indented
// by the first column, and take no part in the widths.
type table struct {
	columns []column
	rows    []tableRow
}

type tableRow struct {
	cells []string
	notes []string
}

func (t *table) add(notes []string, cells ...string) {
	for i := range cells {
		cells[i] = printable(cells[i])
	}
	t.rows = append(t.rows, tableRow{cells: cells, notes: notes})
}

func (t *table) print(v *voice) {
	widths := t.widths()
	titles := make([]string, len(t.columns))
	for i, c := range t.columns {
		titles[i] = c.title
	}
	v.printf("%s\n", v.bold(t.line(titles, widths)))
	for _, r := range t.rows {
		v.printf("%s\n", t.line(r.cells, widths))
		for _, note := range r.notes {
			v.printf("%s%s\n", strings.Repeat(" ", widths[0]+2), printable(note))
		}
	}
}

func (t *table) widths() []int {
	widths := make([]int, len(t.columns))
	for i, c := range t.columns {
		widths[i] = len(c.title)
		for _, r := range t.rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(r.cells[i]))
		}
	}
	return widths
}

func (t *table) line(cells []string, widths []int) string {
	padded := make([]string, len(cells))
	for i, cell := range cells {
		gap := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
		if t.columns[i].right {
			padded[i] = gap + cell
		} else {
			padded[i] = cell + gap
		}
	}
	return strings.TrimRight(strings.Join(padded, "  "), " ")
}
