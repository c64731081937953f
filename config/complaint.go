package config

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Complaint is one thing that is wrong in the file, or, as a Warning, that may be. No part of it
// holds a secret.
type Complaint struct {
	File    string
	Line    int // from 1; 0 when no line is to blame
	Column  int // in characters, from 1
	Text    string
	Snippet string // the line with a caret below it; may be empty
	Remedy  string // what to do; may be empty
	Warning bool
	Absent  string // the dotted key that has no value here, because a variable or file of the daemon's is not at hand; else empty
}

func (c Complaint) String() string {
	return c.Place() + "  " + c.Text
}

// Place is file:line:column, or the file alone.
func (c Complaint) Place() string {
	if c.Line == 0 {
		return c.File
	}
	return fmt.Sprintf("%s:%d:%d", c.File, c.Line, c.Column)
}

// Complaints is everything that one reading of the file found: failures first, then warnings, each
// in the order of the file.
type Complaints []Complaint

// Error lists the failures, one line each.
func (c Complaints) Error() string {
	var lines []string
	for _, one := range c.Failures() {
		lines = append(lines, one.String())
	}
	return strings.Join(lines, "\n")
}

// Err is nil when nothing but warnings was found, and the complaints themselves otherwise.
func (c Complaints) Err() error {
	if len(c.Failures()) == 0 {
		return nil
	}
	return c
}

// Failures are the complaints that are no warnings.
func (c Complaints) Failures() Complaints { return c.only(false) }

// Warnings are the complaints that stop nothing.
func (c Complaints) Warnings() Complaints { return c.only(true) }

func (c Complaints) only(warning bool) Complaints {
	var some Complaints
	for _, one := range c {
		if one.Warning == warning {
			some = append(some, one)
		}
	}
	return some
}

// Marks are what a printed line begins with.
type Marks struct{ OK, Warn, Fail string }

// The marks of a terminal that shows Unicode, and of everything else.
var (
	Symbols    = Marks{OK: "✓", Warn: "⚠", Fail: "✗"}
	PlainMarks = Marks{OK: "[ok]", Warn: "[warn]", Fail: "[fail]"}
)

// Print writes every complaint with its snippet and remedy.
func (c Complaints) Print(w io.Writer, m Marks) error {
	var b strings.Builder
	for _, one := range c {
		mark := m.Fail
		if one.Warning {
			mark = m.Warn
		}
		fmt.Fprintf(&b, "%s %s\n", mark, one)
		if one.Snippet != "" {
			b.WriteString(one.Snippet + "\n")
		}
		if one.Remedy != "" {
			fmt.Fprintf(&b, "  → %s\n", strings.ReplaceAll(one.Remedy, "\n", "\n    "))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Summary counts: "1 failed · 1 warning".
func (c Complaints) Summary() string {
	warnings := len(c.Warnings())
	word := "warnings"
	if warnings == 1 {
		word = "warning"
	}
	return fmt.Sprintf("%d failed · %d %s", len(c.Failures()), warnings, word)
}

func (c Complaints) sorted() Complaints {
	slices.SortStableFunc(c, func(a, b Complaint) int {
		if a.Warning != b.Warning {
			if b.Warning {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(c)
}
