package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// syntax complains about a file that is no YAML. The parser stops at the first error, which it may notice lines after the
// slip: the complaint points to the line in which the slip was made, as far as that can be known.
func (d *decoder) syntax(err error) {
	e, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		d.fail(mark{}, "no YAML", checkAround)
		return
	}
	at := d.noticed(e)
	if o := unclosed(d.lines); d.swallows(o, at) {
		text, remedy := d.leftOpen(o)
		d.fail(o.mark, "no YAML: "+text, remedy)
		return
	}
	b := d.around(e, at)
	if first := d.dashless(at.line, b); first > 0 {
		d.fail(d.begin(first), "no YAML: no dash stands here, and the items below have one", "begin each item of a list with a dash and a blank")
		return
	}
	d.slipped(at, b)
}

// slipped tells the first slip that it can be.
func (d *decoder) slipped(at mark, b broken) {
	i := slices.IndexFunc(slips, func(s slip) bool { return s.is(b) })
	if i < 0 {
		d.fail(at, "no YAML: "+b.says, checkAround)
		return
	}
	s := slips[i]
	if s.above {
		at = d.begin(d.above(at.line))
	}
	if s.text == noColon || s.text == noDash {
		d.hideText(d.line(at.line))
	}
	d.fail(at, "no YAML: "+s.text, s.remedy)
}

// around is what a slip at a place can be known by.
func (t *text) around(e *yaml.LoadError, at mark) broken {
	b := broken{says: e.Message, here: t.line(at.line), above: t.line(t.above(at.line))}
	runes := []rune(b.here)
	column := min(max(at.column-1, 0), len(runes))
	b.left, b.right = string(runes[:column]), string(runes[column:])
	return b
}

// noticed is where the parser noticed the error. Of one that it found at the end only, and of a key without a colon, where that
// began says more.
func (d *decoder) noticed(e *yaml.LoadError) mark {
	at, began := mark{e.Mark.Line, e.Mark.Column}, mark{e.ContextMark.Line, e.ContextMark.Column}
	atEnd := at.line == 0 || at.line >= len(d.lines)
	if began.line > 0 && (atEnd || strings.Contains(e.Message, "could not find expected ':'")) {
		at = began
	}
	at.line = min(at.line, len(d.lines))
	return at
}

// swallows tells whether an opening explains what the parser noticed: what is YAML has nothing open, whatever it looks like.
func (t *text) swallows(o opening, noticed mark) bool {
	if o.what == 0 || o.line > noticed.line || t.sound(o.line) {
		return false
	}
	return o.line == noticed.line || !t.sound(noticed.line-1)
}

// sound tells whether the file is YAML as far as a line.
func (t *text) sound(last int) bool {
	var docs []yaml.Node
	return yaml.Load([]byte(strings.Join(t.lines[:last], "\n")), &docs, yaml.WithAllDocuments()) == nil
}

// leftOpen says what to do about a quote or bracket that nothing closes.
func (d *decoder) leftOpen(o opening) (text, remedy string) {
	line := d.line(o.line)
	switch closing := map[byte]string{'{': "}", '[': "]"}[o.what]; {
	case closing == "":
		return "nothing closes the quote that begins here", "close it in this line; a quote in the value itself is written twice in single quotes, and as \\\" in double ones"
	case bareInBraces.MatchString(line):
		return "a variable inside braces or brackets", `quote it: { user: "${NAME}" }`
	case commented.MatchString(line):
		return fmt.Sprintf("nothing closes the %c that begins here", o.what), "put the " + closing + " before the #, where a comment begins; quote a value that holds a blank and a #"
	default:
		return fmt.Sprintf("nothing closes the %c that begins here", o.what), fmt.Sprintf("close it with %s; quote a value that begins with %c", closing, o.what)
	}
}

// hideText keeps a line from being shown that begins with no key of the file: it may be a part of a secret that lost its key.
func (d *decoder) hideText(line string) {
	word, _ := keyAlone(strings.TrimLeft(line, "- {"))
	known := func(e entry) bool {
		return slices.Contains(strings.Split(strings.ReplaceAll(e.path, "[]", ""), "."), word)
	}
	if !slices.ContainsFunc(everyKey, known) {
		d.secrets = append(d.secrets, strings.TrimSpace(line))
	}
}

// dashless is the first line of a list, where it has no dash and a line below has one; else 0.
func (d *decoder) dashless(at int, b broken) int {
	item := func(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " "), "-") }
	if !b.is("expected key") || !item(b.here) {
		return 0
	}
	first := 0
	for i := d.above(at); i > 0 && indentOf(d.line(i)) >= indentOf(b.here); i = d.above(i) {
		first = i
	}
	if first == 0 || item(d.line(first)) {
		return 0
	}
	return first
}

// above is the number of the last line above that is neither empty nor a comment; 0 for none.
func (t *text) above(number int) int {
	for number--; number > 0; number-- {
		if body := strings.TrimSpace(t.line(number)); body != "" && body[0] != '#' {
			break
		}
	}
	return max(number, 0)
}

// begin is where the text of a line begins.
func (t *text) begin(number int) mark { return mark{number, indentOf(t.line(number)) + 1} }

// line returns a line by its number, or nothing.
func (t *text) line(number int) string {
	if number < 1 || number > len(t.lines) {
		return ""
	}
	return t.lines[number-1]
}

const checkAround = "check the indentation, the quotes and the brackets, here and in the line above"
