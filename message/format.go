package message

import (
	"encoding/base64"
	"encoding/hex"
	"time"
	"unicode/utf8"

	"github.com/rowrelay/rowrelay/record"
)

// format is how a field writes its values.
type format struct {
	typ       *xsd // nil: the value's own kind decides
	scale     int  // of a decimal; below 0: the value's own
	maxLength int  // 0: none
	required  bool
	null      string // omit, null, empty or fail
	cdata     bool
	attribute bool
	zone      *time.Location
	invalid   string // fail, replace or remove
	prefixes  scope  // of the root, for XML that a value brings along; not nil
}

// settle says what is to be done with a value: null, omit or empty if there is none, "" if it is to be written.
func (f *format) settle(v record.Value) (string, *fault) {
	if f.required && (v.Null || v.Text == "" && len(v.Items) == 0 && v.Row == nil) {
		return "", refuse(record.XMLRequired, "the value is NULL or empty, and the field is required")
	}
	if !v.Null {
		return "", nil
	}
	if f.null == fail {
		return "", refuse(record.XMLRequired, "the value is NULL, and if_null is fail")
	}
	return f.null, nil
}

// check refuses what cannot be a value of the field, whatever its text.
func (f *format) check(k record.Kind) *fault {
	switch {
	case f.typ != nil && !f.typ.fits(k):
		return refuse(record.XMLType, "%s cannot have the type %s", kinds[k], f.typ.name)
	case k == record.Object, k == record.List && f.attribute:
		return refuse(record.XMLType, "%s is no single value", kinds[k])
	}
	return nil
}

// write writes a value that settle has let pass.
func (f *format) write(w *writer, v record.Value) *fault {
	if bad := f.check(v.Kind); bad != nil {
		return bad
	}
	switch v.Kind {
	case record.List:
		return f.items(w, v.Items)
	case record.Bytes:
		return f.binary(w, v.Text)
	}
	return f.text(w, v)
}

// items are those of a list that no `each` goes through.
func (f *format) items(w *writer, items []record.Value) *fault {
	w.depth++
	for i, item := range items {
		w.line()
		if item.Null {
			w.raw(nilItem)
			w.nils = true
			continue
		}
		w.raw("<item>")
		if bad := f.write(w, item); bad != nil {
			return bad.at(i + 1)
		}
		w.raw("</item>")
	}
	w.depth--
	if len(items) > 0 {
		w.line()
	}
	return nil
}

func (f *format) binary(w *writer, s string) *fault {
	size, hexed := base64.StdEncoding.EncodedLen(len(s)), f.typ != nil && f.typ.name == "hexBinary"
	if hexed {
		size = hex.EncodedLen(len(s))
	}
	if bad := f.fitsIn(size); bad != nil {
		return bad
	}
	if hexed {
		w.hex(s)
	} else {
		w.base64(s)
	}
	return nil
}

func (f *format) text(w *writer, v record.Value) *fault {
	s, bad := f.lexical(v)
	if bad != nil {
		return bad
	}
	if f.maxLength > 0 {
		if bad := f.fitsIn(utf8.RuneCountInString(s)); bad != nil {
			return bad
		}
	}
	switch {
	case f.attribute:
		return w.escape(s, &attributeClasses)
	case f.cdata:
		return w.cdata(s)
	case f.typ != nil && f.typ.name == "xml":
		return f.fragment(w, s)
	}
	return w.escape(s, &textClasses)
}

// lexical is the text that stands for the value, cleaned as invalid_chars says.
func (f *format) lexical(v record.Value) (string, *fault) {
	s, bad := "", (*fault)(nil)
	if f.typ == nil {
		s, bad = plainText(f, v)
	} else {
		s, bad = f.typ.lexical(f, v)
	}
	if bad != nil || f.invalid == fail {
		return s, bad
	}
	return clean(s, f.invalid), nil
}

func (f *format) fitsIn(n int) *fault {
	if f.maxLength > 0 && n > f.maxLength {
		return refuse(record.XMLType, "the value is %d characters long, max_length allows %d", n, f.maxLength)
	}
	return nil
}
