package config

import "time"

// Message says how a row becomes a message.
type Message struct {
	Root           string            `yaml:"root"`
	Namespaces     map[string]string `yaml:"namespaces"` // URI by prefix; the prefix "" is for names without one
	SchemaLocation string            `yaml:"schema_location"`
	Declaration    bool              `yaml:"declaration"`
	Indent         bool              `yaml:"indent"`
	IfNull         string            `yaml:"if_null"`       // omit, nil, empty or fail
	InvalidChars   string            `yaml:"invalid_chars"` // fail, replace or remove
	Timezone       string            `yaml:"timezone"`      // an IANA name that Location can load
	MaxSize        Size              `yaml:"max_size"`
	Class          string            `yaml:"class"` // text or bytes
	Persistent     bool              `yaml:"persistent"`
	Priority       *int              `yaml:"priority"` // nil: the broker's
	TTL            Duration          `yaml:"ttl"`      // 0: never expires
	CorrelationID  *Origin           `yaml:"correlation_id"`
	Type           *Origin           `yaml:"type"`
	ReplyTo        *Origin           `yaml:"reply_to"`
	GroupID        *Origin           `yaml:"group_id"`
	Properties     map[string]Origin `yaml:"properties"`
	Fields         []Field           `yaml:"fields"` // nil: every column an element, in column order
}

// Origin says where a text comes from: From is an expression over the row, Value a literal; exactly one is not nil.
type Origin struct {
	From  *string `yaml:"from"`
	Value *string `yaml:"value"`
}

// Field is one line of a mapping sheet: an element or attribute with its value, or, where Each is
// written, an element for every item of a list, with Fields of its own.
type Field struct {
	To        string  `yaml:"to"` // a/b, a/@c, @c, or "." for the element's own text; inside Fields below the element of each item
	From      *string `yaml:"from"`
	Value     *string `yaml:"value"`
	Type      string  `yaml:"type"`  // a word of FieldTypes; empty: as the value is
	Scale     *int    `yaml:"scale"` // digits behind the point; with type decimal only
	Required  bool    `yaml:"required"`
	MaxLength int     `yaml:"max_length"` // in characters; 0: none
	IfNull    string  `yaml:"if_null"`    // empty: as the message's
	CDATA     bool    `yaml:"cdata"`
	Each      string  `yaml:"each"` // expression of a list; empty: not one of these
	As        string  `yaml:"as"`   // the name of an item in Fields
	Fields    []Field `yaml:"fields"`
}

// FieldTypes are XSD's words without their prefix, and xml for well-formed XML that is embedded.
var FieldTypes = []string{
	"string", "boolean", "integer", "int", "long", "decimal", "double", "float",
	"date", "dateTime", "time", "duration", "base64Binary", "hexBinary", "anyURI", "xml",
}

// Origin is what the field's value comes from.
func (f Field) Origin() Origin { return Origin{f.From, f.Value} }

// Location is the zone that a dateTime of the message is written in.
func (m Message) Location() *time.Location { return location(m.Timezone) }
