package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"
)

// decoder fills structs from the parsed file, strictly: what it does not know it complains about.
type decoder struct {
	*text
	env        Environment
	mode       Mode
	file       *File
	complaints Complaints
	broken     map[string]bool // paths that were complained about already, and hold no value
	filled     map[string]bool // paths whose value came from a variable
	secrets    []string        // never to be shown
	uses       []string
	depth      int // of the value that is being decoded
	values     int // that were decoded
}

func (d *decoder) fail(m mark, text, remedy string) {
	d.complaints = append(d.complaints, Complaint{File: d.name, Line: m.line, Column: m.column, Text: text, Remedy: remedy})
}

func (d *decoder) warn(m mark, text, remedy string) {
	d.complaints = append(d.complaints, Complaint{File: d.name, Line: m.line, Column: m.column, Text: text, Remedy: remedy, Warning: true})
}

func spot(n *yaml.Node) mark { return mark{n.Line, n.Column} }

// target returns what an alias stands for.
func target(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// Aliases can make a short file an endless one: a list of fields that stands in itself, or one that
// holds ten times another, which holds ten times a third.
const (
	deepest    = 50
	mostValues = 1 << 17 // more than largestConfig has room for without aliases
)

// value decodes one node into v, which holds the default.
func (d *decoder) value(n *yaml.Node, path string, v reflect.Value) {
	d.values++
	d.depth++
	defer func() { d.depth-- }()
	switch {
	case d.values > mostValues:
		d.endless()
	case d.depth > deepest:
		d.refuse(path, spot(n), fmt.Sprintf("more than %d sections and lists stand in each other", deepest), "look for an alias that names what it stands in")
	default:
		d.shape(n, path, v)
	}
}

// endless refuses the file, once.
func (d *decoder) endless() {
	if d.values == mostValues+1 {
		d.refuse("", mark{}, fmt.Sprintf("the file becomes more than %d values", mostValues), "its aliases repeat too much: write less of it as aliases")
	}
}

// shape decodes a node as v's type wants it.
func (d *decoder) shape(n *yaml.Node, path string, v reflect.Value) {
	if v.Type() == reflect.TypeFor[Data]() {
		d.data(n, path, v)
		return
	}
	if _, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		d.scalar(n, path, v)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.section(n, path, v)
	case reflect.Map:
		d.named(n, path, v)
	case reflect.Slice:
		d.list(n, path, v)
	case reflect.Pointer:
		d.optional(n, path, v)
	default:
		d.scalar(n, path, v)
	}
}

// optional decodes what is nil unless it is written. What a feed writes replaces what `defaults` say
// as a whole: {from: a} over {value: b} must not become both.
func (d *decoder) optional(n *yaml.Node, path string, v reflect.Value) {
	one := d.fresh(v.Type().Elem(), "")
	d.shape(n, path, one)
	if !d.broken[path] {
		v.Set(one.Addr())
	}
}

// section decodes a mapping whose keys are the struct's. A section without content keeps its defaults.
func (d *decoder) section(n *yaml.Node, path string, v reflect.Value) {
	if isNull(target(n)) {
		return
	}
	if v.Type() == reflect.TypeFor[Origin]() && d.bareOrigin(target(n), path, spot(n)) {
		return
	}
	pairs, ok := d.pairs(n, path)
	if !ok {
		return
	}
	pairs = d.understood(pairs, path, keysOf(v.Type()))
	for i := range v.NumField() { // in the struct's order, so that defaults come before feeds
		key := keyOf(v.Type().Field(i))
		if p, found := find(pairs, key); found && key != "" {
			d.enter(p, join(path, key), v.Field(i))
		}
	}
}

// enter notes where a pair stands and decodes its value.
func (d *decoder) enter(p pair, path string, v reflect.Value) {
	d.marks[path] = spot(p.key)
	if target(p.value).Kind == yaml.ScalarNode && !isNull(target(p.value)) {
		d.marks[path] = spot(p.value)
	}
	d.value(p.value, path, v)
}

// refuse complains about a path and remembers that it holds no value.
func (d *decoder) refuse(path string, m mark, text, remedy string) {
	d.broken[path] = true
	d.fail(m, text, remedy)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func last(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }
