package config

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

var (
	// braceless is what a shell fills in and rowrelay does not. Its text may be a password all the same, and is never repeated.
	braceless = regexp.MustCompile(`^\$(?:[A-Z_][A-Z0-9_]*|\([A-Z_][A-Z0-9_]*\))$`)

	// curly are the quotes of word processors, which YAML takes for letters.
	curly = regexp.MustCompile(`(?s)^[„“”‚‘’«»‹›].*[„“”‚‘’«»‹›]$`)
)

// doubt warns of a value that is allowed and hardly meant. Who puts it in quotes of YAML means typographic ones.
func (d *decoder) doubt(n *yaml.Node, path string, secret bool) {
	if secret && n.Style == 0 && cutOff(n.LineComment) {
		d.warn(spot(n), last(path)+" ends before the #, where a comment begins", "quote a value that holds a blank and a #; a comment has a blank behind its #")
	}
	if secret && braceless.MatchString(n.Value) {
		d.warn(spot(n), last(path)+" looks like a variable without braces, and is taken as it is", "write ${NAME}")
	}
	if n.Style == 0 && curly.MatchString(n.Value) {
		d.warn(spot(n), last(path)+" begins and ends with typographic quotes, which are a part of the value", `remove them, or write straight ones: "..."`)
	}
}

// cutOff tells a comment that looks like the rest of a value.
func cutOff(comment string) bool {
	return len(comment) > 1 && !strings.ContainsAny(comment[1:2], " \t#")
}
