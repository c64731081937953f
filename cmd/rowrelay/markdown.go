package main

import (
	"os"
	"regexp"
	"strings"

	"github.com/rowrelay/rowrelay/config"
)

// block is a YAML block of a Markdown file.
type block struct {
	line int // before its first
	text string
}

// whole: the block is a configuration, and no piece of one.
func (b block) whole() bool { return wholeFile.MatchString(b.text) }

var wholeFile = regexp.MustCompile(`(?m)^feeds:`)

// blocksOf finds the blocks that begin with ```yaml.
func blocksOf(markdown string) []block {
	var found []block
	var open *block
	for i, line := range strings.Split(markdown, "\n") {
		switch fence := strings.TrimSpace(line); {
		case open == nil && strings.HasPrefix(fence, "```yaml"):
			open = &block{line: i + 1}
		case open != nil && fence == "```":
			found = append(found, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		}
	}
	return found
}

// examineMarkdown checks every block that is a configuration, at the lines that it has in the file.
func examineMarkdown(path string) checkedFile {
	one := checkedFile{File: path, Complaints: []complaint{}}
	text, err := os.ReadFile(path)
	if err != nil {
		one.found = config.Complaints{{File: path, Text: "cannot be read: " + err.Error(), Remedy: "name a Markdown file"}}
		return one
	}
	for _, b := range blocksOf(string(text)) {
		if !b.whole() {
			one.pieces++
			continue
		}
		one.blocks++
		file, found := config.Parse(path, []byte(strings.Repeat("\n", b.line)+b.text), config.Process(), config.Offline)
		one.found = append(one.found, withExpressions(file, found).Failures()...)
	}
	return one
}
