package expression

import (
	"regexp"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/rowrelay/rowrelay/record"
)

// search is contains, startsWith and endsWith.
func (c *compiler) search(n *ast.BinaryNode, a, b *part) (*part, error) {
	find := strings.Contains
	switch n.Operator {
	case "startsWith":
		find = strings.HasPrefix
	case "endsWith":
		find = strings.HasSuffix
	}
	return c.onTexts(n, a, b, func(x, y string, _ place) (record.Value, error) { return boolean(find(x, y)), nil })
}

// match is true where the RE2 pattern matches anywhere in the text.
func (c *compiler) match(n *ast.BinaryNode, a, b *part) (*part, error) {
	compile := regexp.Compile
	if b.fixed != nil && b.fixed.Kind == record.Text && !b.fixed.Null {
		pattern, err := regexp.Compile(b.fixed.Text)
		if err != nil {
			return nil, c.fault(n.Right, "it is a regular expression as RE2 has it", "%v", err)
		}
		compile = func(string) (*regexp.Regexp, error) { return pattern, nil }
	}
	return c.onTexts(n, a, b, func(x, y string, at place) (record.Value, error) {
		pattern, err := compile(y)
		if err != nil {
			return null, at.fail("the pattern is no regular expression")
		}
		return boolean(pattern.MatchString(x)), nil
	})
}

func (c *compiler) onTexts(n *ast.BinaryNode, a, b *part, do func(x, y string, at place) (record.Value, error)) (*part, error) {
	for _, p := range []*part{a, b} {
		if p.isNil {
			return nil, c.mismatch(n, a, b)
		}
		if !p.is(record.Text) {
			return nil, c.fault(n, "name a column that holds text; fmt(...) writes a date or a time as one", "%s is %s; %s wants text", p.called("this"), p.word(), n.Operator)
		}
	}
	at := c.place(n)
	return build(Type{Kind: record.Boolean}, func(s *Scope) (record.Value, error) {
		x, y, err := both(s, a, b)
		if err != nil || x.Null || y.Null {
			return null, err
		}
		if x.Kind != record.Text || y.Kind != record.Text {
			return null, at.disagree(a.called(left), b.called(right), x.Kind, y.Kind)
		}
		return do(x.Text, y.Text, at)
	}, a, b)
}
