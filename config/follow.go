package config

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// Verdict is what became of one edit: taken as a whole, or refused as a whole.
type Verdict struct {
	File    *File    // in force from now on: the new file, or still the old one
	Changes []Change // what is to be followed at once; none if nothing that counts differs
	Refused string   // why the edit was refused, on one line; empty if it was taken
	Waiting *File    // the refused file, if it is sound as far as the file tells and needs a restart; else nil
	Line    int      // of the reason, in the file; 0 if no line is to blame
}

// Watch says what Follow follows.
type Watch struct {
	Path   string                     // of the file
	Load   func() (*File, Complaints) // reads it anew
	Hangup <-chan os.Signal           // reads it anew at once; may be nil
	Deaf   bool                       // nothing but Hangup is listened to
	Tell   func(Verdict)              // is called for one verdict at a time, by the goroutine that Follow runs on
}

const (
	glance   = time.Second            // how often the files are looked at, should the system not report a change
	settle   = 200 * time.Millisecond // an editor's steps of one save lie closer together
	patience = time.Second            // for a file that would be refused, because it may be only half there
)

// follower compares what stands in the files with the file that is in force.
type follower struct {
	Watch
	current *File
	uses    []string // of the last attempt, refused or not: a missing secret may still come
	seen    string   // fingerprint of the last verdict
	told    bool
}

// Follow tells a verdict for every edit of the file, and of the files that it uses, until ctx ends.
// current is the file in force; an edit that was made since it was loaded is told first.
func Follow(ctx context.Context, current *File, w Watch) {
	f := &follower{Watch: w, current: current, uses: current.Uses()}
	if w.Deaf {
		f.onlyOrdered(ctx)
		return
	}
	changes := watchFolders()
	defer changes.close()
	ticks := time.NewTicker(glance)
	defer ticks.Stop()
	for f.look(ctx, false); ctx.Err() == nil; {
		changes.add(f.files())
		select {
		case <-ctx.Done():
		case <-w.Hangup:
			f.look(ctx, true)
		case e := <-changes.events():
			if changes.concern(e) {
				f.look(ctx, false)
			}
		case err := <-changes.errors():
			if err != nil { // events may be lost
				f.look(ctx, false)
			}
		case <-ticks.C:
			f.look(ctx, false)
		}
	}
}

func (f *follower) onlyOrdered(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-f.Hangup:
			f.look(ctx, true)
		}
	}
}

func (f *follower) files() []string { return append([]string{f.Path}, f.uses...) }

// look reads the files again if they differ from the last verdict's, or if it is ordered.
func (f *follower) look(ctx context.Context, ordered bool) {
	if !ordered && fingerprint(f.files()) == f.seen {
		return
	}
	v, ok := f.judge(ctx)
	if !ok {
		return
	}
	quiet := !f.told && v.Refused == "" && len(v.Changes) == 0 // nothing was edited since the start
	f.current, f.told = v.File, true
	if !quiet || ordered {
		f.Tell(v)
	}
}

// judge reads until the file is accepted, or was refused and nobody went on writing for as long as
// a slow writer may pause.
func (f *follower) judge(ctx context.Context) (Verdict, bool) {
	var end time.Time
	for before := ""; ; before = f.seen {
		if !f.quietened(ctx) {
			return Verdict{}, false
		}
		if f.seen != before {
			end = time.Now().Add(patience)
		}
		uses := f.uses
		v := f.read()
		if !slices.Equal(uses, f.uses) {
			continue // the fingerprint must cover what the file uses now
		}
		if v.Refused == "" || time.Now().After(end) {
			return v, true
		}
	}
}

// quietened waits until the files stay the same for a moment; false if ctx ended first.
func (f *follower) quietened(ctx context.Context) bool {
	for {
		f.seen = fingerprint(f.files())
		select {
		case <-ctx.Done():
			return false
		case <-time.After(settle):
		}
		if fingerprint(f.files()) == f.seen {
			return true
		}
	}
}

func (f *follower) read() Verdict {
	next, complaints := f.Load()
	if next != nil {
		f.uses = next.Uses()
	}
	if failures := complaints.Failures(); len(failures) > 0 {
		return Verdict{File: f.current, Refused: reason(failures), Line: failures[0].Line}
	}
	live, restart := Compare(f.current, next)
	if len(restart) > 0 {
		line, _ := next.Position(restart[0])
		return Verdict{File: f.current, Refused: "needs a restart: " + strings.Join(restart, ", "), Waiting: next, Line: line}
	}
	return Verdict{File: next, Changes: live}
}

func reason(failures Complaints) string {
	if len(failures) == 1 {
		return failures[0].String()
	}
	return fmt.Sprintf("%s (and %d more)", failures[0], len(failures)-1)
}
