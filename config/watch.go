package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fsnotify/fsnotify"
)

// folders reports changes of some files by watching the folders they lie in: editors rename a new
// file over the old one, and Kubernetes swaps the link ..data beside it.
type folders struct {
	watcher *fsnotify.Watcher // nil if the system has none to give; the regular look is the net
	watched []string
	names   []string
}

func watchFolders() *folders {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return &folders{}
	}
	return &folders{watcher: w}
}

func (f *folders) events() <-chan fsnotify.Event {
	if f.watcher == nil {
		return nil
	}
	return f.watcher.Events
}

// errors tells that events may be lost.
func (f *folders) errors() <-chan error {
	if f.watcher == nil {
		return nil
	}
	return f.watcher.Errors
}

func (f *folders) close() {
	if f.watcher != nil {
		_ = f.watcher.Close()
	}
}

// add watches the files' folders; one that is not there is tried again the next time.
func (f *folders) add(files []string) {
	for _, file := range files {
		if name := filepath.Base(file); !slices.Contains(f.names, name) {
			f.names = append(f.names, name)
		}
		folder := filepath.Dir(file)
		if f.watcher == nil || slices.Contains(f.watched, folder) {
			continue
		}
		if f.watcher.Add(folder) == nil {
			f.watched = append(f.watched, folder)
		}
	}
}

// concern keeps the other files of a folder out, such as a store that is written all the time.
func (f *folders) concern(e fsnotify.Event) bool {
	name := filepath.Base(e.Name)
	return slices.Contains(f.names, name) || strings.HasPrefix(name, "..")
}

// fingerprint is a hash of what the files hold, or of why they cannot be read. Reading a pipe would
// empty it, so only regular files are looked into.
func fingerprint(files []string) string {
	h := sha256.New()
	for _, file := range files {
		info, err := os.Stat(file)
		var data []byte
		if err == nil && info.Mode().IsRegular() {
			data, err = readFile(file)
		}
		fmt.Fprintf(h, "%q %v %q\n", file, err, data)
	}
	return hex.EncodeToString(h.Sum(nil))
}
