package message

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/rowrelay/rowrelay/record"
)

// fault is what is wrong with a value, before its place in the row is known.
type fault struct {
	code record.Code
	item string // [2][1]: where in a list
	text string
}

// invalid never quotes the value: errors are logged, and rows are nobody's but the receiver's.
func invalid(s string, at int, r rune, size int) *fault {
	position := utf8.RuneCountInString(s[:at]) + 1
	if r == utf8.RuneError && size == 1 {
		return &fault{code: record.XMLInvalidChar, text: fmt.Sprintf("character %d is not UTF-8 (byte 0x%02X)", position, s[at])}
	}
	return &fault{code: record.XMLInvalidChar, text: fmt.Sprintf("character %d is %U, which XML 1.0 forbids", position, r)}
}

func (f *fault) at(item int) *fault {
	f.item = "[" + strconv.Itoa(item) + "]" + f.item
	return f
}

func (f *fault) in(column string) *record.Failure {
	return record.Fail(f.code, "column %q%s: %s", column, f.item, f.text)
}
