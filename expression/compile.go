package expression

import (
	"errors"
	"slices"

	"github.com/expr-lang/expr/ast"

	"github.com/rowrelay/rowrelay/record"
)

// Expr is a compiled expression. It is immutable and safe for concurrent use.
type Expr struct {
	typ        Type
	eval       evaluator
	references []string
	mentions   []place // the first one of each reference
	asked      []string
	columns    []string
}

// evaluator is a compiled node. It gives an *Error, or a value whose lexical form is its kind's.
type evaluator func(*Scope) (record.Value, error)

// Compile checks src against n and compiles it. The error is an *Error.
//
// expr-lang serves as the parser alone: its machine knows neither SQL's NULL nor exact decimals, and computes
// through reflection on Go values. Here each node becomes a closure over record.Value.
func Compile(src string, n Names) (*Expr, error) {
	root, err := parse(src, n.spelling())
	if err != nil {
		return nil, advised(err)
	}
	c := &compiler{source: []rune(src), names: n}
	p, err := c.compile(root)
	if err != nil {
		return nil, advised(err)
	}
	return &Expr{typ: p.typ, eval: p.eval, references: c.references, mentions: c.mentions, asked: c.asked, columns: c.columns}, nil
}

// advised gives an error that knows no remedy of its own the place where the language is explained.
func advised(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Remedy == "" {
		e.Remedy = "operators, functions and how values are written: docs/config.md, Expressions"
	}
	return err
}

// Type is what is known of the result before any row is read. A value's own kind may be another where a database
// types single values, as SQLite does.
func (e *Expr) Type() Type { return e.typ }

// Eval is the value for one row; NULL is a Value with Null. The error is an *Error and names no value.
// A plain column gives the column's Value as it is, which is shared and not to be changed.
func (e *Expr) Eval(s *Scope) (record.Value, error) { return e.eval(s) }

// True says whether the value is true; NULL and false are not. What is no boolean is an error.
func (e *Expr) True(s *Scope) (bool, error) {
	v, err := e.eval(s)
	if err != nil || v.Null {
		return false, err
	}
	if v.Kind != record.Boolean {
		return false, place{1, 1}.fail("the expression gives %s, not true or false", word(v.Kind))
	}
	return v.Text == yes.Text, nil
}

// References are the names that the expression uses: columns as the database spells them, seq, feed, names of
// lookups and of lists. Each comes once, in the order of their first mention.
func (e *Expr) References() []string { return slices.Clone(e.references) }

// Columns are those of the References that are columns of the row.
func (e *Expr) Columns() []string { return slices.Clone(e.columns) }

// Mention is the line and column, from 1, at which the expression first mentions a name; 0, 0 if it does not.
func (e *Expr) Mention(name string) (line, column int) {
	if i := slices.Index(e.references, name); i >= 0 {
		return e.mentions[i].line, e.mentions[i].column
	}
	return 0, 0
}

// AskedForNull are the columns, as the database spells them, that the expression itself asks for NULL: with == nil and != nil, or by
// giving another value with ?? and coalesce.
func (e *Expr) AskedForNull() []string { return slices.Clone(e.asked) }

// part is a compiled node with what its user may want to know of it.
type part struct {
	typ     Type
	eval    evaluator
	fixed   *record.Value // the value, where no row is needed for it
	isNil   bool          // the word nil itself
	column  string        // the row's column, where the part is nothing but one
	spelled string        // as errors call it; empty for what is too long
}

// kind is what is known of the part's kind.
func (p *part) kind() (kind record.Kind, known bool) { return p.typ.Kind, !p.typ.Any }

// is says that the part is, or may turn out to be, of a kind.
func (p *part) is(kind record.Kind) bool { return p.typ.Any || p.typ.Kind == kind }

type compiler struct {
	source     []rune
	names      Names
	references []string
	mentions   []place // the first one of each reference
	asked      []string
	columns    []string
	visited    int
	depth      int
}

// Limits that no sensible expression meets. They count what is compiled, not what is written: the parser repeats
// the middle of a < b < c, and nested such would double with every level.
const (
	maxNodes = 10_000
	maxDepth = 500
)

func (c *compiler) compile(n ast.Node) (*part, error) {
	c.visited++
	c.depth++
	defer func() { c.depth-- }()
	if c.visited > maxNodes || c.depth > maxDepth {
		return nil, c.fault(n, "move a part of it into the database or a lookup", "the expression is too large")
	}
	p, err := c.node(n)
	if err != nil {
		return nil, err
	}
	p.spelled = c.spell(n)
	return p, nil
}

func (c *compiler) compileAll(nodes ...ast.Node) ([]*part, error) {
	parts := make([]*part, len(nodes))
	for i, n := range nodes {
		p, err := c.compile(n)
		if err != nil {
			return nil, err
		}
		parts[i] = p
	}
	return parts, nil
}

func (c *compiler) node(n ast.Node) (*part, error) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return c.identifier(n)
	case *ast.MemberNode:
		return c.member(n)
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ConditionalNode:
		return c.conditional(n)
	case *ast.BuiltinNode:
		return c.call(n, n.Name, n.Arguments)
	case *ast.CallNode:
		return c.callee(n)
	}
	return c.literal(n)
}

// build makes a part of others. Where all of them are fixed it is computed now, so that 1/0 is found before any
// row is read.
func build(typ Type, eval evaluator, from ...*part) (*part, error) {
	for _, p := range from {
		if p.fixed == nil {
			return &part{typ: typ, eval: eval}, nil
		}
	}
	v, err := eval(&Scope{})
	if err != nil {
		return nil, err
	}
	return constant(typ, v), nil
}

func constant(typ Type, v record.Value) *part {
	return &part{typ: typ, fixed: &v, eval: func(*Scope) (record.Value, error) { return v, nil }}
}
