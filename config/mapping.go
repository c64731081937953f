package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// pair is one key of a mapping with its value.
type pair struct{ key, value *yaml.Node }

func find(pairs []pair, key string) (pair, bool) {
	i := slices.IndexFunc(pairs, func(p pair) bool { return p.key.Value == key })
	if i < 0 {
		return pair{}, false
	}
	return pairs[i], true
}

// mergeDepth bounds `<<` inside what `<<` brought, which may go round in circles.
const mergeDepth = 8

// pairs lists a mapping's keys once each: its own in their order, then those that `<<` brings.
func (d *decoder) pairs(n *yaml.Node, path string) ([]pair, bool) {
	pairs, ok := d.merge(n, path, 0)
	if !ok {
		d.broken[path] = true
	}
	return pairs, ok
}

func (d *decoder) merge(n *yaml.Node, path string, depth int) ([]pair, bool) {
	at := spot(n)
	if n = target(n); n.Kind != yaml.MappingNode || depth > mergeDepth {
		d.fail(at, where(path)+" must be a section: keys with values", sectionRemedy(n))
		return nil, false
	}
	var pairs []pair
	for i := 0; i+1 < len(n.Content); i += 2 {
		pairs = d.add(pairs, pair{n.Content[i], n.Content[i+1]}, path)
	}
	brings := slices.IndexFunc(pairs, func(p pair) bool { return p.key.Tag == "!!merge" })
	if brings < 0 {
		return pairs, true
	}
	more, ok := d.merge(pairs[brings].value, path, depth+1)
	pairs = slices.Delete(pairs, brings, brings+1)
	for _, p := range more {
		if _, found := find(pairs, p.key.Value); !found {
			pairs = append(pairs, p)
		}
	}
	return pairs, ok
}

// add takes a key in unless it is no word, or stands there already.
func (d *decoder) add(pairs []pair, p pair, path string) []pair {
	if p.key.Kind != yaml.ScalarNode {
		d.fail(spot(p.key), "a key in "+where(path)+" is no plain word", "write key: value")
		return pairs
	}
	first, twice := find(pairs, p.key.Value)
	if !twice {
		return append(pairs, p)
	}
	head, _ := keyAlone(p.key.Value)
	d.fail(spot(p.key), fmt.Sprintf("key %s stands twice in %s, first in line %d", quote(head), where(path), first.key.Line), "keep one of them")
	return pairs
}

// keyAlone is the key without the value that belongs to it where colon or blank are missing: the value may be a password.
func keyAlone(written string) (key string, more bool) {
	if i := strings.IndexAny(written, ` :="'`); i > 0 {
		return written[:i], true
	}
	return written, false
}

func where(path string) string {
	if path == "" {
		return "the file"
	}
	return path
}

func sectionRemedy(n *yaml.Node) string {
	if _, more := keyAlone(n.Value); more && n.Style == 0 { // url:x, or url x
		return "write KEY: VALUE, with a colon and a blank behind it"
	}
	return "put its keys on lines of their own, indented below it"
}

// vocabulary is the keys of one section.
type vocabulary struct{ known, planned []string }

func keyOf(f reflect.StructField) string {
	key := f.Tag.Get("yaml")
	if key == "-" {
		return ""
	}
	return key
}

func keysOf(t reflect.Type) vocabulary {
	var v vocabulary
	for i := range t.NumField() {
		f := t.Field(i)
		if key := keyOf(f); key != "" {
			v.known = append(v.known, key)
		}
		v.planned = append(v.planned, strings.Fields(f.Tag.Get("planned"))...)
	}
	return v
}

// stranger complains about a key that the section does not have, and returns the key that was
// likely meant.
func (d *decoder) stranger(key *yaml.Node, path string, keys vocabulary) string {
	name := key.Value
	if slices.Contains(keys.planned, name) {
		d.refuse(join(path, name), spot(key), join(path, name)+" is planned, not in this version", "remove it, or wait for a version that has it")
		return ""
	}
	head, more := keyAlone(name)
	if more && slices.Contains(keys.known, head) {
		d.refuse(join(path, head), spot(key), "no colon and blank stand behind the key "+head+" in "+where(path), "write "+head+": VALUE")
		return ""
	}
	text := "unknown key " + quote(head) + " in " + where(path)
	if name == "headers" && strings.HasSuffix(path, "message") {
		d.fail(spot(key), text, "JMS headers are keys of message: correlation_id, type, reply_to, group_id, priority, ttl; all others are properties: { NAME: { from: ... } }")
		return ""
	}
	meant, found := Closest(name, slices.Concat(keys.known, keys.planned))
	if !found {
		d.fail(spot(key), text, elsewhere(name)+"known here: "+strings.Join(keys.known, ", "))
		return ""
	}
	d.fail(spot(key), text, `did you mean "`+meant+`"?`)
	return meant
}

// elsewhere says where a key would stand right, if it is a key of few other sections.
func elsewhere(name string) string {
	const few = 3
	var places []string
	for _, e := range everyKey {
		if strings.HasSuffix(e.path, "."+name) && !strings.Contains(e.path, ".tests[]") {
			places = append(places, e.path)
		}
	}
	if len(places) == 0 || len(places) > few {
		return ""
	}
	return name + " stands at " + strings.Join(places, " or ") + "; "
}

// understood replaces misspelt keys by the ones that were meant, so that they are not called
// missing as well and what stands below them is checked in the same go.
func (d *decoder) understood(pairs []pair, path string, keys vocabulary) []pair {
	all := slices.Clone(pairs)
	for _, p := range pairs {
		if slices.Contains(keys.known, p.key.Value) {
			continue
		}
		meant := d.stranger(p.key, path, keys)
		if _, written := find(all, meant); !written {
			key := *p.key
			key.Value = meant
			all = append(all, pair{&key, p.value})
		}
	}
	return all
}
