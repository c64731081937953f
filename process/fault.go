package process

import (
	"errors"
	"fmt"
	"strings"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// Fault is what is wrong with one key of one item.
type Fault struct {
	Path, Key    string // feeds.orders.process[1] and filter, lookup.sql, ...
	Line, Column int    // in the value of the key, from 1; 0: the whole of it
	Text, Remedy string
}

func (f Fault) String() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s.%s: %s", f.Path, f.Key, f.Text)
	}
	return fmt.Sprintf("%s.%s %d:%d: %s", f.Path, f.Key, f.Line, f.Column, f.Text)
}

// fault blames a key for an error of its value.
func (i Item) fault(key string, err error) Fault {
	f := Fault{Path: i.Path, Key: key, Text: err.Error()}
	if e, ok := errors.AsType[*expression.Error](err); ok {
		f.Line, f.Column, f.Text, f.Remedy = e.Line, e.Column, e.Text, e.Remedy
	}
	return f
}

// stop is what faults mean for a feed.
func stop(faults ...Fault) *record.Stop {
	var texts, remedies []string
	for _, f := range faults {
		texts = append(texts, f.String())
		if f.Remedy != "" {
			remedies = append(remedies, f.Remedy)
		}
	}
	if len(remedies) == 0 {
		remedies = []string{"correct the key in the file"}
	}
	return &record.Stop{Code: record.ConfigInvalid, Text: strings.Join(texts, "\n"), Remedy: strings.Join(remedies, "\n")}
}
