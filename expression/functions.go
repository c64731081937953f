package expression

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"github.com/rowrelay/rowrelay/record"
)

func (c *compiler) callee(n *ast.CallNode) (*part, error) {
	if name, ok := n.Callee.(*ast.IdentifierNode); ok {
		return c.call(n, name.Value, n.Arguments)
	}
	return nil, c.fault(n, "write the value into the brackets: trim(note)", "a function is not called with a point")
}

func (c *compiler) call(n ast.Node, name string, args []ast.Node) (*part, error) {
	switch name {
	case "coalesce":
		return c.coalesce(n, args)
	case "dec":
		return c.onOne(n, name, args, isDecimalSource, record.Decimal, toDecimal)
	case "fmt":
		return c.format(n, args)
	case "len":
		return c.onOne(n, name, args, isCounted, record.Integer, length)
	case "lower":
		return c.onOne(n, name, args, isText, record.Text, onText(strings.ToLower))
	case "mapvalue":
		return c.mapvalue(n, args)
	case "round":
		return c.round(n, args)
	case "trim":
		return c.onOne(n, name, args, isText, record.Text, onText(strings.TrimSpace))
	case "upper":
		return c.onOne(n, name, args, isText, record.Text, onText(strings.ToUpper))
	}
	return nil, c.fault(n, meant(name, functions), "%q is not a function here", name)
}

// arity checks how many arguments there are.
func (c *compiler) arity(n ast.Node, name string, args []ast.Node, least, most int) error {
	if len(args) >= least && len(args) <= most {
		return nil
	}
	want := strconv.Itoa(least)
	if most != least {
		want += " to " + strconv.Itoa(most)
	}
	return c.fault(n, "", "%s has %d arguments and wants %s", name, len(args), want)
}

func (c *compiler) coalesce(n ast.Node, args []ast.Node) (*part, error) {
	if err := c.arity(n, "coalesce", args, 1, maxNodes); err != nil {
		return nil, err
	}
	parts, err := c.compileAll(args...)
	if err != nil {
		return nil, err
	}
	return c.first(n, parts)
}

// onOne is a function of one argument, whose value for NULL is NULL.
func (c *compiler) onOne(n ast.Node, name string, args []ast.Node, takes func(record.Kind) bool,
	gives record.Kind, do func(record.Value) (text, why string)) (*part, error) {
	if err := c.arity(n, name, args, 1, 1); err != nil {
		return nil, err
	}
	p, err := c.compile(args[0])
	if err != nil {
		return nil, err
	}
	if kind, known := p.kind(); known && !takes(kind) {
		return nil, c.fault(args[0], "", "%s is %s, which is not for %s", p.called("this"), word(kind), name)
	}
	at := c.place(n)
	return build(Type{Kind: gives}, func(s *Scope) (record.Value, error) {
		v, err := p.eval(s)
		if err != nil || v.Null {
			return null, err
		}
		if !takes(v.Kind) {
			return null, at.fail("%s is %s, which is not for %s", p.called("this"), word(v.Kind), name)
		}
		text, why := do(v)
		if why != "" {
			return null, at.fail("%s: %s", name, why)
		}
		return record.Value{Kind: gives, Text: text}, nil
	}, p)
}

func isText(k record.Kind) bool          { return k == record.Text }
func isCounted(k record.Kind) bool       { return k == record.Text || k == record.List }
func isDecimalSource(k record.Kind) bool { return k == record.Text || isNumber(k) }

func onText(do func(string) string) func(record.Value) (text, why string) {
	return func(v record.Value) (string, string) { return do(v.Text), "" }
}

// length counts the code points of a text, or the items of a list.
func length(v record.Value) (text, why string) {
	if v.Kind == record.List {
		return strconv.Itoa(len(v.Items)), ""
	}
	return strconv.Itoa(utf8.RuneCountInString(v.Text)), ""
}

// toDecimal keeps all digits that are there. It reads no exponent: 1E9999999 would fill the memory.
func toDecimal(v record.Value) (text, why string) {
	switch v.Kind {
	case record.Decimal:
		return v.Text, ""
	case record.Float:
		return unfold(v.Text)
	}
	n, ok := readNumber(strings.TrimPrefix(v.Text, "+"))
	if !ok || strings.HasPrefix(v.Text, "+-") {
		return "", "the text is no decimal number"
	}
	return n.text(), ""
}

// unfold writes a float's digits without an exponent, at most some three hundred of them.
func unfold(text string) (string, string) {
	f, err := strconv.ParseFloat(text, 64)
	plain := strconv.FormatFloat(f, 'f', -1, 64)
	if n, ok := readNumber(plain); ok && err == nil {
		return n.text(), ""
	}
	return "", "the float is no decimal number"
}
