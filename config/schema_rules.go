package config

import (
	"reflect"
	"strings"
)

// goesWith are keys that say nothing without another one of their section.
var goesWith = map[string]string{
	"connections.NAME.tls.cert_file":     "key_file",
	"connections.NAME.tls.key_file":      "cert_file",
	"feeds.NAME.source.where":            "table",
	"feeds.NAME.message.fields[].scale":  "type",
	"feeds.NAME.message.fields[].as":     "each",
	"feeds.NAME.message.fields[].fields": "each",
}

// demands are the rules between the keys of one section.
func demands(t reflect.Type, path string) schema {
	var required, either []string
	dependent := map[string][]string{}
	for _, key := range keysOf(t).known {
		e, _ := entryOf(join(path, key))
		other, isDemanded := strings.CutPrefix(e.unwritten, "required with ")
		switch {
		case e.unwritten == "required":
			required = append(required, key)
		case strings.HasPrefix(e.unwritten, "required, or "):
			either = append(either, key)
		case isDemanded:
			dependent[other] = append(dependent[other], key)
		}
		if other, found := goesWith[e.path]; found {
			dependent[key] = append(dependent[key], other)
		}
	}
	n := exactlyOne(either)
	if len(required) > 0 {
		n["required"] = required
	}
	if path == "feeds.NAME.message.fields[]" {
		n["dependencies"].(schema)["each"] = without(forOne)
	}
	n.depend(dependent)
	return n
}

// depend adds keys that demand others to those that forbid some: of one key a schema has one dependency, a list or a schema.
func (n schema) depend(on map[string][]string) {
	if len(on) == 0 {
		return
	}
	all, found := n["dependencies"].(schema)
	if !found {
		all = schema{}
		n["dependencies"] = all
	}
	for key, others := range on {
		if forbids, found := all[key].(schema); found {
			forbids["required"] = others
		} else {
			all[key] = others
		}
	}
}

// exactlyOne demands one of several keys, and marks those that are written beside it. A oneOf would
// mark the section as a whole, without a word on which.
func exactlyOne(keys []string) schema {
	if len(keys) == 0 {
		return schema{}
	}
	var one []schema
	dependent := schema{}
	for i, key := range keys {
		one = append(one, schema{"required": []string{key}})
		if others := keys[i+1:]; len(others) > 0 {
			dependent[key] = without(others)
		}
	}
	return schema{"anyOf": one, "dependencies": dependent}
}

func without(keys []string) schema {
	properties := schema{}
	for _, key := range keys {
		properties[key] = false
	}
	return schema{"properties": properties}
}

// fromDefaults tells a section of a feed whose keys `defaults` may give.
func fromDefaults(path string) bool {
	return strings.HasPrefix(path, "feeds.NAME") && !strings.Contains(path, "[]")
}

// wholeFeeds demands of every feed the sections that it needs, each with what it needs itself; but
// not a section of which `defaults` have something, since that may be what the feed leaves out.
func wholeFeeds() []schema {
	var rules []schema
	feed := reflect.TypeFor[Feed]()
	for i := range feed.NumField() {
		key := keyOf(feed.Field(i))
		e, _ := entryOf("feeds.NAME." + key)
		if e.unwritten != "required" {
			continue
		}
		inside := demands(feed.Field(i).Type, "feeds.NAME."+key)
		inside["type"], inside["description"] = "object", e.meaning
		inside["doNotSuggest"] = true // a second time, in VS Code
		given := schema{"type": "object", "required": []string{key}}
		whole := schema{"type": "object", "required": []string{key}, "properties": schema{key: inside}}
		rules = append(rules, schema{
			"if":   schema{"required": []string{"defaults"}, "properties": schema{"defaults": given}},
			"else": schema{"properties": schema{"feeds": schema{"additionalProperties": whole}}},
		})
	}
	return rules
}
