package main

import (
	"context"
	"errors"
	"strings"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
)

// complaintsOf says where in the file the faults are.
func complaintsOf(f *config.File, faults []record.Fault) config.Complaints {
	var found config.Complaints
	for _, one := range faults {
		found = append(found, f.Complain(one.Path, one.Line, one.Column, one.Text, one.Remedy))
	}
	return found
}

// placed is a room's error that also names the lines of the file that it blames.
func placed(f *config.File, err error) error {
	faults := faultsOf(err)
	if faults == nil {
		return err
	}
	lines := make([]string, len(faults))
	for i, c := range complaintsOf(f, faults) {
		lines[i] = c.Place() + "  " + faults[i].String()
	}
	there := record.Misfit(faults...)
	there.Text = strings.Join(lines, "\n")
	return there
}

// placedSource is a source whose complaints about the file name its lines.
type placedSource struct {
	source.Source
	file *config.File
}

// Open implements source.Source.
func (s placedSource) Open(ctx context.Context) (source.Description, error) {
	d, err := s.Source.Open(ctx)
	return d, placed(s.file, err)
}

// placeOf is the place in the file at which a row failed, "" if no key is to blame.
func placeOf(f *config.File, failure *record.Failure) string {
	if failure.Path == "" {
		return ""
	}
	return f.Complain(failure.Path, 0, 0, "", "").Place()
}

// faultsOf are the keys of the file that an error blames; nil: none.
func faultsOf(err error) []record.Fault {
	if stop, ok := errors.AsType[*record.Stop](err); ok {
		return stop.Faults
	}
	return nil
}
