package config

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// entry is all that is known of one key. The checks take their bounds and words from here, and the
// reference (docs/config.md) and the schema for editors are made of it.
type entry struct {
	path string // NAME stands for a name of the user's, [] for an item of a list
	kind
	unwritten string // what holds while it is not written: "required", "required, or KEY", or words; empty: its default
	meaning   string
}

var (
	itemNumber = regexp.MustCompile(`\[[0-9]+\]`)
	inFields   = regexp.MustCompile(`(\.fields\[\])(\.fields\[\])+`) // fields in fields have the same keys
)

// generic turns a path in a file into one of the reference: feeds.NAME.process[].when.
func generic(path string) string {
	path = inFields.ReplaceAllString(itemNumber.ReplaceAllString(path, "[]"), "$1")
	if parts := strings.SplitN(path, ".", 3); len(parts) == 3 && (parts[0] == "feeds" || parts[0] == "connections") {
		path = parts[0] + ".NAME." + parts[2]
	}
	return path
}

// entryOf finds what is known of a path in a file. Below a feed or connection whose name is none,
// which was complained about, that may be nothing.
func entryOf(path string) (entry, bool) {
	path = generic(path)
	i := slices.IndexFunc(everyKey, func(e entry) bool { return e.path == path })
	if i < 0 {
		return entry{}, false
	}
	return everyKey[i], true
}

// everyKey is the whole reference, in its order.
var everyKey = slices.Concat(serviceKeys, connectionKeys, feedKeys, processKeys, messageKeys, fieldKeys, sinkKeys, testKeys)

// usual is the default as the file would write it; empty for a key that has none.
func (e entry) usual() string {
	if e.unwritten != "" {
		return ""
	}
	return usualValues()[e.path]
}

// says is what the reference and the editors call a key's type.
func (e entry) says(t reflect.Type) string {
	switch {
	case e.name != "":
		return e.name
	case len(e.words) > 0:
		return inCode(e.words)
	case t.Kind() == reflect.Bool:
		return "true, false"
	case t == reflect.TypeFor[Duration]():
		return "duration, " + e.bounds(t)
	case t == reflect.TypeFor[Size]():
		return "size, " + e.bounds(t)
	}
	return e.bounds(t)
}

func inCode(words []string) string { return "`" + strings.Join(words, "` `") + "`" }

// change says whether the running daemon follows an edit of the key.
func (e entry) change() string {
	switch {
	case e.path == "defaults":
		return "as in the feed"
	case strings.Contains(e.path, ".tests"):
		return "none"
	case isLive(e.path):
		return "live"
	}
	return "restart"
}
