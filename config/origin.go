package config

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// bareOrigin refuses a single value where { from: ... } or { value: ... } has to stand.
func (d *decoder) bareOrigin(n *yaml.Node, path string, at mark) bool {
	head, more := keyAlone(n.Value)
	if n.Kind != yaml.ScalarNode || isNull(n) || more && (head == "from" || head == "value") {
		return false
	}
	from, value := "EXPRESSION", `"TEXT"`
	if repeatable(n, path) {
		from, value = n.Value, quote(n.Value)
	}
	d.refuse(path, at, where(path)+" does not say whether this is an expression or a text", "write { from: "+from+" }, or { value: "+value+" }")
	return true
}

// repeatable tells that a value is short, stands in braces as it is, and is no secret by its key.
func repeatable(n *yaml.Node, path string) bool {
	return n.Style == 0 && len(n.Value) <= 40 && printable(n.Value) && !strings.ContainsAny(n.Value, "{}[],:#\"'") && !secretKey.MatchString(last(path)+": ")
}
