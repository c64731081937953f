package message

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/rowrelay/rowrelay/record"
)

// fault is what is wrong with a value of a row. It learns where on its way up.
type fault struct {
	code record.Code
	place
	item string // [2][1]: where in a list
	text string
}

// place is where a field writes, and where in the file it stands.
type place struct {
	path string // from the element that is being written: ord:Line[2]/@no
	from string // the field's expression; "" for a literal
	key  string // feeds.orders.message.fields[3]
}

func refuse(code record.Code, format string, args ...any) *fault {
	return &fault{code: code, text: fmt.Sprintf(format, args...)}
}

// invalid never quotes the value: errors are logged, and rows are nobody's but the receiver's.
func invalid(s string, at int, r rune, size int) *fault {
	position := utf8.RuneCountInString(s[:at]) + 1
	if r == utf8.RuneError && size == 1 {
		return refuse(record.XMLInvalidChar, "character %d is not UTF-8 (byte 0x%02X)", position, s[at])
	}
	return refuse(record.XMLInvalidChar, "character %d is %U, which XML 1.0 forbids", position, r)
}

func (f *fault) at(item int) *fault {
	f.item = index(item) + f.item
	return f
}

// of names the field. A repeated element's own name is put before it by under.
func (f *fault) of(p place) *fault {
	f.place = p
	return f
}

func (f *fault) under(path string, item int) *fault {
	if f.path == "." {
		f.path = path + index(item)
	} else {
		f.path = path + index(item) + "/" + f.path
	}
	return f
}

func index(item int) string { return "[" + strconv.Itoa(item) + "]" }

func (f *fault) inColumn(column string) *record.Failure {
	return record.Fail(f.code, "column %q%s: %s", column, f.item, f.text)
}

func (f *fault) inField() *record.Failure {
	where := f.path + f.item
	if f.from != "" {
		where += ", from " + f.from
	}
	failure := record.Fail(f.code, "field %s: %s", where, f.text)
	failure.Path = f.key
	return failure
}
