package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/rowrelay/rowrelay/config"
)

type checkCmd struct {
	Files   []string `arg:"" optional:"" name:"file" help:"Files to check, or Markdown files whose YAML blocks are to be checked; else the configuration itself."`
	Connect bool     `help:"Also try every connection, table, account and broker that the file names. Nothing is changed, no message is left."`
}

// checked is what `check -o json` writes.
type checked struct {
	Files    []checkedFile `json:"files"`
	Failed   int           `json:"failed"`
	Warnings int           `json:"warnings"`
}

type checkedFile struct {
	File       string      `json:"file"`
	Complaints []complaint `json:"complaints"`
	Findings   []finding   `json:"findings,omitempty"` // of --connect, which a broken file does not come to

	loaded         *config.File
	found          config.Complaints
	blocks, pieces int // of a Markdown file: configurations, and YAML that is a piece of one
}

// complaint is a config.Complaint for programs.
type complaint struct {
	Level  level  `json:"level"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Text   string `json:"text"`
	Remedy string `json:"remedy,omitempty"`
}

// Run implements the command.
func (k *checkCmd) Run(ctx context.Context, g *globals) error {
	files := k.Files
	if len(files) == 0 {
		path, err := g.path()
		if err != nil {
			return err
		}
		files = []string{path}
	}
	var all checked
	code := exitOK
	for _, path := range files {
		one := k.examine(ctx, path)
		all.add(one)
		code = max(code, one.code())
		if !g.json() {
			one.print(g.console.out)
		}
	}
	if err := all.finish(g); err != nil {
		return err
	}
	return answered(code)
}

// examine reads one file, and with --connect tries what a sound one names.
func (k *checkCmd) examine(ctx context.Context, path string) checkedFile {
	mode := config.Offline
	if k.Connect {
		mode = config.Run
	}
	one := checkedFile{File: path, Complaints: []complaint{}}
	if strings.HasSuffix(path, ".md") {
		one = examineMarkdown(path)
	} else {
		one.loaded, one.found = read(path, mode)
	}
	if k.Connect && one.loaded != nil && one.found.Err() == nil {
		var unfit config.Complaints
		one.Findings, unfit = connect(ctx, one.loaded)
		one.found = append(unfit, one.found...)
	}
	one.Complaints = append(one.Complaints, complaintsForPrograms(one.found)...)
	return one
}

func (f *checkedFile) code() int {
	if f.found.Err() != nil {
		return exitConfig
	}
	return worst(f.Findings)
}

func (f *checkedFile) print(v *voice) {
	_ = f.found.Print(v.w, v.marks())
	if f.found.Err() == nil && f.loaded == nil {
		v.printf("%s %s  %s, %s of one not checked\n", v.mark(good), printable(f.File), counted(f.blocks, "configuration"), counted(f.pieces, "piece"))
		return
	}
	if f.found.Err() == nil && f.Findings == nil {
		v.printf("%s %s  %s, %s\n", v.mark(good), printable(f.File), counted(len(f.loaded.Feeds), "feed"), counted(len(f.loaded.Connections), "connection"))
	}
	printFindings(v, f.Findings)
}

// finish writes what stands below all files, or all of it for programs.
func (a *checked) finish(g *globals) error {
	if g.json() {
		return g.console.out.json(a)
	}
	g.console.out.printf("Summary: %d failed · %s\n", a.Failed, counted(a.Warnings, "warning"))
	return nil
}

func levelOf(c config.Complaint) level {
	if c.Warning {
		return levelWarn
	}
	return levelFail
}

func (a *checked) add(one checkedFile) {
	a.Files = append(a.Files, one)
	count := func(l level) {
		switch l {
		case levelFail:
			a.Failed++
		case levelWarn:
			a.Warnings++
		}
	}
	for _, c := range one.Complaints {
		count(c.Level)
	}
	for _, f := range one.Findings {
		count(f.Level)
	}
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
