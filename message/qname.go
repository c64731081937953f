package message

import (
	"cmp"
	"strings"
	"unicode/utf8"
)

const (
	xmlNamespace   = "http://www.w3.org/XML/1998/namespace"
	xmlnsNamespace = "http://www.w3.org/2000/xmlns/"
	xsiURI         = "http://www.w3.org/2001/XMLSchema-instance"
	xsiNamespace   = ` xmlns:xsi="` + xsiURI + `"`
	isNil          = ` xsi:nil="true"`
	nilItem        = `<item` + isNil + `/>`
)

// isPart reports whether s is a name without a colon, as a person may write it: unlike a column's it may look escaped.
func isPart(s string) bool {
	for i, r := range s {
		if r == utf8.RuneError || i == 0 && !isLetter(r) && r != '_' || r != '_' && !keepsInName(s, i, r) {
			return false
		}
	}
	return s != ""
}

// nameFault says what is wrong with an element's or attribute's name; "" is nothing.
func nameFault(name string, attribute bool, namespaces map[string]string) (text, remedy string) {
	prefix, local, prefixed := strings.Cut(name, ":")
	if !prefixed {
		prefix, local = "", name
	}
	switch {
	case !isPart(local) || prefixed && !isPart(prefix) && prefix != "xml":
		return cmp.Or(quote(name), "an empty name") + " is no XML name", "use letters, digits, '_', '-' and '.'; begin with a letter or '_', but not with \"xml\""
	case !prefixed || namespaces[prefix] != "":
		return "", ""
	case attribute && (prefix == "xml" || name == "xsi:type" || name == "xsi:noNamespaceSchemaLocation"):
		return "", ""
	case name == "xsi:nil":
		return "xsi:nil is not written by hand", "write if_null: nil at the element's field"
	case name == "xsi:schemaLocation":
		return "xsi:schemaLocation is not written by hand", "write schema_location"
	case prefix == "xml" || prefix == "xsi":
		return "the prefix " + prefix + " belongs to XML itself", "use one of namespaces"
	}
	return "the prefix " + prefix + " is not in namespaces", "add it: namespaces: { " + prefix + ": URI }"
}

func quote(s string) string {
	if s == "" {
		return ""
	}
	return `"` + s + `"`
}
