package config

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

const (
	xsiURI   = "http://www.w3.org/2001/XMLSchema-instance"
	xmlURI   = "http://www.w3.org/XML/1998/namespace"
	xmlnsURI = "http://www.w3.org/2000/xmlns/"
)

var nullWords = []string{"omit", "nil", "empty", "fail"}

func (c *checker) message(path string, f Feed) {
	if !c.sound(path) {
		return
	}
	m := f.Message
	c.namespaces(path+".namespaces", m.Namespaces)
	c.require(path+".root", "name the document's element: root: Order")
	if c.has(path+".root") && c.sound(path+".root") {
		c.xmlName(path+".root", m.Root, false, namespaces{path + ".namespaces", m.Namespaces})
	}
	c.matches(path+".schema_location", m.SchemaLocation, isSchemaLocation, "schema_location is pairs of a namespace and a file", "write urn:acme:orders:v2 orders-v2.xsd")
	c.oneOf(path+".if_null", m.IfNull)
	c.oneOf(path+".invalid_chars", m.InvalidChars)
	c.timezone(path+".timezone", m.Timezone)
	c.number(path+".max_size", m.MaxSize)
	c.oneOf(path+".class", m.Class)
	c.headers(path, m)
	c.fields(path+".fields", f)
}

// headers checks what goes out beside the body.
func (c *checker) headers(path string, m Message) {
	if m.Priority != nil {
		c.number(path+".priority", *m.Priority)
	}
	c.number(path+".ttl", m.TTL)
	if m.TTL != 0 && time.Duration(m.TTL) < time.Millisecond {
		c.wrong(path+".ttl", "ttl is shorter than 1ms, the unit of brokers", "write 0s for messages that never expire")
	}
	for _, h := range []struct {
		key    string
		origin *Origin
	}{{"correlation_id", m.CorrelationID}, {"type", m.Type}, {"reply_to", m.ReplyTo}, {"group_id", m.GroupID}} {
		if h.origin != nil {
			c.origin(path+"."+h.key, *h.origin)
		}
	}
	for _, name := range sortedKeys(m.Properties) {
		c.property(path+".properties."+name, name, m.Properties[name])
	}
}

func (c *checker) property(path, name string, o Origin) {
	switch {
	case !c.sound(path):
		return
	case !isJavaName(name):
		c.wrong(path, "the property "+quote(name)+" is no Java identifier", "use letters, digits and '_', and begin with a letter")
	case isTaken(name):
		c.wrong(path, "a property cannot be called "+quote(name)+": JMS or STOMP use that name", "choose another name")
	}
	c.origin(path, o)
}

// origin checks that a text comes from one place. Values are looked at, not what is written: a
// feed's own {from} replaces the {value} of `defaults`.
func (c *checker) origin(path string, o Origin) {
	from, value := path+".from", path+".value"
	switch {
	case !c.sound(path) || !c.sound(from) || !c.sound(value):
	case o.From != nil && o.Value != nil:
		c.wrong(value, "from and value cannot both be written", "keep one of them: from is an expression, value a literal")
	case o.From == nil && o.Value == nil:
		c.wrong(path, path+" has neither from nor value", "write from: expression, or value: text")
	case o.From != nil:
		c.expression(from, *o.From)
	}
}

func (c *checker) namespaces(path string, uris map[string]string) {
	for _, prefix := range sortedKeys(uris) {
		at, uri := path+"."+prefix, uris[prefix]
		switch {
		case !c.sound(at):
		case prefix == "xsi" || uri == xsiURI || uri == xmlURI || uri == xmlnsURI:
			c.wrong(at, "xml and xsi are XML's own", "remove it: xsi is declared where a message needs it")
		case prefix != "" && !isPrefix(prefix):
			c.wrong(at, "the prefix "+quote(prefix)+" is no XML name, or one that XML keeps for itself", "write a short name: ord")
		case !isURI(uri):
			c.wrong(at, "the prefix "+quote(prefix)+" has no namespace: a URI has neither blanks nor line ends", "write urn:acme:orders:v2, as the receiver's schema does")
		}
	}
}

func isURI(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
}

func isSchemaLocation(s string) bool {
	n := len(strings.Fields(s))
	return n > 0 && n%2 == 0
}

// namespaces are the declared ones and where they stand.
type namespaces struct {
	path string
	uris map[string]string
}

// ownAttributes are those of XML itself that a file may write.
var ownAttributes = []string{"xsi:type", "xsi:noNamespaceSchemaLocation"}

// xmlName checks the name of an element or attribute, with its prefix.
func (c *checker) xmlName(path, name string, isAttribute bool, n namespaces) {
	prefix, local, found := strings.Cut(name, ":")
	if !found {
		local = name
	}
	switch {
	case !isXMLName(local) || found && !isXMLName(prefix):
		c.wrong(path, last(path)+" is no XML name"+c.not(path, quote(name)), "begin it with a letter; go on with letters, digits, '.', '_' and '-'")
	case beginsWithXML(local):
		c.wrong(path, "XML keeps names that begin with xml for itself"+c.not(path, quote(name)), "begin it with another letter")
	case isAttribute && (found && prefix == "xml" || slices.Contains(ownAttributes, name)):
	case prefix == "xsi" || prefix == "xml":
		c.wrong(path, "the prefix "+prefix+" belongs to XML itself", "use one of namespaces; xsi:nil is written by if_null, xsi:schemaLocation by schema_location")
	case found:
		c.prefix(path, prefix, n)
	}
}

func (c *checker) prefix(path, prefix string, n namespaces) {
	if _, declared := n.uris[prefix]; declared || !c.sound(n.path) {
		return
	}
	remedy := "add it: namespaces: { " + prefix + ": \"urn:...\" }"
	if meant, near := Closest(prefix, sortedKeys(n.uris)); near {
		remedy = `did you mean "` + meant + `"?`
	}
	c.wrong(path, "the prefix "+quote(prefix)+" is not in namespaces", remedy)
}
