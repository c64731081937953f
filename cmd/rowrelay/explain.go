package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/docs"
	"github.com/rowrelay/rowrelay/record"
)

// explainCmd prints the documentation of codes, because on a server there is often nothing but the program.
type explainCmd struct {
	Codes []string `arg:"" optional:"" name:"code" help:"A code, in capitals or small letters; without one all are listed."`
}

// Run implements the command.
func (e *explainCmd) Run(g *globals) error {
	found, err := e.choose(pagesOf(docs.Errors))
	if err != nil {
		return err
	}
	out := g.console.out
	switch {
	case g.json():
		return out.json(struct {
			Items []page `json:"items"`
		}{found})
	case len(e.Codes) == 0:
		printList(out, found)
		if !g.Quiet {
			out.printf("\n%s\n", out.faint("One of them: rowrelay explain CODE"))
		}
	default:
		printPages(out, found)
	}
	return nil
}

// choose returns the pages of the codes that were typed, in that order; all where none was.
func (e *explainCmd) choose(all []page) ([]page, error) {
	if len(e.Codes) == 0 {
		return all, nil
	}
	var found []page
	for _, word := range e.Codes {
		i := slices.IndexFunc(all, func(p page) bool { return strings.EqualFold(string(p.Code), word) })
		if i < 0 {
			return nil, noPage(word, all)
		}
		found = append(found, all[i])
	}
	return found, nil
}

func noPage(word string, all []page) error {
	var codes []string
	for _, p := range all {
		codes = append(codes, string(p.Code))
	}
	next := "rowrelay explain lists all codes"
	if meant, near := nearestCode(word, codes); near {
		next = fmt.Sprintf("did you mean %s? %s", meant, next)
	}
	return &problem{exitUsage, fmt.Sprintf("there is no code %q", word), next}
}

// printPages shows whole pages, each under its code and what is true of its kind.
func printPages(v *voice, pages []page) {
	for i, p := range pages {
		if i > 0 {
			v.printf("\n")
		}
		v.printf("%s\n%s\n\n", v.bold(string(p.Code)), wrapped("A code "+p.Kind+". "+p.About, ""))
		for line := range strings.SplitSeq(p.Text, "\n") {
			indent := ""
			if strings.HasPrefix(line, "- ") {
				indent = "  "
			}
			v.printf("%s\n", wrapped(line, indent))
		}
	}
}

// printList shows the first sentence of each page under the heading of its kind.
func printList(v *voice, pages []page) {
	width := 0
	for _, p := range pages {
		width = max(width, len(p.Code))
	}
	kind := ""
	for _, p := range pages {
		if p.Kind != kind {
			if kind != "" {
				v.printf("\n")
			}
			kind = p.Kind
			v.printf("%s\n", v.bold(strings.ToUpper(kind[:1])+kind[1:]))
		}
		code := "  " + padded(string(p.Code), width) + "  "
		v.printf("%s\n", wrapped(code+p.first(), strings.Repeat(" ", len(code))))
	}
}

// more names the command that explains a code.
func more(code record.Code) string { return "more: rowrelay explain " + string(code) }
