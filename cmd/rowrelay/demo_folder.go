package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// demoFolder holds what the demo writes.
type demoFolder struct {
	path string // absolute
	kept bool
	open []*os.File
}

// newDemoFolder makes the folder to keep, or a temporary one. It overwrites nothing.
func newDemoFolder(keep string) (*demoFolder, error) {
	if keep == "" {
		path, err := os.MkdirTemp("", "rowrelay-demo-")
		return &demoFolder{path: path}, err
	}
	path, err := filepath.Abs(keep)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", keep, err)
	}
	f := &demoFolder{path: path, kept: true}
	for _, taken := range []string{f.config(), f.source(), f.store()} {
		if _, err := os.Lstat(taken); !errors.Is(err, os.ErrNotExist) {
			return nil, &problem{exitNo, taken + " is there already, and the demo overwrites nothing", "name another folder: rowrelay demo --keep DIR"}
		}
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, &problem{exitNo, err.Error(), "name a folder that can be written: rowrelay demo --keep DIR"}
	}
	return f, nil
}

func (f *demoFolder) config() string { return filepath.Join(f.path, "rowrelay.yaml") }
func (f *demoFolder) source() string { return filepath.Join(f.path, "source.db") }
func (f *demoFolder) store() string  { return filepath.Join(f.path, "rowrelay.db") }

// create opens a new file that is closed with the folder.
func (f *demoFolder) create(name string) (*os.File, error) {
	file, err := os.Create(filepath.Join(f.path, name))
	if err == nil {
		f.open = append(f.open, file)
	}
	return file, err
}

// leave closes files, and removes the folder unless it is to be kept.
func (f *demoFolder) leave() error {
	for _, file := range f.open {
		_ = file.Close()
	}
	if f.kept {
		return nil
	}
	return os.RemoveAll(f.path)
}

// sayNext tells what to try on a kept folder; example is a FAILED row, or nil.
func (f *demoFolder) sayNext(v *voice, example *demoRow) {
	if !f.kept {
		return
	}
	v.printf("\n%s\n", v.bold("Kept in "+f.path+". The daemon is down, and all of this works (sqlite3 where it is installed):"))
	for _, line := range f.next(example) {
		v.printf("  %s\n", line)
	}
	v.printf("Then put a broker of yours into %s and start the daemon:\n  %s\n", f.config(), f.command("run"))
}

func (f *demoFolder) next(example *demoRow) []string {
	lines := []string{f.command("test"), f.command("preview", "orders", "--seq", "1..3"), f.command("status"), f.command("failed")}
	if example != nil {
		seq := fmt.Sprint(example.Seq)
		lines = append(lines,
			f.command("failed", "show", "orders", seq),
			shell("sqlite3", f.source(), "UPDATE orders SET note = NULL WHERE order_seq = "+seq),
			f.command("retry", "orders", seq))
	}
	return append(lines, shell("sqlite3", f.store(), "SELECT status, outcome, error_code, count(*) FROM dumped_data GROUP BY 1, 2, 3"))
}

// command is a command line of this program, as it was called, on this folder's file.
func (f *demoFolder) command(words ...string) string {
	return shell(append(append([]string{os.Args[0]}, words...), "-c", f.config())...)
}

// shell quotes words so that a shell reads them the same way.
func shell(words ...string) string { return strings.TrimPrefix(typed(words), "rowrelay ") }
