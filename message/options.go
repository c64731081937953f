package message

import "time"

// Options are what the file's `message` block says, as far as it is about the message itself.
type Options struct {
	Path           string            // of the block in the file, feeds.orders.message; "" is message
	Root           string            // the document element
	Namespaces     map[string]string // URI by prefix; the prefix "" is the default namespace
	SchemaLocation string            // pairs of namespace and place; "" is none
	Declaration    bool              // begin with <?xml ...?>
	Indent         bool              // by two spaces; no text is touched
	IfNull         string            // omit, nil, empty or fail; "" is omit
	InvalidChars   string            // fail, replace or remove; "" is fail
	Zone           *time.Location    // of every dateTime; nil is UTC
	MaxSize        int               // of the whole document in bytes; above 0
	Fields         []Field           // nil: every column an element, in column order

	CorrelationID, Type, ReplyTo, GroupID *Source // nil: the header is not set
	Properties                            []Property
}

// Source is where a value comes from: From is an expression over the row, Value a literal. One of them is not nil.
type Source struct{ From, Value *string }

// Property is one property of the message; its name is a Java identifier.
type Property struct {
	Name string
	Source
}

// Field is one line of a mapping: an element or an attribute with its value. With Each it is an element for
// every item of a list, whose Fields are relative to it.
type Field struct {
	Path string // in the file; "" is the n-th of its list
	To   string // a/b, a/@c or @c; "." is the text of the element itself
	Source
	Type      string // an XSD type without a prefix, or xml; "": the value's own kind decides
	Scale     *int   // digits after the point, of type decimal; nil: the value's own
	Required  bool   // NULL and empty are XML_REQUIRED
	MaxLength int    // in characters; 0 is none
	IfNull    string // as Options.IfNull; "": as the message says
	CDATA     bool
	Each, As  string // an expression of a list, and the name of its items in Fields
	Fields    []Field
}

// What IfNull and InvalidChars may say.
const (
	omit    = "omit"
	null    = "nil"
	empty   = "empty"
	fail    = "fail"
	replace = "replace"
	remove  = "remove"
)
