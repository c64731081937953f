package config

import (
	"errors"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// syntax complains about a file that is no YAML. The parser stops at the first error.
func (d *decoder) syntax(err error) {
	e, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		d.fail(mark{}, "no YAML", checkAround)
		return
	}
	at := mark{e.Mark.Line, e.Mark.Column}
	message, remedy := plainer(e.Message, d.line(at.line))
	if began := e.ContextMark; began.Line > 0 && (at.line == 0 || at.line >= len(d.lines)) {
		at = mark{began.Line, began.Column} // found at the end only: where it began says more
	}
	at.line = min(at.line, len(d.lines))
	d.fail(at, "no YAML: "+message, remedy)
}

// line returns a line by its number, or nothing.
func (t *text) line(number int) string {
	if number < 1 || number > len(t.lines) {
		return ""
	}
	return t.lines[number-1]
}

const checkAround = "check the indentation, the quotes and the brackets, here and in the lines above; a value with [ ] { } , or quotes in it stands in single quotes"

var (
	tabbed       = regexp.MustCompile(`^ *\t`)
	bareInBraces = regexp.MustCompile(`[{\[].*[:,\[]\s*\$\{`) // a variable whose braces YAML takes for its own
)

// plainer words the parser's message, and says what to do. The parser repeats an unknown anchor,
// which can be a password that begins with an asterisk: that message is replaced.
func plainer(message, line string) (text, remedy string) {
	switch {
	case strings.Contains(message, "anchor"), strings.Contains(message, "alias"):
		return "an alias names no anchor", "quote a value that begins with *"
	case strings.Contains(message, "tab character"), tabbed.MatchString(line):
		return "a tab stands in the indentation", "indent with spaces"
	case strings.Contains(message, "cannot start any token"):
		return message, "quote a value that begins with @, `, % or a bracket"
	case bareInBraces.MatchString(line):
		return message, `quote a variable inside braces or brackets: { user: "${NAME}" }`
	case strings.Contains(message, "mapping values are not allowed"):
		return message, "indent the key like its neighbours, or quote a value that holds a colon and a blank"
	}
	return message, checkAround
}
