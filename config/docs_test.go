package config

import (
	"encoding"
	"os"
	"reflect"
	"regexp"
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
	usual := flatten(&File{
		ShutdownGrace: defaultFile(Environment{}).ShutdownGrace, Log: defaultFile(Environment{}).Log, Store: defaultFile(Environment{}).Store,
		Connections: map[string]Connection{"NAME": defaultConnection()}, Feeds: map[string]Feed{"NAME": defaultFeed()},
	})
	for path := range usual {
		row := rows[path]
		require.NotEmpty(t, row, path)
		if strings.HasPrefix(row[1], "`") {
			require.Equal(t, "`"+usual[path]+"`", row[1], path)
		} else {
			require.Contains(t, []string{"", "[]"}, usual[path], path)
		}
		require.Equal(t, isLive(path), row[2] == "live", path)
	}
	for _, key := range plannedKeys(reflect.TypeFor[File]()) {
		require.Contains(t, reference[strings.Index(reference, "## Planned keys"):], "`"+key+"`")
	}
}

func plannedKeys(t reflect.Type) []string {
	switch {
	case t.Kind() == reflect.Map:
		return plannedKeys(t.Elem())
	case t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return nil
	}
	all := keysOf(t).planned
	for i := range t.NumField() {
		all = append(all, plannedKeys(t.Field(i).Type)...)
	}
	return all
}
