package message

import (
	"errors"
	"strings"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// Faults are all that is wrong with the file's `message` block, in the order of the file's keys as far as they have one. It is Compile's error.
type Faults []record.Fault

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, one := range f {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
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
	*c.all = append(*c.all, record.Fault{Path: join(c.path, key), Text: text, Remedy: remedy})
}

func (c complaints) at(path string) complaints { return complaints{c.all, path} }

// expression compiles src, or complains and returns nil.
func (c complaints) expression(key, src string, n expression.Names) *expression.Expr {
	e, err := expression.Compile(src, n)
	if err == nil {
		return e
	}
	f := record.Fault{Path: join(c.path, key), Text: err.Error()}
	if at, ok := errors.AsType[*expression.Error](err); ok {
		f.Line, f.Column, f.Text, f.Remedy = at.Line, at.Column, at.Text, at.Remedy
	}
	*c.all = append(*c.all, f)
	return nil
}
