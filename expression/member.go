package expression

import (
	"strconv"

	"github.com/expr-lang/expr/ast"

	"github.com/rowrelay/rowrelay/record"
)

// member is row["Odd Name"], a looked-up row's column or a list's item.
func (c *compiler) member(n *ast.MemberNode) (*part, error) {
	name, named := n.Property.(*ast.StringNode)
	if c.isRow(n.Node) {
		if !named {
			return nil, c.fault(n, `write row["column"]`, "a column of the row is named by a literal text")
		}
		return c.rowColumn(n.Property, name.Value)
	}
	base, err := c.compile(n.Node)
	if err != nil {
		return nil, err
	}
	if named {
		return c.memberOf(base, name)
	}
	return c.item(n, base)
}

func (c *compiler) isRow(n ast.Node) bool {
	id, ok := n.(*ast.IdentifierNode)
	return ok && id.Value == "row" && last(c.names.Vars, "row") < 0 && last(c.names.Into, "row") < 0
}

// memberOf is a column of a looked-up row. Of a row that is NULL it is NULL.
func (c *compiler) memberOf(base *part, n *ast.StringNode) (*part, error) {
	if !base.is(record.Object) {
		return nil, c.fault(n, "a point goes into what a lookup of one row has found", "%s is %s and has no columns", base.called("this"), word(base.typ.Kind))
	}
	i, typ := -1, Type{Any: true}
	if !base.typ.Any {
		if i = fold(base.typ.Columns, n.Value); i < 0 {
			return nil, c.unknownMember(base, n)
		}
		typ = Of(base.typ.Columns[i])
	}
	at, called, name := c.place(n), base.called("this"), n.Value
	if i >= 0 {
		name = base.typ.Columns[i].Name
	}
	return build(typ, func(s *Scope) (record.Value, error) {
		v, err := base.eval(s)
		if err != nil || v.Null {
			return null, err
		}
		if v.Kind != record.Object || v.Row == nil {
			return null, at.fail("%s is %s and has no columns", called, word(v.Kind))
		}
		if found := find(v.Row, i, name); found != nil {
			return *found, nil
		}
		if v.Row.Loose {
			return null, nil
		}
		return null, at.fail("%s has no column %q", called, name)
	}, base)
}

func (c *compiler) unknownMember(base *part, n *ast.StringNode) error {
	var known []string
	for _, col := range base.typ.Columns {
		known = append(known, col.Name)
	}
	return c.fault(n, meant(n.Value, known), "%s has no column %q", base.called("this"), n.Value)
}

// item is one of a list, counted from 0; beyond the list it is NULL.
func (c *compiler) item(n *ast.MemberNode, base *part) (*part, error) {
	index, err := c.compile(n.Property)
	if err != nil {
		return nil, err
	}
	switch {
	case !base.is(record.List):
		return nil, c.fault(n, "a number in brackets goes into a list", "%s is %s and has no items", base.called("this"), word(base.typ.Kind))
	case !index.is(record.Integer):
		return nil, c.fault(n, "items are counted from 0", "%s is %s; an item's number is an integer", index.called("this"), word(index.typ.Kind))
	}
	typ := Type{Any: true}
	if base.typ.Item != nil {
		typ = *base.typ.Item
	}
	at := c.place(n)
	return build(typ, func(s *Scope) (record.Value, error) {
		list, number, err := both(s, base, index)
		if err != nil || list.Null || number.Null {
			return null, err
		}
		return itemOf(list, number, at)
	}, base, index)
}

func itemOf(list, number record.Value, at place) (record.Value, error) {
	if list.Kind != record.List || number.Kind != record.Integer {
		return null, at.fail("%s has no item by %s", word(list.Kind), word(number.Kind))
	}
	i, err := strconv.Atoi(number.Text)
	if err != nil || i < 0 || i >= len(list.Items) {
		return null, nil
	}
	return list.Items[i], nil
}

func both(s *Scope, a, b *part) (x, y record.Value, err error) {
	if x, err = a.eval(s); err != nil {
		return x, y, err
	}
	y, err = b.eval(s)
	return x, y, err
}
