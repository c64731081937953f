package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// The exit codes; 69 and 78 are EX_UNAVAILABLE and EX_CONFIG of sysexits.h.
const (
	exitOK     = 0
	exitNo     = 1 // it ran, and the answer is no
	exitUsage  = 2
	exitAway   = 69 // a database or broker cannot be reached
	exitConfig = 78 // the configuration is wrong; systemd must not start us again
)

// problem is an error for the user: what is wrong, and what to do next. With an empty text the
// command has printed its answer already, and only the exit code is left to say.
type problem struct {
	code int
	text string
	next string
}

func (p *problem) Error() string { return p.text }

// answered ends a command that has said everything with an exit code.
func answered(code int) error {
	if code == exitOK {
		return nil
	}
	return &problem{code: code}
}

// report prints an error with what to do next, and returns the exit code for it.
func (c *console) report(err error) int {
	if err == nil {
		return exitOK
	}
	if wrong, ok := errors.AsType[config.Complaints](err); ok {
		c.complain(wrong)
		return exitConfig
	}
	p := explain(err)
	if p.text != "" {
		c.err.printf("%s %s\n", c.err.paint(bad.colour, "rowrelay:"), safeLines(p.text))
	}
	if p.next != "" {
		c.err.printf("  → %s\n", strings.ReplaceAll(safeLines(p.next), "\n", "\n    "))
	}
	return p.code
}

func (c *console) complain(wrong config.Complaints) {
	_ = wrong.Print(c.err.w, c.err.marks())
	c.err.printf("Summary: %s\n  → correct the file; rowrelay check shows this list again\n", wrong.Summary())
}

// explain turns what the rooms return into what a person can act on.
func explain(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	// Some rooms know the way on themselves, and say it behind an arrow.
	text, next, _ := strings.Cut(err.Error(), " → ")
	p := &problem{exitNo, text, next}
	if o, ok := errors.AsType[*record.Outage](err); ok {
		p.code, p.next = exitAway, cmp.Or(next, outageRemedy(o))
	} else if s, ok := errors.AsType[*record.Stop](err); ok {
		p.code, p.next = stopCode(s.Code), cmp.Or(s.Remedy, next)
	} else if _, ok := errors.AsType[*store.IDError](err); ok {
		p.code = exitConfig
	} else if s, ok := errors.AsType[*store.SchemaError](err); ok {
		p.code = schemaCode(s)
		p.text, _, _ = strings.Cut(s.Error(), " → ") // it names the store itself
	} else if h, ok := errors.AsType[*store.HeldError](err); ok {
		p.code, p.next = exitAway, cmp.Or(next, heldRemedy(h))
	} else if s := database.State(err); strings.HasPrefix(s, "42") {
		p.code, p.next = exitConfig, cmp.Or(next, storeRights)
	}
	p.next = cmp.Or(p.next, "rowrelay status shows where every feed stands")
	return p
}

func heldRemedy(h *store.HeldError) string {
	if h.File != "" {
		return "stop that process, or wait for its end: a SQLite store serves one daemon; several share one in PostgreSQL (store.connection)"
	}
	return "stop that process, or give this one another name (instance): both then share the store"
}

// storeRights answers a statement of ours that the store's account may not make or whose tables it cannot see.
const storeRights = "let an administrator give the store's account its schema: ALTER SCHEMA rowrelay OWNER TO the account of store.connection, or GRANT CREATE ON DATABASE for a new one"

// schemaCode: waiting for a run that makes or upgrades the tables can help, a newer program's
// tables stay newer.
func schemaCode(s *store.SchemaError) int {
	if s.Have > s.Want {
		return exitConfig
	}
	return exitAway
}

func stopCode(code record.Code) int {
	switch code {
	case record.ConfigInvalid, record.MayWrite:
		return exitConfig
	}
	return exitNo
}

// safeLines is printable that keeps line breaks.
func safeLines(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i := range lines {
		lines[i] = printable(lines[i])
	}
	return strings.Join(lines, "\n")
}

// unknownFeed answers a feed's name that neither the file nor the store knows.
func unknownFeed(name string, known []string) error {
	text := fmt.Sprintf("no feed %q, neither in the file nor in the store", name)
	if len(known) == 0 {
		return &problem{exitUsage, text, "the file names no feeds: rowrelay check"}
	}
	return &problem{exitUsage, text, "feeds are: " + strings.Join(known, ", ")}
}
