package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/record"
)

type testCmd struct {
	Feed string `arg:"" optional:"" help:"The tests of this feed only."`
	Only string `name:"run" placeholder:"NAME" help:"The test of this name only."`
}

// tested is how one test ended. Its fields are those of `test -o json`.
type tested struct {
	Feed     string   `json:"feed"`
	Name     string   `json:"name"`
	Passed   bool     `json:"passed"`
	Problems []string `json:"problems,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
}

// Run implements the command. It asks neither a database nor a broker.
func (k *testCmd) Run(_ context.Context, g *globals) error {
	file, _, err := g.load(config.Offline)
	if err != nil {
		return err
	}
	if _, ok := file.Feeds[k.Feed]; k.Feed != "" && !ok {
		return unknownFeed(k.Feed, file.FeedNames())
	}
	ended := []tested{}
	for _, feed := range file.FeedNames() {
		if k.Feed != "" && k.Feed != feed {
			continue
		}
		for i, test := range file.Feeds[feed].Tests {
			if k.Only == "" || k.Only == test.Name {
				ended = append(ended, rehearse(file, feed, i))
			}
		}
	}
	return k.say(g, ended)
}

func (k *testCmd) say(g *globals, ended []tested) error {
	failed := 0
	for _, t := range ended {
		if !t.Passed {
			failed++
		}
	}
	if g.json() {
		if err := g.console.out.json(struct {
			Items  []tested `json:"items"`
			Failed int      `json:"failed"`
		}{ended, failed}); err != nil {
			return err
		}
	} else {
		printTested(g.console.out, ended, failed)
	}
	switch {
	case failed > 0:
		return answered(exitNo)
	case len(ended) == 0 && k.Only != "":
		return &problem{exitNo, fmt.Sprintf("no test is called %q", k.Only), "rowrelay test runs all of them and says their names"}
	}
	return nil
}

func printTested(out *voice, ended []tested, failed int) {
	for _, t := range ended {
		sign := good
		if !t.Passed {
			sign = bad
		}
		out.printf("%s %s  %s\n", out.mark(sign), t.Feed, printable(t.Name))
		for _, p := range t.Problems {
			out.printf("    %s\n", printable(p))
		}
		for _, w := range t.Warnings {
			out.printf("    %s %s\n", out.mark(warn), printable(w))
		}
	}
	if len(ended) == 0 {
		out.printf("no tests: write some into feeds.NAME.tests\n")
		return
	}
	out.printf("%d passed, %d failed\n", len(ended)-failed, failed)
}

// rehearse takes a test's row through the feed's steps, with the lookups' results that the test gives.
func rehearse(file *config.File, feed string, i int) tested {
	test := file.Feeds[feed].Tests[i]
	t := tested{Feed: feed, Name: test.Name}
	for _, miss := range nearMisses(file, feed, i) {
		t.Warnings = append(t.Warnings, miss.String()+" → "+miss.Remedy)
	}
	one, err := perform(file, feed, test)
	if err != nil {
		t.Problems = []string{err.Error()}
		return t
	}
	for _, short := range unmet(file, test.Expect, one) {
		at := file.Complain(fmt.Sprintf("feeds.%s.tests[%d].expect.%s", feed, i, short.key), 0, 0, short.text, "")
		t.Problems = append(t.Problems, at.String())
	}
	t.Passed = len(t.Problems) == 0
	return t
}

// performed is what became of a test's row.
type performed struct {
	filtered bool
	why      string // with filtered: by which step, and because of which values
	failure  *record.Failure
	message  *message.Message
}

func perform(file *config.File, feed string, test config.Test) (p performed, err error) {
	r, err := newRecipe(file, feed, false)
	if err != nil {
		return p, err
	}
	defer r.Close()
	results := map[string]record.Value{}
	for _, it := range file.Feeds[feed].Process {
		l := it.Lookup
		if l == nil {
			continue
		}
		if _, given := test.Lookups[l.Into]; given {
			results[l.Into] = valueOf(test.Lookups[l.Into], file.Connections[l.Connection].Location())
		}
	}
	plan, faults := r.pipeline.Rehearse(expression.Names{Open: true}, results)
	if len(faults) > 0 {
		return p, placed(file, record.Misfit(faults...))
	}
	mapping, err := message.Compile(r.message, plan.Names())
	if err != nil {
		return p, err
	}
	s := &steps{feed, plan, mapping}
	scope := s.scope(testRow(file, feed, test))
	verdict, err := plan.Preview(context.Background(), scope)
	if p.filtered = verdict.Filtered; err == nil && !p.filtered {
		p.message, err = mapping.Render(scope)
	}
	if p.filtered {
		p.why = filteredBy(strings.TrimPrefix(verdict.Path, "feeds."+feed+"."), verdict.By, verdict.Because)
	}
	if f, ok := errors.AsType[*record.Failure](err); ok {
		p.failure, err = f, nil
	}
	return p, err
}
