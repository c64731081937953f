package process

import (
	"errors"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// fault blames a key of an item for an error of its value.
func (i Item) fault(key string, err error) record.Fault {
	f := record.Fault{Path: i.Path + "." + key, Text: err.Error()}
	if e, ok := errors.AsType[*expression.Error](err); ok {
		f.Line, f.Column, f.Text, f.Remedy = e.Line, e.Column, e.Text, e.Remedy
	}
	return f
}
