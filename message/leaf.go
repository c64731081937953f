package message

import (
	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// leaf is a field that has a value: the text of an element, or an attribute.
type leaf struct {
	place
	expr *expression.Expr // nil: a literal
	// literal is what a field without an expression writes, escaped already.
	literal string
	format
}

// value is the leaf's value for a row, and what settle says of it. Of a literal, it is empty and to be written.
func (l *leaf) value(s *expression.Scope) (v record.Value, rule string, bad *fault) {
	if l.expr == nil {
		return v, "", nil
	}
	v, err := l.expr.Eval(s)
	if err != nil {
		return v, "", refuse(record.XMLType, "%v", err).of(l.place)
	}
	if rule, bad = l.settle(v); bad != nil {
		return v, "", bad.of(l.place)
	}
	return v, rule, nil
}

func (l *leaf) put(w *writer, v record.Value) *fault {
	if l.expr == nil {
		w.raw(l.literal)
		return nil
	}
	if bad := l.write(w, v); bad != nil {
		return bad.of(l.place)
	}
	return nil
}

// attribute is a leaf with the name that it has in the document.
type attribute struct {
	name  string // currency
	begin string // ` currency="`
	leaf
}

// render reports whether the attribute is written.
func (a *attribute) render(w *writer, s *expression.Scope) (bool, *fault) {
	v, rule, bad := a.value(s)
	if bad != nil || rule == omit || rule == null { // the message's nil: no attribute can be nil
		return false, bad
	}
	w.raw(a.begin)
	if rule == "" {
		if bad := a.put(w, v); bad != nil {
			return false, bad
		}
	}
	w.buf = append(w.buf, '"')
	return true, nil
}
