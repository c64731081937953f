package config

import (
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Change is one live key whose value differs; both values are as the file would write them.
type Change struct{ Path, From, To string }

func (c Change) String() string { return c.Path + ": " + c.From + " → " + c.To }

// Compare tells an edit that the running daemon can follow from one that needs a restart: live are
// the changes of live keys, restart the dotted paths of everything else that differs. A section that
// came or went is one path, and so is a list that became longer or shorter. Tests are not looked at.
// Both are in alphabetical order.
func Compare(old, new *File) (live []Change, restart []string) {
	before, after := flatten(old), flatten(new)
	for _, path := range slices.Sorted(maps.Keys(union(before, after))) {
		from, to := before[path], after[path]
		switch {
		case from == to:
		case isLive(path) && has(old, path) && has(new, path):
			live = append(live, Change{path, from, to})
		default:
			restart = append(restart, whole(old, new, path))
		}
	}
	return live, outermost(slices.Compact(restart))
}

// outermost leaves out what stands inside another of the paths.
func outermost(paths []string) []string {
	all := map[string]bool{}
	for _, path := range paths {
		all[path] = true
	}
	return slices.DeleteFunc(paths, func(path string) bool {
		for p := parent(path); p != ""; p = parent(p) {
			if all[p] {
				return true
			}
		}
		return false
	})
}

// isLive knows the keys that the running daemon follows.
func isLive(path string) bool {
	if path == "log.level" {
		return true
	}
	rest, isFeed := strings.CutPrefix(path, "feeds.")
	_, key, _ := strings.Cut(rest, ".")
	switch key {
	case "workers", "poll_interval", "max_in_flight", "source.bunch", "source.gaps.min_watch", "source.gaps.watch":
		return isFeed
	}
	return isFeed && strings.HasPrefix(key, "retry.")
}

// has tells whether the feed or connection that the path is about exists.
func has(f *File, path string) bool {
	kind, rest, _ := strings.Cut(path, ".")
	name, _, _ := strings.Cut(rest, ".")
	switch kind {
	case "feeds":
		_, ok := f.Feeds[name]
		return ok
	case "connections":
		_, ok := f.Connections[name]
		return ok
	}
	return true
}

// whole cuts the path of a feed or connection that only one of the files has down to its name.
func whole(old, new *File, path string) string {
	if has(old, path) && has(new, path) {
		return path
	}
	parts := strings.SplitN(path, ".", 3)
	return parts[0] + "." + parts[1]
}

func union(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// digest shortens a hash of the effective content, secrets included. The instance's name is left
// out: all daemons of one file show one hash.
func digest(f *File) string {
	content := flatten(f)
	delete(content, "instance")
	h := sha256.New()
	for _, path := range slices.Sorted(maps.Keys(content)) {
		fmt.Fprintf(h, "%q=%q\n", path, content[path])
	}
	return hex.EncodeToString(h.Sum(nil))[:8]
}

// flatten lists every effective value by its dotted path, secrets as they are. `defaults` is left
// out: what it says stands in the feeds. So are the tests, which change nothing that is carried.
func flatten(f *File) map[string]string {
	flat := map[string]string{}
	content := *f
	content.Defaults = Feed{}
	walk(flat, "", reflect.ValueOf(content))
	maps.DeleteFunc(flat, func(path, _ string) bool { return strings.HasPrefix(path, "defaults.") })
	return flat
}

func walk(flat map[string]string, path string, v reflect.Value) {
	if s, ok := v.Interface().(Secret); ok {
		flat[path] = s.Reveal()
		return
	}
	if _, ok := v.Interface().(encoding.TextMarshaler); ok {
		flat[path] = fmt.Sprint(v.Interface())
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		walkOptional(flat, path, v)
	case reflect.Struct:
		for i := range v.NumField() {
			if key := keyOf(v.Type().Field(i)); key != "" && v.Type().Field(i).Type != reflect.TypeFor[[]Test]() {
				walk(flat, join(path, key), v.Field(i))
			}
		}
	case reflect.Map:
		walkNamed(flat, path, v)
	case reflect.Slice:
		walkList(flat, path, v)
	default:
		flat[path] = fmt.Sprint(v.Interface())
	}
}

// walkOptional tells by the section's own path whether it is there.
func walkOptional(flat map[string]string, path string, v reflect.Value) {
	switch {
	case v.IsNil():
		flat[path] = ""
	case v.Elem().Kind() == reflect.Struct:
		flat[path] = "written"
		walk(flat, path, v.Elem())
	default:
		flat[path] = fmt.Sprintf("%#v", v.Elem().Interface())
	}
}

func walkNamed(flat map[string]string, path string, v reflect.Value) {
	for _, k := range v.MapKeys() {
		at := join(path, k.String())
		if v.Type().Elem() == reflect.TypeFor[Origin]() {
			flat[at] = "written"
		}
		walk(flat, at, v.MapIndex(k))
	}
}

// walkList tells by the list's own path how long it is, or what it holds.
func walkList(flat map[string]string, path string, v reflect.Value) {
	if v.Type().Elem().Kind() != reflect.Struct {
		flat[path] = fmt.Sprintf("%q", v.Interface())
		return
	}
	flat[path] = strings.Repeat("+", v.Len())
	for i := range v.Len() {
		walk(flat, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
	}
}
