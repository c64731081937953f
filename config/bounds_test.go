package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

// TestChecksHoldTheBoundsOfTheReference writes each key that has bounds or words at its limits and
// beyond into the file of every key: the checks and the schema take and refuse the same.
func TestChecksHoldTheBoundsOfTheReference(t *testing.T) {
	s, text := compiled(t), mappedText(t)
	tried := 0
	for _, e := range everyKey {
		typ := typeAt(e.path)
		good, bad := limits(e, typ)
		for i, value := range append(good, bad...) {
			tried++
			content := asEditor(t, text)
			path := write(content, e.path, value)
			data, err := yaml.Dump(content)
			require.NoError(t, err)
			_, complaints := Parse("rowrelay.yaml", data, environment(nil, nil), Offline)
			isBad := i >= len(good)
			require.Equal(t, isBad, slices.ContainsFunc(complaints.Failures(), func(c Complaint) bool {
				return strings.Contains(c.Text, last(path)+" must be ")
			}), "%s: %v\n%v", path, value, complaints)
			if isInText := typ == reflect.TypeFor[Duration]() || typ == reflect.TypeFor[Size](); !isBad || !isInText {
				require.Equal(t, isBad, s.Validate(content) != nil, "%s: %v", path, value)
			}
		}
	}
	require.Greater(t, tried, 150)
}

// limits are the outermost values that an entry allows, and the ones next to them.
func limits(e entry, t reflect.Type) (good, bad []any) {
	for _, word := range e.words {
		good = append(good, word)
	}
	switch {
	case len(e.words) > 0 && t.Kind() == reflect.String:
		return good, []any{"wordless", strings.ToUpper(e.words[0]) + "x"}
	case len(e.words) > 0 || e.high == 0 || e.path == "connections.NAME.pool.max_idle": // whose bound is another key
		return nil, nil
	}
	for _, n := range []int64{e.low, e.high, e.low - 1, e.high + 1} {
		value := reflect.ValueOf(n).Convert(t).Interface()
		if text, ok := value.(fmt.Stringer); ok {
			value = text.String()
		}
		switch {
		case n == e.low || n == e.high:
			good = append(good, value)
		case n >= 0 || t.Kind() != reflect.Int64: // there is no negative duration or size
			bad = append(bad, value)
		}
	}
	return good, bad
}

// write sets the value of a key, in the first connection, feed or item that has such a key, and
// returns where.
func write(content any, path string, value any) string {
	where := ""
	steps := strings.Split(strings.ReplaceAll(path, "[]", ".[]"), ".")
	for i, step := range steps[:len(steps)-1] {
		has := func(v any) bool { _, found := v.(map[string]any)[steps[i+1]]; return found }
		switch v := content.(type) {
		case []any:
			at := max(0, slices.IndexFunc(v, has))
			content, where = v[at], fmt.Sprintf("%s[%d]", where, at)
		case map[string]any:
			if names := sortedKeys(v); step == "NAME" {
				step = names[max(0, slices.IndexFunc(names, func(name string) bool { return has(v[name]) }))]
			}
			content, where = v[step], join(where, step)
		}
	}
	key := steps[len(steps)-1]
	section := content.(map[string]any)
	if key == "error" {
		delete(section, "outcome") // there is one of them only
	}
	section[key] = value
	return join(where, key)
}
