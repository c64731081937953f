package expression

import (
	"github.com/expr-lang/expr/ast"

	"github.com/rowrelay/rowrelay/record"
)

// truth evaluates what is to be true, false or NULL.
func (c *compiler) truth(n ast.Node, p *part, user string) (evaluator, error) {
	if !p.is(record.Boolean) {
		remedy := "compare it with something, as in amount > 0"
		if user == "||" && p.is(record.Text) {
			remedy = "texts are joined with +; || is or"
		}
		return nil, c.fault(n, remedy, "%s is %s; %s wants true or false", p.called("this"), p.word(), user)
	}
	at := c.place(n)
	return func(s *Scope) (record.Value, error) {
		v, err := p.eval(s)
		if err == nil && !v.Null && v.Kind != record.Boolean {
			return null, at.fail("%s is %s; %s wants true or false", p.called("this"), word(v.Kind), user)
		}
		return v, err
	}, nil
}

func (c *compiler) not(n *ast.UnaryNode, p *part) (*part, error) {
	eval, err := c.truth(n, p, n.Operator)
	if err != nil {
		return nil, err
	}
	return build(Type{Kind: record.Boolean}, func(s *Scope) (record.Value, error) {
		v, err := eval(s)
		if err != nil || v.Null {
			return null, err
		}
		return boolean(v.Text != yes.Text), nil
	}, p)
}

// junction is SQL's and/or: false decides an and, true an or, whatever the other side is; else NULL wins. The
// right side is not looked at when the left one decides.
func (c *compiler) junction(n *ast.BinaryNode, a, b *part) (*part, error) {
	x, err := c.truth(n, a, n.Operator)
	if err != nil {
		return nil, err
	}
	y, err := c.truth(n, b, n.Operator)
	if err != nil {
		return nil, err
	}
	decisive := boolean(n.Operator == "or" || n.Operator == "||")
	return build(Type{Kind: record.Boolean}, func(s *Scope) (record.Value, error) {
		v, err := x(s)
		if err != nil || !v.Null && v.Text == decisive.Text {
			return v, err
		}
		w, err := y(s)
		if err != nil || w.Null || v.Null && w.Text != decisive.Text {
			return null, err
		}
		return w, nil
	}, a, b)
}

// conditional is a ? b : c. A condition that is NULL takes c, as SQL's CASE does.
func (c *compiler) conditional(n *ast.ConditionalNode) (*part, error) {
	if n.Cond == n.Exp1 {
		return nil, c.fault(n.Exp2, "write ?? or coalesce", "%q is not an operator here", "?:")
	}
	parts, err := c.compileAll(n.Cond, n.Exp1, n.Exp2)
	if err != nil {
		return nil, err
	}
	cond, err := c.truth(n.Cond, parts[0], "? :")
	if err != nil {
		return nil, err
	}
	typ, branches, err := c.unite(n.Exp2, parts[1:])
	if err != nil {
		return nil, err
	}
	return build(typ, func(s *Scope) (record.Value, error) {
		v, err := cond(s)
		if err != nil {
			return null, err
		}
		if !v.Null && v.Text == yes.Text {
			return branches[0](s)
		}
		return branches[1](s)
	}, parts...)
}

// first is ?? and coalesce: the first that is not NULL; those after it are not looked at.
func (c *compiler) first(n ast.Node, parts []*part) (*part, error) {
	typ, evals, err := c.unite(n, parts)
	if err != nil {
		return nil, err
	}
	c.ask(parts[:len(parts)-1]...)
	return build(typ, func(s *Scope) (record.Value, error) {
		for _, eval := range evals {
			if v, err := eval(s); err != nil || !v.Null {
				return v, err
			}
		}
		return null, nil
	}, parts...)
}
