package message

import (
	"errors"
	"fmt"
	"strings"

	"github.com/rowrelay/rowrelay/expression"
)

// Fault is one thing that is wrong with the file's `message` block.
type Fault struct {
	Path         string // of the field or block in the file
	Key          string // the key in it; "" is the whole
	Line, Column int    // from 1, inside the expression at Key; 0: the fault is in no expression
	Text         string
	Remedy       string // what to do; may be empty
}

// Faults are all of them at once, in the order of the file's keys as far as they have one. It is Compile's error.
type Faults []Fault

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, one := range f {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// String is the fault in one line.
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(join(f.Path, f.Key))
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", f.Line, f.Column)
	}
	b.WriteString(": " + f.Text)
	if f.Remedy != "" {
		b.WriteString(": " + f.Remedy)
	}
	return b.String()
}

func join(path, key string) string {
	if key == "" {
		return path
	}
	return path + "." + key
}

// complaints collects the faults of one block or field.
type complaints struct {
	all  *Faults
	path string
}

func (c complaints) wrong(key, text, remedy string) {
	*c.all = append(*c.all, Fault{Path: c.path, Key: key, Text: text, Remedy: remedy})
}

func (c complaints) at(path string) complaints { return complaints{c.all, path} }

// expression compiles src, or complains and returns nil.
func (c complaints) expression(key, src string, n expression.Names) *expression.Expr {
	e, err := expression.Compile(src, n)
	if err == nil {
		return e
	}
	f := Fault{Path: c.path, Key: key, Text: err.Error()}
	if at, ok := errors.AsType[*expression.Error](err); ok {
		f.Line, f.Column, f.Text, f.Remedy = at.Line, at.Column, at.Text, at.Remedy
	}
	*c.all = append(*c.all, f)
	return nil
}
