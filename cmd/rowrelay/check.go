package main

import (
	"context"
	"fmt"

	"github.com/rowrelay/rowrelay/config"
)

type checkCmd struct {
	Files   []string `arg:"" optional:"" name:"file" help:"Files to check; else the configuration itself."`
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
		one, its := k.file(ctx, g, path)
		all.add(one)
		code = max(code, its)
	}
	if g.json() {
		if err := g.console.out.json(all); err != nil {
			return err
		}
	} else {
		g.console.out.printf("Summary: %d failed · %s\n", all.Failed, counted(all.Warnings, "warning"))
	}
	return answered(code)
}

// file checks one file, prints what people read, and returns the rest with its exit code.
func (k *checkCmd) file(ctx context.Context, g *globals, path string) (checkedFile, int) {
	mode := config.Offline
	if k.Connect {
		mode = config.Run
	}
	file, found := config.Load(path, config.Process(), mode)
	one := checkedFile{File: path, Complaints: []complaint{}}
	for _, c := range found {
		one.Complaints = append(one.Complaints, complaint{levelOf(c), c.Line, c.Column, c.Text, c.Remedy})
	}
	v := g.console.out
	if !g.json() {
		_ = found.Print(v.w, v.marks())
	}
	switch {
	case found.Err() != nil:
		return one, exitConfig
	case !k.Connect:
		if !g.json() {
			v.printf("%s %s  %s, %s\n", v.mark(good), printable(path), counted(len(file.Feeds), "feed"), counted(len(file.Connections), "connection"))
		}
		return one, exitOK
	}
	one.Findings = connect(ctx, file)
	if !g.json() {
		printFindings(v, one.Findings)
	}
	return one, worst(one.Findings)
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
