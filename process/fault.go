package process

import (
	"errors"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// advised is a fault with what to do about it.
func (i Item) advised(key string, err error, remedy string) record.Fault {
	f := i.fault(key, err)
	f.Remedy = remedy
	return f
}

// fault blames a key of an item for an error of its value.
func (i Item) fault(key string, err error) record.Fault {
	f := record.Fault{Path: i.Path + "." + key, Text: err.Error()}
	if e, ok := errors.AsType[*expression.Error](err); ok {
		f.Line, f.Column, f.Text, f.Remedy = e.Line, e.Column, e.Text, e.Remedy
	}
	return f
}
