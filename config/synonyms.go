package config

import (
	"slices"
	"strings"
)

// synonyms are types as databases and languages call them, with those of ours that mean the same, the best one first.
var synonyms = map[string][]string{
	"number": {"decimal"}, "numeric": {"decimal"}, "money": {"decimal"}, "double": {"float"}, "real": {"double", "float"}, "float8": {"double", "float"},
	"text": {"string"}, "string": {"text"}, "varchar": {"string", "text"}, "char": {"string", "text"}, "uuid": {"string", "text"},
	"bool": {"boolean"}, "boolean": {"bool"},
	"timestamp": {"dateTime", "datetime"}, "timestamptz": {"dateTime", "datetime"},
	"integer": {"int"}, "smallint": {"int"}, "bigint": {"long", "int"}, "long": {"int"}, "int8": {"long", "int"},
	"bytea": {"base64Binary", "bytes"}, "blob": {"base64Binary", "bytes"}, "binary": {"base64Binary", "bytes"}, "bytes": {"base64Binary"},
	"interval": {"duration"}, "url": {"anyURI"}, "uri": {"anyURI"},
}

// sameAs is the word that means the same.
func sameAs(value string, words []string) (string, bool) {
	head, _, _ := strings.Cut(strings.ToLower(value), "(") // varchar(20)
	for _, word := range synonyms[head] {
		if slices.Contains(words, word) {
			return word, true
		}
	}
	return "", false
}
