package record

// Kind says how a value's text is to be read. Each kind has one lexical form, XSD's where XSD
// has one, so a value is exact and equal wherever it is written.
type Kind uint8

// The kinds, with what Value.Text holds.
const (
	Text     Kind = iota // any Unicode text, json and enums included, as the database stores it
	Boolean              // true or false
	Integer              // -?[0-9]+
	Decimal              // plain digits with the column's scale, never an exponent; or NaN, Infinity, -Infinity
	Float                // XSD's double: 1.5E300, NaN, INF, -INF
	Bytes                // the raw bytes, not encoded
	Date                 // 2026-09-01; BC as XSD 1.0 (1 BC = -0001); or infinity, -infinity
	DateTime             // 2026-09-01T12:03:07.12Z, always UTC with Z; BC and infinity as Date
	Time                 // 12:03:07.12, with a zone only where the type has one
	Duration             // P1Y2M3DT4H5M6S as PostgreSQL's iso_8601 writes it
	List                 // Items holds the elements, Text is empty
	Object               // Row holds the columns of a looked-up row, Text is empty
)

// Value is one column's value, one element of a List, or a row that was looked up. NULL is Null, with Text empty.
type Value struct {
	Kind  Kind
	Null  bool
	Text  string
	Items []Value
	Row   *Row // of an Object; shared and not to be changed
}
