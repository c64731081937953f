package message

// tag is an element of a schema document, until all that is to be declared is known.
type tag struct {
	name       string
	attributes []facet
	children   []*tag
}

func newTag(name string, pairs ...string) *tag {
	t := &tag{name: name}
	for i := 0; i < len(pairs); i += 2 {
		t.set(pairs[i], pairs[i+1])
	}
	return t
}

func (t *tag) set(name, value string) { t.attributes = append(t.attributes, facet{name, value}) }

// add appends the children and returns the tag itself.
func (t *tag) add(children ...*tag) *tag {
	t.children = append(t.children, children...)
	return t
}

// write has XSD's own names under a prefix.
func (t *tag) write(w *writer, prefix string) {
	w.line()
	w.raw("<", prefix, ":", t.name)
	for _, a := range t.attributes {
		w.raw(" ", a.name, `="`)
		_ = w.escape(a.value, &attributeClasses) // names and literals, which have been checked
		w.raw(`"`)
	}
	if len(t.children) == 0 {
		w.raw("/>")
		return
	}
	w.raw(">")
	w.depth++
	for _, child := range t.children {
		child.write(w, prefix)
	}
	w.depth--
	w.line()
	w.raw("</", prefix, ":", t.name, ">")
}

// text is what two tags have in common if they say the same.
func (t *tag) text() string {
	var w writer
	t.write(&w, "xs")
	return string(w.buf)
}
