package expression

import (
	"github.com/expr-lang/expr/ast"

	"github.com/rowrelay/rowrelay/record"
)

// in is SQL's: true if one of the list is equal, else NULL if x or one of the list is NULL, else false. An empty
// list holds nothing, not even NULL.
func (c *compiler) in(n *ast.BinaryNode) (*part, error) {
	x, err := c.compile(n.Left)
	if err != nil {
		return nil, err
	}
	if array, ok := n.Right.(*ast.ArrayNode); ok {
		return c.inItems(n, x, array)
	}
	list, err := c.compile(n.Right)
	if err != nil {
		return nil, err
	}
	if !list.is(record.List) || list.isNil {
		return nil, c.fault(n, `write in ["A", "B"]`, "%s is %s and no list", list.called(right), list.word())
	}
	return c.inList(n, x, list)
}

// inItems looks through a list that is written out.
func (c *compiler) inItems(n *ast.BinaryNode, x *part, array *ast.ArrayNode) (*part, error) {
	items, err := c.compileAll(array.Nodes...)
	if err != nil {
		return nil, err
	}
	for i, item := range items {
		if x.isNil || item.isNil {
			continue
		}
		if _, items[i], err = c.comparable(array.Nodes[i], x, item, isEqual); err != nil {
			return nil, err
		}
	}
	if set := textSet(x, items); set != nil {
		return inSet(x, set)
	}
	at := c.place(n)
	return build(Type{Kind: record.Boolean}, func(s *Scope) (record.Value, error) {
		v, err := x.eval(s)
		if err != nil {
			return null, err
		}
		f := finder{x: x, value: v, at: at}
		for _, item := range items {
			w, err := item.eval(s)
			if err != nil {
				return null, err
			}
			if err := f.look(item, w); err != nil || f.found {
				return boolean(f.found), err
			}
		}
		return f.result(), nil
	}, append(items, x)...)
}

// textSet is the list as a set where x is text and the list is nothing but fixed texts, as it mostly is.
func textSet(x *part, items []*part) map[string]struct{} {
	if x.typ.Any || x.typ.Kind != record.Text {
		return nil
	}
	set := make(map[string]struct{}, len(items))
	for _, item := range items {
		if item.fixed == nil || item.fixed.Null || item.fixed.Kind != record.Text {
			return nil
		}
		set[item.fixed.Text] = struct{}{}
	}
	return set
}

func inSet(x *part, set map[string]struct{}) (*part, error) {
	return build(Type{Kind: record.Boolean}, func(s *Scope) (record.Value, error) {
		v, err := x.eval(s)
		if err != nil || v.Null && len(set) > 0 {
			return null, err
		}
		_, found := set[v.Text]
		return boolean(found), nil
	}, x)
}

// inList looks through a list that comes with the row.
func (c *compiler) inList(n *ast.BinaryNode, x, list *part) (*part, error) {
	at := c.place(n)
	item := &part{typ: Type{Any: true}, spelled: "an item of the list"}
	return build(Type{Kind: record.Boolean}, func(s *Scope) (record.Value, error) {
		v, l, err := both(s, x, list)
		if err != nil || l.Null {
			return null, err
		}
		if l.Kind != record.List {
			return null, at.fail("%s is %s and no list", list.called(right), word(l.Kind))
		}
		f := finder{x: x, value: v, at: at}
		for _, w := range l.Items {
			if err := f.look(item, w); err != nil || f.found {
				return boolean(f.found), err
			}
		}
		return f.result(), nil
	}, x, list)
}

// finder looks for a value.
type finder struct {
	x       *part
	value   record.Value
	at      place
	found   bool
	unknown bool
}

func (f *finder) look(item *part, w record.Value) error {
	if f.value.Null || w.Null {
		f.unknown = true
		return nil
	}
	switch relate(f.x, item, f.value, w) {
	case equal:
		f.found = true
	case unrelated:
		return f.at.disagree(f.x.called(left), item.called("an item"), f.value.Kind, w.Kind)
	}
	return nil
}

func (f *finder) result() record.Value {
	if f.unknown {
		return null
	}
	return no
}
