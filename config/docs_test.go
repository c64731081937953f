package config

import (
	"encoding"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryKeyIsInTheReference compares docs/config.md with the structs: each key with its default
// and whether it is live, and each planned key.
func TestEveryKeyIsInTheReference(t *testing.T) {
	data, err := os.ReadFile("../docs/config.md")
	require.NoError(t, err)
	reference := string(data)
	rows := map[string][]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (.*) \\|$").FindAllStringSubmatch(reference, -1) {
		rows[m[1]] = strings.Split(m[2], " | ")
	}
	usual := usualValues()
	for _, path := range keys(reflect.TypeFor[File](), "") {
		row := rows[path]
		require.NotEmpty(t, row, path)
		switch {
		case strings.HasPrefix(row[1], "`"):
			require.Equal(t, "`"+usual[path]+"`", row[1], path)
		case !strings.HasPrefix(row[1], "required"):
			require.Contains(t, []string{"", "[]", "0"}, usual[path], path)
		}
		require.Equal(t, isLive(path), row[2] == "live", path)
		require.Equal(t, strings.Contains(path, ".tests"), row[2] == "none", path)
	}
	for _, key := range plannedKeys(reflect.TypeFor[File]()) {
		require.Contains(t, reference[strings.Index(reference, "## Planned keys"):], "`"+key+"`")
	}
}

// usualValues are the defaults by path, also of keys that stand in lists.
func usualValues() map[string]string {
	feed := withCache(defaultFeed())
	feed.Message.Fields = []Field{{}}
	plain := defaultFile(Environment{})
	values := map[string]string{}
	for path, value := range flatten(&File{
		ShutdownGrace: plain.ShutdownGrace, Log: plain.Log, Store: plain.Store,
		Connections: map[string]Connection{"NAME": defaultConnection()}, Feeds: map[string]Feed{"NAME": feed},
	}) {
		if value = strings.Trim(value, "+"); value != "written" { // lengths of lists, and sections that are there
			values[strings.ReplaceAll(path, "[0]", "[]")] = value
		}
	}
	return values
}

// keys lists the paths of all keys: NAME stands for a name of the user's, [] for an item of a list.
func keys(t reflect.Type, path string, round ...reflect.Type) []string {
	switch {
	case path == "defaults" || slices.Contains(round, t): // as in the feeds; fields in fields
		return nil
	case t.Kind() == reflect.Map && isSection(t.Elem()):
		return keys(t.Elem(), path+".NAME", round...)
	case !isSection(t):
		return append([]string{path}, keysInside(t, path, round)...)
	}
	var all []string
	for i := range t.NumField() {
		if key := keyOf(t.Field(i)); key != "" {
			all = append(all, keys(t.Field(i).Type, join(path, key), append(round, t)...)...)
		}
	}
	return all
}

// keysInside are those of the sections that a list or an optional section holds.
func keysInside(t reflect.Type, path string, round []reflect.Type) []string {
	switch {
	case t.Kind() == reflect.Slice && isSection(t.Elem()):
		return keys(t.Elem(), path+"[]", round...)
	case t.Kind() == reflect.Pointer && isSection(t.Elem()):
		return keys(t.Elem(), path, round...)
	}
	return nil
}

func isSection(t reflect.Type) bool {
	switch {
	case t == reflect.TypeFor[Origin](), t == reflect.TypeFor[Data](), reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return false
	}
	return t.Kind() == reflect.Struct
}

func plannedKeys(t reflect.Type, round ...reflect.Type) []string {
	switch {
	case t.Kind() == reflect.Map || t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice:
		return plannedKeys(t.Elem(), round...)
	case !isSection(t) || slices.Contains(round, t):
		return nil
	}
	all := keysOf(t).planned
	for i := range t.NumField() {
		all = append(all, plannedKeys(t.Field(i).Type, append(round, t)...)...)
	}
	return all
}
