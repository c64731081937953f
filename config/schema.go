package config

import (
	"encoding"
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"strings"
)

// schema is one node of a JSON Schema.
type schema map[string]any

// shaper makes the schema of each key from its field and its entry.
type shaper struct {
	shared   schema // what $ref names
	defaults bool   // inside `defaults`, which hold no lists
}

// Schema is a JSON Schema of the file for editors, to be encoded as JSON; of draft 07, which every editor understands. It refuses
// little that the file takes (a name true or false without quotes); the file's own checks see more.
func Schema() any {
	s := shaper{shared: schema{}}
	root := s.section(reflect.TypeFor[File](), "")
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "rowrelay.yaml"
	root["allOf"] = wholeFeeds()
	root["definitions"] = s.shared
	return root
}

// isSection tells a struct whose fields are keys from one that stands for a single value or for
// values of any shape.
func isSection(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t != reflect.TypeFor[Origin]() && t != reflect.TypeFor[Data]() && !isText(t)
}

func isText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// section describes the keys of a struct.
func (s *shaper) section(t reflect.Type, path string) schema {
	properties := schema{}
	for i := range t.NumField() {
		f := t.Field(i)
		left := s.defaults && f.Type.Kind() == reflect.Slice
		if key := keyOf(f); key != "" && !left {
			properties[key] = s.key(f.Type, join(path, key))
		}
	}
	rules := schema{}
	if !fromDefaults(path) {
		rules = demands(t, path)
	}
	mayBeEmpty := rules["required"] == nil && rules["anyOf"] == nil
	n := schema{"type": mayBeNull("object", mayBeEmpty), "properties": properties, "additionalProperties": false}
	maps.Copy(n, rules)
	return n
}

func mayBeNull(kind string, may bool) any {
	if may {
		return []string{kind, "null"}
	}
	return kind
}

// key describes one key: its value, and what an editor shows of it.
func (s *shaper) key(t reflect.Type, path string) schema {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	e, _ := entryOf(path)
	n := s.value(t, e)
	n["description"] = e.describe(t)
	if usual := e.usual(); usual != "" {
		n["default"] = typed(t, usual)
	}
	return n
}

// typed is a default as JSON has it.
func typed(t reflect.Type, usual string) any {
	if isText(t) || t.Kind() == reflect.String {
		return usual
	}
	return json.RawMessage(usual)
}

func (s *shaper) value(t reflect.Type, e entry) schema {
	switch {
	case e.path == "defaults":
		inside := *s
		inside.defaults = true
		return inside.section(t, "feeds.NAME")
	case t == reflect.TypeFor[Origin]():
		return origin()
	case isSection(t):
		return s.section(t, e.path)
	case t.Kind() == reflect.Map:
		return s.byName(t.Elem(), e)
	case t.Kind() == reflect.Slice:
		return s.list(t.Elem(), e)
	}
	return e.single(t)
}

// byName describes a section whose keys are the user's names.
func (s *shaper) byName(t reflect.Type, e entry) schema {
	n := schema{"type": mayBeNull("object", e.low == 0)}
	switch {
	case t == reflect.TypeFor[Data]():
		n["additionalProperties"] = s.data(e)
	case isSection(t):
		n["additionalProperties"] = s.key(t, e.path+".NAME")
	default:
		n["additionalProperties"] = s.value(t, e)
	}
	if e.low > 0 {
		n["minProperties"] = e.low
	}
	if e.keys != nil {
		n["propertyNames"] = schema{"pattern": e.keys.String()}
	}
	return n
}

// list describes a list; that of fields may stand in itself.
func (s *shaper) list(t reflect.Type, e entry) schema {
	n := schema{"type": "array"}
	if e.low > 0 {
		n["minItems"] = e.low
	}
	switch {
	case t == reflect.TypeFor[Field]():
		n["items"] = schema{"$ref": "#/definitions/field"}
		if s.shared["field"] == nil {
			s.shared["field"] = true // stands for itself while it is described
			s.shared["field"] = s.section(t, "feeds.NAME.message.fields[]")
		}
	case isSection(t):
		n["items"] = s.section(t, e.path+"[]")
	default:
		n["items"] = e.single(t)
	}
	return n
}

var link = regexp.MustCompile(`\[([^\]]+)\]\([^)]*\)`)

// describe is what an editor shows: the meaning, then type, default and change in the reference's words.
func (e entry) describe(t reflect.Type) string {
	if e.name == section.name {
		return e.meaning
	}
	what := []string{e.says(t)}
	switch {
	case e.usual() != "":
		what = append(what, "default "+e.usual())
	case e.unwritten != "none":
		what = append(what, e.unwritten)
	}
	if change := e.change(); change != "none" {
		what = append(what, change)
	}
	return link.ReplaceAllString(e.meaning, "$1") + "\n\n" + strings.Join(what, " · ")
}
