package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/store"
)

// faultsShown is how many faults of the file stand above what was asked for.
const faultsShown = 3

// openToRead is open for a command that only looks at the store. Somebody must be able to look, at night, while the file
// is faulty: what says where the store is is enough. The File then has the feeds that could be read, and no other section.
func (g *globals) openToRead(ctx context.Context) (*config.File, store.Store, error) {
	file, found, err := g.load(config.Offline)
	if faults, ok := errors.AsType[config.Complaints](err); ok {
		g.faults = faults.Failures()
		file, found, err = g.storeOf(file)
	}
	if err != nil {
		return nil, nil, err
	}
	return g.openIn(ctx, file, found)
}

// storeOf is what a faulty file says of its store; file is nil where it is no YAML. The faults are told on stderr.
func (g *globals) storeOf(file *config.File) (*config.File, config.Complaints, error) {
	path, err := g.path()
	if err != nil {
		return nil, nil, err
	}
	part, found := config.LoadStore(path, config.Process())
	if found.Err() != nil {
		g.warn("where the store is cannot be read either; a daemon that runs goes on with the file that it has read. Name a copy that was sound: rowrelay status -c COPY")
		return nil, nil, g.faults
	}
	if file != nil {
		part.Feeds = file.Feeds
	}
	_ = g.faults[:min(len(g.faults), faultsShown)].Print(g.console.err.w, g.console.err.marks())
	g.warn(fmt.Sprintf("%s in the file: rowrelay check. Read from it is only where the store is; a daemon that runs goes on with the file that it has read, and a start refuses this one",
		counted(len(g.faults), "fault")))
	return part, found, nil
}

// warn says a sentence on stderr, beside the result.
func (g *globals) warn(sentence string) {
	g.console.err.printf("%s %s\n", g.console.err.mark(warn), sentence)
}

// complaintsForPrograms are complaints as JSON has them.
func complaintsForPrograms(found config.Complaints) (all []complaint) {
	for _, c := range found {
		all = append(all, complaint{levelOf(c), c.Line, c.Column, c.Text, c.Remedy})
	}
	return all
}
