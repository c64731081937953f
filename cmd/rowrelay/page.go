package main

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/rowrelay/rowrelay/record"
)

// page is what docs/errors.md says of one code. Its fields are those of `explain -o json`; the texts have a line for
// every paragraph and every item of a list.
type page struct {
	Code  record.Code `json:"code"`
	Kind  string      `json:"kind"`  // the heading of its section: of a row, at once
	About string      `json:"about"` // what is true of every code of that kind
	Text  string      `json:"text"`
}

// pagesOf takes docs/errors.md apart.
func pagesOf(markdown string) []page {
	var all []page
	for _, section := range strings.Split(markdown, "\n## ")[1:] {
		parts := strings.Split(section, "\n### ")
		kind, about, _ := strings.Cut(parts[0], "\n")
		for _, part := range parts[1:] {
			code, text, _ := strings.Cut(part, "\n")
			all = append(all, page{record.Code(code), strings.ToLower(kind[:1]) + kind[1:], plain(about), plain(text)})
		}
	}
	return all
}

// first is the sentence with which the page begins.
func (p page) first() string {
	line, _, _ := strings.Cut(p.Text, "\n")
	if sentence, _, goesOn := strings.Cut(line, ". "); goesOn {
		return sentence + "."
	}
	return line
}

var link = regexp.MustCompile(`\[([^\]]+)\]\([^)]*\)`)

// plain is Markdown without what only a browser shows. Backticks stay: without them nobody could tell where what is typed ends.
func plain(markdown string) string {
	text := strings.ReplaceAll(strings.TrimSpace(markdown), "**", "")
	text = link.ReplaceAllString(text, "$1")
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if last := len(lines) - 1; last >= 0 && lines[last] != "" && line != "" && !strings.HasPrefix(line, "- ") {
			lines[last] += " " + line
		} else {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// pageWidth is that of a terminal that nobody has widened.
const pageWidth = 80

// unbroken finds words; what stands in backticks is one, so that a command can be copied from one line.
var unbroken = regexp.MustCompile("(?:`[^`]*`|[^\\s`])+")

// wrapped breaks a line to pageWidth and begins each further one with indent. What stands over the indent, a code or an item's mark, is kept as it is.
func wrapped(line, indent string) string {
	head := min(len(indent), len(line))
	var b strings.Builder
	b.WriteString(line[:head])
	width := head
	for _, word := range unbroken.FindAllString(line[head:], -1) {
		n := utf8.RuneCountInString(word)
		switch {
		case width == head && b.Len() == head:
		case width+1+n > pageWidth:
			b.WriteString("\n" + indent)
			width = len(indent)
		default:
			b.WriteString(" ")
			width++
		}
		b.WriteString(word)
		width += n
	}
	return b.String()
}
