package main

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/rowrelay/rowrelay/record"
)

// finding is one thing that `check --connect` found out.
type finding struct {
	Level   level       `json:"level"`
	Subject string      `json:"subject"` // a connection, store, or a feed
	Code    record.Code `json:"code,omitempty"`
	Text    string      `json:"text"`
	Remedy  string      `json:"remedy,omitempty"`

	exit int
}

// level says how a finding stands; the words are those of the JSON.
type level string

const (
	levelOK   level = "ok"
	levelWarn level = "warn"
	levelFail level = "fail"
)

func (l level) mark() mark { return map[level]mark{levelOK: good, levelWarn: warn, levelFail: bad}[l] }

func fine(subject, text string) finding { return finding{Level: levelOK, Subject: subject, Text: text} }

func doubt(subject, text, remedy string) finding {
	return finding{Level: levelWarn, Subject: subject, Text: text, Remedy: remedy}
}

// trouble is a finding for an error of a room. An error that nobody knows is held for the file's:
// whoever checks must look at it either way.
func trouble(subject string, err error) finding {
	p := explain(err)
	f := finding{Level: levelFail, Subject: subject, Text: p.text, Remedy: p.next, exit: p.code}
	if o, ok := errors.AsType[*record.Outage](err); ok {
		f.Code, f.Text = o.Code, fmt.Sprintf("%s  %v", o.Code, o.Err) // the subject is its name
	} else if s, ok := errors.AsType[*record.Stop](err); ok {
		f.Code = s.Code
	}
	if f.exit == exitNo {
		f.exit, f.Remedy = exitConfig, ""
	}
	return f
}

// worst is the exit code of all findings together: a wrong file before a server that is away,
// because waiting mends the second alone.
func worst(all []finding) int {
	code := exitOK
	for _, f := range all {
		code = max(code, f.exit)
	}
	return code
}

func printFindings(v *voice, all []finding) {
	marks, subjects := 0, 0
	for _, f := range all {
		marks = max(marks, utf8.RuneCountInString(f.Level.mark().shown(v)))
		subjects = max(subjects, utf8.RuneCountInString(f.Subject))
	}
	indent := strings.Repeat(" ", marks+1+subjects+2)
	for _, f := range all {
		m := f.Level.mark()
		v.printf("%s %s  %s\n", v.paint(m.colour, padded(m.shown(v), marks)), padded(f.Subject, subjects), indented(f.Text, indent))
		if f.Remedy != "" {
			v.printf("%s→ %s\n", indent, indented(f.Remedy, indent+"  "))
		}
	}
}

// padded is s with spaces up to n characters.
func padded(s string, n int) string {
	return s + strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s)))
}

// indented puts the later lines of s below its first.
func indented(s, indent string) string {
	return strings.ReplaceAll(safeLines(s), "\n", "\n"+indent)
}
