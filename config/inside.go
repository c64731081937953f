package config

import (
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// inside is where in the file a character of a value's text stands, by its line and column in that
// text. Where it cannot be known it is where the value begins.
func (t *text) inside(path string, line, column int) mark {
	n, found := t.plain[path]
	if !found {
		n, found = t.plain[inDefaults(path)]
	}
	index, there := offset(n, line, column)
	if !found || !there {
		return t.at(path)
	}
	if at, ok := t.follow(n, index); ok {
		return at
	}
	return t.at(path)
}

// offset counts the characters of a node's text before a line and column of it. White space at its
// end does not count: behind it the next key begins.
func offset(n *yaml.Node, line, column int) (int, bool) {
	if n == nil || line < 1 || column < 1 {
		return 0, false
	}
	lines := strings.Split(n.Value, "\n")
	if line > len(lines) || column > len([]rune(lines[line-1]))+1 {
		return 0, false
	}
	before := strings.Join(lines[:line-1], "\n")
	if line > 1 {
		before += "\n"
	}
	end := len([]rune(strings.TrimRightFunc(n.Value, unicode.IsSpace)))
	return min(len([]rune(before))+column-1, end), true
}

// follow walks through a value's text and the lines of the file side by side, until index characters
// of the text are behind it; false where the two part.
func (t *text) follow(n *yaml.Node, index int) (mark, bool) {
	w := walker{text: t, style: n.Style, line: n.Line, column: n.Column - 1, rest: []rune(n.Value)}
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		w.line = n.Line
		w.newLine()
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		w.column++
	}
	for end := len(w.rest) - index; len(w.rest) > end; {
		if !w.step() {
			return mark{}, false
		}
	}
	return mark{w.line, w.column + 1}, w.line <= len(t.lines)
}

// walker is a place in the file, and what of a value's text is not behind it yet.
type walker struct {
	*text
	style        yaml.Style
	line, column int // column from 0
	rest         []rune
}

// step passes one character of the text, or the white space where the file breaks a line.
func (w *walker) step() bool {
	source := []rune(w.text.line(w.line))
	source = source[min(w.column, len(source)):]
	switch r := w.rest[0]; {
	case unicode.IsSpace(r) && strings.TrimSpace(string(source)) == "":
		return w.newLine()
	case len(source) == 0:
		return false
	case source[0] == '\\' && w.style&yaml.DoubleQuotedStyle != 0:
		return w.escape(source)
	case r == '\'' && w.style&yaml.SingleQuotedStyle != 0:
		w.column++ // it is written twice
	case source[0] != r:
		return false
	}
	w.column++
	w.rest = w.rest[1:]
	return true
}

// newLine passes a break, which is white space of any sort in the text, and the indentation behind it.
func (w *walker) newLine() bool {
	w.line, w.column = w.line+1, 0
	w.blanks()
	for len(w.rest) > 0 && unicode.IsSpace(w.rest[0]) {
		w.rest = w.rest[1:]
	}
	return w.line <= len(w.lines)
}

// blanks goes on to the next character that is no white space.
func (w *walker) blanks() {
	for ; w.line <= len(w.lines); w.line, w.column = w.line+1, 0 {
		body := strings.TrimLeft(w.text.line(w.line), " \t")
		if body != "" {
			w.column = len(w.text.line(w.line)) - len(body)
			return
		}
	}
}

// escape passes what a backslash and its letters stand for: one character.
func (w *walker) escape(source []rune) bool {
	if len(source) < 2 {
		return false
	}
	digits := map[rune]int{'x': 2, 'u': 4, 'U': 8}
	w.column += 2 + digits[source[1]]
	w.rest = w.rest[1:]
	return true
}
