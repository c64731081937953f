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

// value decodes one node into v, which holds the default.
func (d *decoder) value(n *yaml.Node, path string, v reflect.Value) {
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
	default:
		d.scalar(n, path, v)
	}
}

// section decodes a mapping whose keys are the struct's. A section without content keeps its defaults.
func (d *decoder) section(n *yaml.Node, path string, v reflect.Value) {
	if isNull(target(n)) {
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

// named decodes connections and feeds: a mapping whose keys are the user's names.
func (d *decoder) named(n *yaml.Node, path string, v reflect.Value) {
	if isNull(target(n)) {
		return
	}
	pairs, ok := d.pairs(n, path)
	if !ok {
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(pairs)))
	for _, p := range pairs {
		one := d.fresh(v.Type().Elem(), p.key.Value)
		d.enter(p, join(path, p.key.Value), one)
		v.SetMapIndex(reflect.ValueOf(p.key.Value), one)
	}
}

// fresh is a connection or feed before its own keys are read.
func (d *decoder) fresh(t reflect.Type, name string) reflect.Value {
	v := reflect.New(t).Elem()
	switch t {
	case reflect.TypeFor[Connection]():
		c := defaultConnection()
		c.Name = name
		v.Set(reflect.ValueOf(c))
	case reflect.TypeFor[Feed]():
		f := d.file.Defaults
		f.Name = name
		v.Set(reflect.ValueOf(f))
	}
	return v
}

func (d *decoder) list(n *yaml.Node, path string, v reflect.Value) {
	n = target(n)
	if strings.HasPrefix(path, "defaults.") {
		d.refuse(path, d.marks[path], last(path)+" is a list; defaults hold single values and sections only", "move it into each feed")
		return
	}
	if n.Kind != yaml.SequenceNode {
		d.refuse(path, d.marks[path], last(path)+" must be a list", "write "+last(path)+": [first, second]")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		at := fmt.Sprintf("%s[%d]", path, i)
		d.marks[at] = spot(item)
		d.value(item, at, v.Index(i))
	}
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
