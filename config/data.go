package config

import (
	"reflect"

	"go.yaml.in/yaml/v4"
)

// Data is what a test writes for a value: NULL, a text, a list, or columns by name.
type Data struct {
	Null    bool
	Text    string          // of a single value, as written but without its quotes: 10.50, true
	Quoted  bool            // Text was written in quotes or as a block
	Items   []Data          // not nil for a list
	Columns map[string]Data // not nil for a section
}

const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

// IsText tells a single value from NULL, a list and a section.
func (d Data) IsText() bool { return !d.Null && d.Items == nil && d.Columns == nil }

// data decodes a node of any shape.
func (d *decoder) data(n *yaml.Node, path string, v reflect.Value) {
	to := v.Addr().Interface().(*Data)
	switch written := target(n); {
	case written.Kind == yaml.SequenceNode:
		d.list(n, path, v.FieldByName("Items"))
	case written.Kind == yaml.MappingNode:
		d.named(n, path, v.FieldByName("Columns"))
	case isNull(written):
		to.Null = true
	default:
		to.Quoted = written.Style&quoted != 0
		d.scalar(n, path, v.FieldByName("Text"))
	}
}
