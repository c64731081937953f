package config

import (
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// LoadStore reads from a faulty file only what says where the store is: `store` and the connection that it names. So an
// unfinished edit of a mapping keeps nobody from the store, not even where it is no YAML. What could hide or change that
// word is a complaint, such as an unknown key at the top: a guess would show another store. The File has no feeds.
func LoadStore(path string, env Environment) (*File, Complaints) {
	data, err := env.ReadFile(path)
	if err != nil {
		return Load(path, env, Offline) // which says so
	}
	d := newDecoder(path, data, env, Offline)
	root := d.parse(data)
	if root == nil {
		data = withoutFeeds(data)
		d = newDecoder(path, data, env, Offline)
		root = d.parse(data)
	}
	if root == nil {
		return nil, d.finish()
	}
	d.decode(storeAlone(root))
	c := &checker{d}
	for name, at := range d.file.Connections {
		c.connection(name, at)
	}
	c.store()
	return d.file, d.finish()
}

// withoutFeeds empties the lines of `feeds` and `defaults`; the others keep their numbers. It works on text alone, because
// the file is no YAML. A section ends at the next line that begins at the margin, whatever stands there.
func withoutFeeds(data []byte) []byte {
	lines := strings.Split(string(data), "\n")
	inside := false
	for i, line := range lines {
		if line != "" && !strings.ContainsAny(line[:1], " \t\r#") {
			key, _, _ := strings.Cut(line, ":")
			inside = key == "feeds" || key == "defaults"
		}
		if inside {
			lines[i] = ""
		}
	}
	return []byte(strings.Join(lines, "\n"))
}

// storeAlone takes out of the document what it knows to say nothing of the store. A key that is no key of the file stays:
// it may be `store`, mistyped.
func storeAlone(root *yaml.Node) *yaml.Node {
	known := keysOf(reflect.TypeFor[File]()).known
	drop(root, func(key string) bool { return key != "store" && key != "connections" && slices.Contains(known, key) })
	name := valueOf(valueOf(root, "store"), "connection")
	if name == nil || !strings.Contains(name.Value, "${") { // else any of them may be meant
		drop(valueOf(root, "connections"), func(key string) bool { return name == nil || key != name.Value })
	}
	return root
}

// drop takes keys out of a mapping; of what is no mapping the decoder complains.
func drop(n *yaml.Node, is func(key string) bool) {
	if n == nil || n.Kind != yaml.MappingNode {
		return
	}
	var kept []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !is(n.Content[i].Value) {
			kept = append(kept, n.Content[i], n.Content[i+1])
		}
	}
	n.Content = kept
}

// valueOf is the value of a mapping's key, nil where there is none.
func valueOf(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n != nil && n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return target(n.Content[i+1])
		}
	}
	return nil
}
