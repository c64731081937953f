package config

import "reflect"

// orVariable ends a pattern: every single value may be a ${...}, or hold one.
const orVariable = `|\$\{`

// single describes a value that is neither a list nor a section. A number or bool may be quoted, and
// a text may look like a number.
func (e entry) single(t reflect.Type) schema {
	switch {
	case len(e.words) > 0 && t.Kind() == reflect.String:
		return schema{"anyOf": []schema{{"enum": e.words}, patterned(`\$\{`, "", "string")}}
	case t == reflect.TypeFor[Start]():
		return schema{"anyOf": []schema{{"enum": e.words}, patterned(`^[+-]?[0-9]+$`+orVariable, "", "integer", "string")}}
	case t == reflect.TypeFor[Duration]():
		return patterned(`^([0-9]+d)?([0-9]+(\.[0-9]+)?(ns|[uµμ]s|ms|s|m|h))*$`+orVariable, "write it as 500ms, 10s, 5m, 2h or 30d", "string")
	case t == reflect.TypeFor[Size]():
		return patterned(`^[0-9]+ *(B|KiB|MiB|GiB)$`+orVariable, "write it as 512B, 64KiB or 1MiB", "string")
	case t == reflect.TypeFor[Rate]():
		return patterned(e.pattern.String()+orVariable, "write it as 100/s", "string")
	case t.Kind() == reflect.Bool:
		return patterned(`^(true|false)$`+orVariable, "write true or false", "boolean", "string")
	case t.Kind() == reflect.Int:
		return e.between(patterned(`^[+-]?(0|[1-9][0-9]*)$`+orVariable, "write it in plain digits: 16, without a zero in front", "integer", "string"))
	case t.Kind() == reflect.Float64:
		return e.between(patterned(`^[+-]?[0-9.]+([eE][+-]?[0-9]+)?$`+orVariable, "write it in plain digits: 0.5", "number", "string"))
	}
	return e.free()
}

// patterned describes a value of one of some types, which if it is a string fits a pattern. The
// remedy is for editors of the VS Code family, where it does not fit.
func patterned(pattern, remedy string, types ...string) schema {
	n := schema{"type": types, "pattern": pattern}
	if len(types) == 1 {
		n["type"] = types[0]
	}
	if remedy != "" {
		n["patternErrorMessage"] = remedy
	}
	return n
}

func (e entry) between(n schema) schema {
	if e.high > e.low {
		n["minimum"], n["maximum"] = e.low, e.high
	}
	return n
}

// free describes a text. Only where true and false make sense may they stand without quotes: an
// editor would offer them.
func (e entry) free() schema {
	n := schema{"type": []string{"string", "number"}}
	if e.name == "expression" || e.name == "text" {
		n["type"] = []string{"string", "number", "boolean"}
	}
	if e.pattern != nil {
		n["pattern"] = e.pattern.String() + orVariable
	}
	return n
}

// origin describes what a header or property comes from.
func origin() schema {
	from := entry{kind: filled("expression")}.free()
	from["description"] = "an expression over the row"
	value := entry{kind: free("text")}.free()
	value["description"] = "the same text for every row"
	n := exactlyOne([]string{"from", "value"})
	n["type"], n["properties"], n["additionalProperties"] = "object", schema{"from": from, "value": value}, false
	return n
}

// data describes what a test writes for a name: a column's value, a text that is expected, or what a lookup finds.
func (s *shaper) data(e entry) schema {
	value := schema{"$ref": "#/definitions/value"}
	s.shared["value"] = schema{"type": []string{"string", "number", "boolean", "null", "array"}, "items": value}
	switch last(e.path) {
	case "row":
		return value
	case "lookups":
		row := schema{"type": "object", "additionalProperties": value}
		return schema{"type": []string{"object", "array", "null", "string", "number", "boolean"}, "additionalProperties": value, "items": schema{"anyOf": []schema{row, value}}}
	}
	return schema{"type": []string{"string", "number", "boolean", "null"}}
}
