package expression

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser/utils"

	"github.com/rowrelay/rowrelay/record"
)

// isPlain says that a column may be written by its name alone.
func isPlain(name string) bool {
	return utils.IsValidIdentifier(name) && strings.ToLower(name) == name
}

// identifier looks a name up: what a list is gone through by, innermost first, then lookups, then seq and feed,
// then columns.
func (c *compiler) identifier(n *ast.IdentifierNode) (*part, error) {
	if i := last(c.names.Vars, n.Value); i >= 0 {
		return c.bound(n, c.names.Vars[i], i, func(s *Scope) []record.Value { return s.Vars }), nil
	}
	if i := last(c.names.Into, n.Value); i >= 0 {
		return c.bound(n, c.names.Into[i], i, func(s *Scope) []record.Value { return s.Into }), nil
	}
	switch n.Value {
	case "seq":
		c.refer(n, n.Value)
		return &part{typ: Type{Kind: record.Integer}, eval: evalSeq}, nil
	case "feed":
		c.refer(n, n.Value)
		return &part{typ: Type{Kind: record.Text}, eval: evalFeed}, nil
	case "row":
		return nil, c.fault(n, `write row["column"]`, "row alone is no value")
	}
	return c.plainColumn(n)
}

func last(bindings []Binding, name string) int {
	for i, b := range slices.Backward(bindings) {
		if b.Name == name {
			return i
		}
	}
	return -1
}

func (c *compiler) refer(n ast.Node, name string) {
	if !slices.Contains(c.references, name) {
		c.references = append(c.references, name)
		c.mentions = append(c.mentions, c.place(n))
	}
}

// ask notes the columns that are asked for NULL.
func (c *compiler) ask(parts ...*part) {
	for _, p := range parts {
		if p.column != "" {
			c.asked = append(c.asked, p.column)
		}
	}
}

func (c *compiler) bound(n ast.Node, b Binding, i int, values func(*Scope) []record.Value) *part {
	c.refer(n, b.Name)
	at := c.place(n)
	return &part{typ: b.Type, eval: func(s *Scope) (record.Value, error) {
		if vs := values(s); i < len(vs) {
			return vs[i], nil
		}
		return null, at.fail("%s has no value here", b.Name)
	}}
}

// plainColumn is a column that is written by its name alone.
func (c *compiler) plainColumn(n *ast.IdentifierNode) (*part, error) {
	if !isPlain(n.Value) {
		if c.names.Open || c.column(n.Value) >= 0 {
			return nil, c.fault(n, c.meantColumn(n), "%q is not in lower case", n.Value)
		}
		return nil, c.unknown(n, n.Value)
	}
	if n.Value == "null" && c.column(n.Value) < 0 {
		return nil, c.unknown(n, n.Value)
	}
	if i := fold(c.names.Columns, n.Value); i >= 0 {
		return c.rowColumn(n, c.names.Columns[i].Name)
	}
	return c.rowColumn(n, n.Value)
}

// meantColumn says how to write the column that a name with capitals means; one with a sign in its name is read as a calculation.
func (c *compiler) meantColumn(n *ast.IdentifierNode) string {
	if name := beginning(c.behind(n), c.names.spelling()); name != "" {
		return write(name)
	}
	name := whole(c.behind(n))
	if !c.names.Open || name == "" {
		return write(n.Value)
	}
	return write(name) + "; for a calculation " + inRow(n.Value) + " ..."
}

// behind is the expression from a node on.
func (c *compiler) behind(n ast.Node) []rune {
	return c.source[min(max(0, n.Location().From), len(c.source)):]
}

// fold finds the column that a name in lower case means: the one of that name, else the only one that is so in lower case, for there are
// databases that spell all names in capitals. -1: none.
func fold(columns []record.Column, name string) int {
	found := -1
	for i, col := range columns {
		switch {
		case col.Name == name:
			return i
		case strings.ToLower(col.Name) != name:
		case found >= 0:
			found = len(columns)
		default:
			found = i
		}
	}
	if found == len(columns) {
		return -1
	}
	return found
}

func (c *compiler) column(name string) int {
	return slices.IndexFunc(c.names.Columns, func(col record.Column) bool { return col.Name == name })
}

// rowColumn is any column of the row.
func (c *compiler) rowColumn(n ast.Node, name string) (*part, error) {
	i, typ := c.column(name), Type{Any: true}
	switch {
	case i >= 0:
		typ = Of(c.names.Columns[i])
	case !c.names.Open:
		return nil, c.unknown(n, name)
	}
	c.refer(n, name)
	if !slices.Contains(c.columns, name) {
		c.columns = append(c.columns, name)
	}
	at := c.place(n)
	return &part{typ: typ, column: name, eval: func(s *Scope) (record.Value, error) {
		if v := find(&s.Row, i, name); v != nil {
			return *v, nil
		}
		if s.Row.Loose {
			return null, nil
		}
		return null, at.fail("the row has no column %q", name)
	}}, nil
}

// Column is the value of the column that an expression means by the name; nil: the row has none.
func Column(r *record.Row, name string) *record.Value { return find(r, -1, name) }

// find looks for a column where it is expected and then everywhere.
func find(r *record.Row, expected int, name string) *record.Value {
	if expected < 0 || expected >= len(r.Columns) || r.Columns[expected].Name != name {
		expected = fold(r.Columns, name)
	}
	if expected < 0 || expected >= len(r.Values) {
		return nil
	}
	return &r.Values[expected]
}

func (c *compiler) unknown(n ast.Node, name string) error {
	if strings.EqualFold(name, "null") || name == "None" {
		return c.fault(n, "NULL is written nil", "unknown name %q", name)
	}
	if column := beginning(c.behind(n), c.names.spelling()); column != "" {
		return c.fault(n, write(column), "unknown name %q", name)
	}
	var known []string
	for _, b := range slices.Concat(c.names.Vars, c.names.Into) {
		known = append(known, b.Name)
	}
	for _, col := range c.names.Columns {
		known = append(known, Spelled(col.Name))
	}
	return c.fault(n, meant(name, append(known, "seq", "feed")), "unknown name %q", name)
}
