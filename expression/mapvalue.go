package expression

import (
	"github.com/expr-lang/expr/ast"

	"github.com/rowrelay/rowrelay/record"
)

// mapvalue looks a text, integer or boolean up among literal keys. What is no key, NULL too, gives the third
// argument, or NULL: as SQL's CASE x WHEN ... ELSE ... does.
func (c *compiler) mapvalue(n ast.Node, args []ast.Node) (*part, error) {
	if err := c.arity(n, "mapvalue", args, 2, 3); err != nil {
		return nil, err
	}
	table, ok := args[1].(*ast.MapNode)
	if !ok {
		return nil, c.fault(args[1], `write {"A": "1", "B": "2"}`, "the second argument of mapvalue is a table")
	}
	x, err := c.compile(args[0])
	if err != nil {
		return nil, err
	}
	if kind, known := x.kind(); known && !isKey(kind) {
		return nil, c.fault(args[0], "", "%s is %s, which is not for mapvalue", x.called("this"), word(kind))
	}
	keys, nodes, err := c.table(table)
	if err != nil {
		return nil, err
	}
	parts, err := c.compileAll(append(nodes, args[2:]...)...)
	if err != nil {
		return nil, err
	}
	typ, evals, err := c.unite(n, parts)
	if err != nil {
		return nil, err
	}
	return build(typ, pick(c.place(n), x, keys, evals), append(parts, x)...)
}

func isKey(k record.Kind) bool {
	return k == record.Text || k == record.Integer || k == record.Boolean
}

// pick chooses one of evals; the one after all keys' is the default.
func pick(at place, x *part, keys map[string]int, evals []evaluator) evaluator {
	return func(s *Scope) (record.Value, error) {
		v, err := x.eval(s)
		if err != nil {
			return null, err
		}
		if !v.Null && !isKey(v.Kind) {
			return null, at.fail("%s is %s, which is not for mapvalue", x.called("this"), word(v.Kind))
		}
		i, found := keys[v.Text]
		if v.Null || !found {
			i = len(keys)
		}
		if i == len(evals) {
			return null, nil
		}
		return evals[i](s)
	}
}

// table gives where each key's value is among the values.
func (c *compiler) table(n *ast.MapNode) (keys map[string]int, values []ast.Node, err error) {
	keys = make(map[string]int, len(n.Pairs))
	for i, node := range n.Pairs {
		pair, ok := node.(*ast.PairNode)
		if !ok {
			return nil, nil, c.fault(n, "", "the table cannot be read")
		}
		key, ok := pair.Key.(*ast.StringNode)
		if !ok {
			return nil, nil, c.fault(pair.Key, `write it in quotes: {"A": "1"}`, "a key of the table is a literal text")
		}
		if _, twice := keys[key.Value]; twice {
			return nil, nil, c.fault(key, "remove one of the two", "the key %q stands twice", key.Value)
		}
		keys[key.Value] = i
		values = append(values, pair.Value)
	}
	return keys, values, nil
}
