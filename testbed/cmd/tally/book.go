package main

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// event is a line of `go test -json`, as `go doc test2json` describes it.
type event struct {
	Action      string
	Package     string
	ImportPath  string // of a build
	Test        string // empty: the package as a whole
	Elapsed     float64
	Output      string
	FailedBuild string
}

// key names a test, or a package when test is empty.
type key struct{ pkg, test string }

// counts are the ends of tests and subtests.
type counts struct{ passed, failed, skipped int }

func (c counts) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", c.passed, c.failed, c.skipped)
}

// book keeps the output of what still runs and counts what has ended.
type book struct {
	out     io.Writer
	running map[key]*strings.Builder
	perPkg  map[string]counts
	total   counts
}

func newBook(out io.Writer) *book {
	return &book{out: out, running: map[key]*strings.Builder{}, perPkg: map[string]counts{}}
}

func (b *book) take(e event) {
	k := key{e.Package, e.Test}
	switch e.Action {
	case "start", "run":
		b.running[k] = &strings.Builder{}
	case "output":
		if text := b.running[k]; text != nil {
			text.WriteString(e.Output)
		}
	case "build-output":
		fmt.Fprint(b.out, e.Output)
	case "pass", "fail", "skip":
		b.end(k, e)
	}
}

func (b *book) end(k key, e event) {
	var text string
	if said := b.running[k]; said != nil {
		text = said.String()
	}
	delete(b.running, k)
	if k.test == "" {
		b.endPackage(k.pkg, text, e)
		return
	}
	b.count(k.pkg, e.Action)
	switch e.Action {
	case "fail":
		fmt.Fprintf(b.out, "FAIL %s %s (%.1fs)\n%s", k.pkg, k.test, e.Elapsed, text)
	case "skip":
		fmt.Fprintf(b.out, "skip %s %s\n%s", k.pkg, k.test, logged(text))
	default:
		if said := logged(text); said != "" {
			fmt.Fprintf(b.out, "%s (%.1fs)\n%s", k.test, e.Elapsed, said)
		}
	}
}

// endPackage ends the package's tests too that never did: a time-out or a panic took them along.
func (b *book) endPackage(pkg, text string, e event) {
	for _, k := range b.unfinished(pkg) {
		fmt.Fprintf(b.out, "FAIL %s %s did not end\n%s", pkg, k.test, b.running[k])
		delete(b.running, k)
		b.count(pkg, "fail")
	}
	c := b.perPkg[pkg]
	if e.Action == "fail" {
		if c.failed == 0 { // TestMain, a build, a crash between tests
			b.count(pkg, "fail")
		}
		fmt.Fprint(b.out, text)
	}
	if e.Action != "skip" { // a package without tests
		fmt.Fprintf(b.out, "%-4s %s %.1fs: %s\n", e.Action, pkg, e.Elapsed, b.perPkg[pkg])
	}
}

func (b *book) unfinished(pkg string) []key {
	var open []key
	for k := range b.running {
		if k.pkg == pkg && k.test != "" {
			open = append(open, k)
		}
	}
	slices.SortFunc(open, func(x, y key) int { return strings.Compare(x.test, y.test) })
	return open
}

func (b *book) count(pkg, action string) {
	c := b.perPkg[pkg]
	for _, n := range []*counts{&c, &b.total} {
		switch action {
		case "pass":
			n.passed++
		case "fail":
			n.failed++
		case "skip":
			n.skipped++
		}
	}
	b.perPkg[pkg] = c
}

// close prints the totals and returns the exit code. A package that never ended has failed, and so has a run of nothing.
func (b *book) close() int {
	for _, k := range slices.SortedFunc(maps.Keys(b.running), func(x, y key) int { return strings.Compare(x.pkg, y.pkg) }) {
		if k.test == "" {
			b.endPackage(k.pkg, b.running[k].String(), event{Action: "fail"})
		}
	}
	fmt.Fprintln(b.out, b.total)
	if b.total.failed > 0 || b.total.passed == 0 {
		return 1
	}
	return 0
}

// testLog is how t.Log, t.Skip and t.Error begin a line.
var testLog = regexp.MustCompile(`^ +\w+\.go:\d+: `)

// logged keeps what a test itself said, with the lines that continue it.
func logged(text string) string {
	var kept strings.Builder
	on := false
	for line := range strings.Lines(text) {
		if testLog.MatchString(line) {
			on = true
		} else if !strings.HasPrefix(line, "        ") {
			on = false
		}
		if on {
			kept.WriteString(line)
		}
	}
	return kept.String()
}
