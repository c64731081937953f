package config

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"
)

// named decodes a mapping whose keys are the user's names: connections, feeds, properties. What `defaults` gave stays.
func (d *decoder) named(n *yaml.Node, path string, v reflect.Value) {
	if isNull(target(n)) {
		return
	}
	pairs, ok := d.pairs(n, path)
	if !ok {
		return
	}
	v.Set(copied(v, len(pairs)))
	for _, p := range pairs {
		one := d.fresh(v.Type().Elem(), p.key.Value)
		d.enter(p, join(path, p.key.Value), one)
		v.SetMapIndex(reflect.ValueOf(p.key.Value), one)
	}
}

// copied is a map of its own: that of `defaults` belongs to every feed.
func copied(v reflect.Value, more int) reflect.Value {
	m := reflect.MakeMapWithSize(v.Type(), v.Len()+more)
	for _, k := range v.MapKeys() {
		m.SetMapIndex(k, v.MapIndex(k))
	}
	return m
}

// fresh is a section before its own keys are read.
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
	case reflect.TypeFor[Cache]():
		v.Set(reflect.ValueOf(defaultCache()))
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
		d.refuse(path, d.marks[path], last(path)+" must be a list", listed(path, v.Type().Elem()))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		at := fmt.Sprintf("%s[%d]", path, i)
		d.marks[at] = spot(item)
		d.value(item, at, v.Index(i))
	}
}

func listed(path string, item reflect.Type) string {
	if item.Kind() == reflect.Struct {
		return "begin each item with a dash, on a line of its own"
	}
	return "write " + last(path) + ": [first, second]"
}
