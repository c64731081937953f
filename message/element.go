package message

import (
	"slices"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// element is one element of the document, compiled.
type element struct {
	name       string // ord:Amount
	begin, end string // `<ord:Amount`, `</ord:Amount>`
	attributes []*attribute
	text       *leaf // nil: none
	children   []*element
	each       *each // nil: the element is there once
}

// each is the list whose items repeat an element.
type each struct {
	place
	expr     *expression.Expr
	required bool
}

// render reports whether the element, or one of its repetitions, is written.
func (e *element) render(w *writer, s *expression.Scope) (bool, *fault) {
	if e.each == nil {
		return e.once(w, s)
	}
	items, bad := e.each.items(s)
	if bad != nil || len(items) == 0 {
		return false, bad
	}
	inner := *s // the caller's own has no room for our variable
	inner.Vars = append(slices.Clip(s.Vars), record.Value{})
	any := false
	for i, item := range items {
		inner.Vars[len(s.Vars)] = item
		written, bad := e.once(w, &inner)
		if bad != nil {
			return false, bad.under(e.each.path, i+1)
		}
		any = any || written
		if w.limit > 0 && len(w.buf) > w.limit { // a long list of large values must not be built for nothing
			return false, refuse(record.XMLTooLarge, "the message has more than the %d bytes that message.max_size allows", w.limit).of(e.each.place)
		}
	}
	return any, nil
}

func (l *each) items(s *expression.Scope) ([]record.Value, *fault) {
	v, err := l.expr.Eval(s)
	switch {
	case err != nil:
		return nil, refuse(record.XMLType, "%v", err).of(l.place)
	case !v.Null && v.Kind != record.List:
		return nil, refuse(record.XMLType, "%s is no list that each could go through", kinds[v.Kind]).of(l.place)
	case l.required && len(v.Items) == 0:
		return nil, refuse(record.XMLRequired, "the list is NULL or empty, and the field is required").of(l.place)
	}
	return v.Items, nil
}

// once writes an element of a list that has no text of its own in any case, so that the receiver counts as many as there are. Any other it leaves out, with its attributes, if its text is left out and no child stands in it; without a text
// of its own, if nothing at all stands in it.
func (e *element) once(w *writer, s *expression.Scope) (bool, *fault) {
	mark := len(w.buf)
	v, rule, bad := e.settle(s)
	if bad != nil || rule == omit && len(e.children) == 0 && e.text != nil {
		return false, bad
	}
	w.line()
	w.raw(e.begin)
	kept, bad := e.body(w, s, v, rule)
	if kept = kept || e.each != nil && e.text == nil && bad == nil; !kept {
		w.buf = w.buf[:mark]
	}
	return kept, bad
}

// body writes all that follows the name in the begin tag, and reports whether it was worth it.
func (e *element) body(w *writer, s *expression.Scope, v record.Value, rule string) (bool, *fault) {
	attributes, bad := e.writeAttributes(w, s)
	if bad != nil {
		return false, bad
	}
	if rule == null {
		w.raw(isNil, "/>")
		w.nils = true
		return true, nil
	}
	w.buf = append(w.buf, '>')
	content, bad := e.content(w, s, v, rule)
	if bad != nil {
		return false, bad
	}
	w.raw(e.end)
	return content || attributes && e.text == nil, nil
}

// settle is the text's value and rule; an element that may have children cannot be nil.
func (e *element) settle(s *expression.Scope) (v record.Value, rule string, bad *fault) {
	if e.text == nil {
		return v, omit, nil
	}
	v, rule, bad = e.text.value(s)
	if rule == null && len(e.children) > 0 {
		rule = omit
	}
	return v, rule, bad
}

func (e *element) writeAttributes(w *writer, s *expression.Scope) (any bool, bad *fault) {
	for _, a := range e.attributes {
		written, bad := a.render(w, s)
		if bad != nil {
			return false, bad
		}
		any = any || written
	}
	return any, nil
}

// content reports whether anything stands between the tags, be it an empty text.
func (e *element) content(w *writer, s *expression.Scope, v record.Value, rule string) (bool, *fault) {
	if rule == "" {
		if bad := e.text.put(w, v); bad != nil {
			return false, bad
		}
	}
	children, bad := e.writeChildren(w, s)
	return children || rule != omit, bad
}

func (e *element) writeChildren(w *writer, s *expression.Scope) (any bool, bad *fault) {
	if len(e.children) == 0 {
		return false, nil
	}
	inline := w.inline
	w.inline = inline || e.text != nil
	w.depth++
	for _, child := range e.children {
		written, bad := child.render(w, s)
		if bad != nil {
			return false, bad
		}
		any = any || written
	}
	w.depth--
	if any {
		w.line()
	}
	w.inline = inline
	return any, nil
}
