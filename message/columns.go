package message

import (
	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// columns is the mapping without a field list: one element per column, in column order.
type columns struct {
	format
	names []string // of the elements; nil: the columns are known with each row only
	kinds []record.Kind
}

func newColumns(f format, n expression.Names) *columns {
	c := &columns{format: f}
	if n.Open {
		return c
	}
	c.names = make([]string, len(n.Columns))
	for i, column := range n.Columns {
		c.names[i] = string(appendName(nil, column.Name))
		c.kinds = append(c.kinds, column.Kind)
	}
	return c
}

func (c *columns) render(w *writer, row record.Row, end string) *record.Failure {
	w.buf = append(w.buf, '>')
	before := len(w.buf)
	w.depth++
	for i, v := range row.Values {
		if bad := c.column(w, row.Columns[i].Name, i, v); bad != nil {
			return bad.inColumn(row.Columns[i].Name)
		}
	}
	w.depth--
	if len(w.buf) > before {
		w.line()
	}
	w.raw(end)
	return nil
}

func (c *columns) column(w *writer, name string, i int, v record.Value) *fault {
	rule, bad := c.settle(v)
	if bad != nil || rule == omit {
		return bad
	}
	w.line()
	w.buf = append(w.buf, '<')
	c.tag(w, name, i)
	if rule == null {
		w.raw(isNil, "/>")
		w.nils = true
		return nil
	}
	w.buf = append(w.buf, '>')
	if rule == "" {
		if bad := c.write(w, v); bad != nil {
			return bad
		}
	}
	w.buf = append(w.buf, '<', '/')
	c.tag(w, name, i)
	w.buf = append(w.buf, '>')
	return nil
}

func (c *columns) tag(w *writer, name string, i int) {
	if c.names != nil {
		w.buf = append(w.buf, c.names[i]...)
	} else {
		w.buf = appendName(w.buf, name)
	}
}

func (c *columns) weigh(row record.Row) int {
	n := 0
	for i, v := range row.Values {
		if !v.Null {
			n += 2*len(row.Columns[i].Name) + len("<></>") + weigh(v)
		}
	}
	return n
}
