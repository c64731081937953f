package config

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryKeyHasAnEntry compares the reference with the structs: each key with its meaning, and
// with words where it has no default; and no entry for what is no key.
func TestEveryKeyHasAnEntry(t *testing.T) {
	entries := map[string]entry{}
	for _, e := range everyKey {
		require.NotContains(t, entries, e.path, "twice")
		require.NotNil(t, typeAt(e.path), e.path)
		require.NotEmpty(t, e.meaning, e.path)
		entries[e.path] = e
	}
	for _, path := range keys(reflect.TypeFor[File](), "") {
		require.Contains(t, entries, path)
		if e := entries[path]; e.unwritten == "" {
			require.NotContains(t, []string{"", "[]", "0"}, e.usual(), path)
		}
	}
}

var keyTable = regexp.MustCompile(`(?m)^\| key \| type \| default \| change \| meaning \|\n(\|.*\n)+`)

// TestReferenceIsWhatTheCodeSays generates the tables of docs/config.md; -update writes them.
func TestReferenceIsWhatTheCodeSays(t *testing.T) {
	data, err := os.ReadFile("../docs/config.md")
	require.NoError(t, err)
	tables := []string{table(serviceKeys), table(connectionKeys), table(feedKeys, processKeys, messageKeys, fieldKeys, sinkKeys, testKeys)}
	require.Len(t, keyTable.FindAll(data, -1), len(tables))
	generated := keyTable.ReplaceAllStringFunc(string(data), func(string) string {
		first := tables[0]
		tables = tables[1:]
		return first
	})
	if *update {
		require.NoError(t, os.WriteFile("../docs/config.md", []byte(generated), 0o644))
	} else {
		require.Equal(t, string(data), generated)
	}
	for _, key := range plannedKeys(reflect.TypeFor[File]()) {
		require.Contains(t, generated[strings.Index(generated, "## Planned keys"):], "`"+key+"`")
	}
}

// table has a row for each key, but none for a section that is always there: its keys say enough.
func table(entries ...[]entry) string {
	var out strings.Builder
	out.WriteString("| key | type | default | change | meaning |\n| --- | --- | --- | --- | --- |\n")
	listed := append(keys(reflect.TypeFor[File](), ""), "defaults")
	for _, e := range slices.Concat(entries...) {
		if !slices.Contains(listed, e.path) {
			continue
		}
		usual := e.unwritten
		if usual == "" {
			usual = "`" + e.usual() + "`"
		}
		fmt.Fprintf(&out, "| `%s` | %s | %s | %s | %s |\n", e.path, e.says(typeAt(e.path)), usual, e.change(), e.meaning)
	}
	return out.String()
}

// typeAt is the type of what stands at a path of the reference; nil if nothing can.
func typeAt(path string) reflect.Type {
	t := reflect.TypeFor[File]()
	for step := range strings.SplitSeq(strings.ReplaceAll(path, "[]", ".[]"), ".") {
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if step == "NAME" || step == "[]" {
			t = t.Elem()
		} else if t = fieldType(t, step); t == nil {
			return nil
		}
	}
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func fieldType(t reflect.Type, key string) reflect.Type {
	for i := range t.NumField() {
		if keyOf(t.Field(i)) == key {
			return t.Field(i).Type
		}
	}
	return nil
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
