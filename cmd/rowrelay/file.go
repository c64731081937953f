package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// places are where the configuration is looked for when nobody names it.
var places = []string{"rowrelay.yaml", "/etc/rowrelay/rowrelay.yaml"}

// path is the configuration's: -c, else $ROWRELAY_CONFIG, else the first of places that is there.
func (g *globals) path() (string, error) {
	if g.Config != "" {
		return g.Config, nil
	}
	if path := os.Getenv("ROWRELAY_CONFIG"); path != "" {
		return path, nil
	}
	for _, path := range places {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", &problem{exitConfig, "no configuration: -c and $ROWRELAY_CONFIG are not set, and neither ./rowrelay.yaml nor /etc/rowrelay/rowrelay.yaml is there",
		"name a file with -c, or let rowrelay init write one for a table of yours, or rowrelay demo --keep DIR one to play with"}
}

// load reads the configuration; what is wrong in it is a config.Complaints.
func (g *globals) load(mode config.Mode) (*config.File, config.Complaints, error) {
	path, err := g.path()
	if err != nil {
		return nil, nil, err
	}
	file, found := read(path, mode)
	return file, found, found.Err()
}

// read reads a file and, where it is sound, compiles its expressions too.
func read(path string, mode config.Mode) (*config.File, config.Complaints) {
	file, found := config.Load(path, config.Process(), mode)
	return file, withExpressions(file, found)
}

// withExpressions adds what is wrong in the expressions of a file that is sound otherwise.
func withExpressions(file *config.File, found config.Complaints) config.Complaints {
	if found.Err() != nil {
		return found
	}
	return append(found, expressions(file)...)
}

// open is the beginning of every command that acts on the store. Such a command may be typed where
// the daemon's other secrets are not at hand, so a missing one is told only where the store refuses the login.
func (g *globals) open(ctx context.Context) (*config.File, store.Store, error) {
	file, found, err := g.load(config.Offline)
	if err != nil {
		return nil, nil, err
	}
	return g.openIn(ctx, file, found)
}

// openIn opens the store of a file that was read.
func (g *globals) openIn(ctx context.Context, file *config.File, found config.Complaints) (*config.File, store.Store, error) {
	g.found = found
	if !placedStore(file) {
		_ = found.Warnings().Print(g.console.err.w, g.console.err.marks())
		return nil, nil, &problem{exitConfig, "where the store is cannot be told: its connection needs what is not there, see above", setSecrets}
	}
	st, err := openStore(ctx, file, false)
	if err != nil {
		return nil, nil, g.refused(err)
	}
	if g.Verbose {
		path, _ := g.path()
		g.console.err.printf("config %s, store %s, id %s\n", path, printable(st.Where()), st.ID())
	}
	return file, st, nil
}

// placedStore tells that nothing is missing that says where the store is. Without this a variable that is not set would
// stand for the store of a file that names none: another one.
func placedStore(file *config.File) bool {
	s := file.Store
	return s.Path != "" || s.Connection != "" && file.Connections[s.Connection].URL != ""
}

// openFor is open for a command on one feed, which the file or the store must know; empty means all.
func (g *globals) openFor(ctx context.Context, feed string) (*config.File, store.Store, error) {
	return knowing(ctx, feed, g.open)
}

// knowing opens the store in one of the two ways, for a command on one feed.
func knowing(ctx context.Context, feed string, open func(context.Context) (*config.File, store.Store, error)) (*config.File, store.Store, error) {
	file, st, err := open(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := knowFeed(ctx, file, st, feed); err != nil {
		_ = st.Close()
		return nil, nil, err
	}
	return file, st, nil
}

// refused names the secrets that were missing where an error is a refused login, and how to set them: whoever typed this has
// no wrong password, but none.
func (g *globals) refused(err error) error {
	away, ok := errors.AsType[*record.Outage](err)
	if !ok || away.Code != record.ConnAuth {
		return err
	}
	missing := slices.DeleteFunc(slices.Clone(g.found), func(c config.Complaint) bool {
		return !strings.HasPrefix(c.Absent, "connections."+away.Connection+".")
	})
	if len(missing) == 0 {
		return err
	}
	_ = missing.Print(g.console.err.w, g.console.err.marks())
	p := explain(err)
	return &problem{p.code, p.text, setSecrets}
}

// setSecrets is how a shell gets what the daemon has in its environment; init writes that file.
const setSecrets = "set it as the daemon has it, such as by set -a; . ./rowrelay.env; set +a"
