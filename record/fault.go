package record

import (
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong with the file, told by a room that knows the key but not where it stands.
type Fault struct {
	Path         string // of the key, with dots: feeds.orders.process[1].lookup.sql
	Line, Column int    // in the value of the key, from 1; 0: the whole of it
	Text         string
	Remedy       string // what to do; may be empty
}

// String is the fault in one line, without the remedy.
func (f Fault) String() string {
	if f.Line == 0 {
		return f.Path + ": " + f.Text
	}
	return fmt.Sprintf("%s:%d:%d: %s", f.Path, f.Line, f.Column, f.Text)
}

// Misfit is the Stop of a feed whose keys have these faults, at least one.
func Misfit(faults ...Fault) *Stop {
	var texts, remedies []string
	for _, f := range faults {
		texts = append(texts, f.String())
		if f.Remedy != "" && !slices.Contains(remedies, f.Remedy) {
			remedies = append(remedies, f.Remedy)
		}
	}
	if remedies == nil {
		remedies = []string{"correct the key in the file"}
	}
	return &Stop{Code: ConfigInvalid, Text: strings.Join(texts, "\n"), Remedy: strings.Join(remedies, "\n"), Faults: faults}
}
