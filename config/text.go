package config

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

// text is the file as written, and where each key of it stands.
type text struct {
	name   string
	lines  []string
	hidden func() [][]span       // what of each line is secret
	marks  map[string]mark       // by dotted path
	plain  map[string]*yaml.Node // single values that are in force just as they are written, by dotted path
}

// mark is where a complaint about a path points: the value of a scalar, the key of a section.
type mark struct{ line, column int }

// lineBreak is what the YAML parser counts as one.
var lineBreak = regexp.MustCompile("\r\n|[\r\n\u0085\u2028\u2029]")

func newText(name string, data []byte) *text {
	lines := lineBreak.Split(string(data), -1)
	return &text{
		name: name, lines: lines, marks: map[string]mark{}, plain: map[string]*yaml.Node{},
		hidden: sync.OnceValue(func() [][]span { return secretSpans(lines) }),
	}
}

// has tells whether the path itself is written in the file, or in `defaults` for every feed.
func (t *text) has(path string) bool {
	_, here := t.marks[path]
	_, there := t.marks[inDefaults(path)]
	return here || there
}

// at is where the path is written, or `defaults` gives it, or the innermost section that should hold it begins.
func (t *text) at(path string) mark {
	if m, ok := t.marks[path]; ok {
		return m
	}
	if m, ok := t.marks[inDefaults(path)]; ok {
		return m
	}
	for path != "" {
		if m, ok := t.marks[path]; ok {
			return m
		}
		path = parent(path)
	}
	return mark{}
}

func parent(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}

// inDefaults turns feeds.NAME.rest into defaults.rest, and everything else into a path that no file has.
func inDefaults(path string) string {
	rest, isFeed := strings.CutPrefix(path, "feeds.")
	_, key, found := strings.Cut(rest, ".")
	if !isFeed || !found {
		return "\x00"
	}
	return "defaults." + key
}

// snippet shows a line with a caret below the column.
func (t *text) snippet(m mark, secrets []string) string {
	if m.line < 1 || m.line > len(t.lines) {
		return ""
	}
	line, column := t.hide(m.line-1, m.column, secrets)
	head := fmt.Sprintf("> %d | ", m.line)
	var pad strings.Builder
	pad.WriteString(strings.Repeat(" ", len(head)))
	for i, r := range []rune(line) {
		if i >= column-1 {
			break
		}
		if r != '\t' {
			r = ' '
		}
		pad.WriteRune(r)
	}
	return head + line + "\n" + pad.String() + "^"
}
