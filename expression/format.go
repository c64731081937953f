package expression

import (
	"time"

	"github.com/expr-lang/expr/ast"

	"github.com/rowrelay/rowrelay/record"
)

// format is fmt(t, "yyyy-MM-dd") and fmt(t, pattern, "Europe/Berlin"). A dateTime is shown in UTC without a zone.
func (c *compiler) format(n ast.Node, args []ast.Node) (*part, error) {
	if err := c.arity(n, "fmt", args, 2, 3); err != nil {
		return nil, err
	}
	p, err := c.compile(args[0])
	if err != nil {
		return nil, err
	}
	if kind, known := p.kind(); known && !isMoment(kind) {
		return nil, c.fault(args[0], "name a column that holds one", "%s is %s; fmt wants a date, a dateTime or a time", p.called("this"), word(kind))
	}
	layout, err := c.pattern(args[1])
	if err != nil {
		return nil, err
	}
	if layout.zone, err = c.zone(args[2:]); err != nil {
		return nil, err
	}
	if kind, known := p.kind(); known {
		if why := layout.unfit(kind); why != "" {
			return nil, c.fault(args[1], "leave out the letters that it has nothing for", "%s", why)
		}
	}
	at := c.place(n)
	return build(Type{Kind: record.Text}, func(s *Scope) (record.Value, error) {
		v, err := p.eval(s)
		if err != nil || v.Null {
			return null, err
		}
		text, why := layout.write(v)
		if why != "" {
			return null, at.fail("%s", why)
		}
		return record.Value{Kind: record.Text, Text: text}, nil
	}, p)
}

func (c *compiler) pattern(n ast.Node) (*layout, error) {
	pattern, ok := n.(*ast.StringNode)
	if !ok {
		return nil, c.fault(n, `write it in quotes: fmt(t, "yyyy-MM-dd")`, "the pattern is a literal text")
	}
	l, why := newLayout(pattern.Value)
	if why != "" {
		return nil, c.fault(n, "letters are y M d D H h m s S a E X x Z z VV; other text stands in '...'", "%s", why)
	}
	return l, nil
}

func (c *compiler) zone(args []ast.Node) (*time.Location, error) {
	if len(args) == 0 {
		return nil, nil
	}
	name, ok := args[0].(*ast.StringNode)
	if !ok {
		return nil, c.fault(args[0], `write it in quotes: fmt(t, "HH:mm", "Europe/Berlin")`, "the zone is a literal text")
	}
	zone, err := time.LoadLocation(name.Value)
	if err != nil || name.Value == "" || name.Value == "Local" {
		return nil, c.fault(args[0], `write a name like "Europe/Berlin"`, "%q is no time zone", name.Value)
	}
	return zone, nil
}

// unfit says why the pattern is not for a kind, or "".
func (l *layout) unfit(kind record.Kind) string {
	switch {
	case kind == record.Date && (l.needs&(ofClock|ofZone) != 0):
		return "a date has no hours and no zone"
	case kind == record.Time && l.needs&(ofDate|ofName) != 0:
		return "a time has no date and no named zone"
	case kind != record.DateTime && l.zone != nil:
		return "only a dateTime is shown in a zone"
	}
	return ""
}

// write formats a value, or says why it cannot.
func (l *layout) write(v record.Value) (text, why string) {
	if !isMoment(v.Kind) {
		return "", "fmt wants a date, a dateTime or a time, and has " + word(v.Kind)
	}
	if why := l.unfit(v.Kind); why != "" {
		return "", why
	}
	t, ok := readInstant(v.Text)
	if v.Kind == record.Time {
		c, isClock := readClock(v.Text)
		if l.needs&ofZone != 0 && !c.zoned {
			return "", "the time has no zone"
		}
		t, ok = c.time(), isClock
	}
	if !ok {
		return "", "fmt: " + word(v.Kind) + " that is infinite has no digits"
	}
	if l.zone != nil {
		t = t.In(l.zone)
	}
	return l.format(t), ""
}

// time puts the time of day on some day, in its own zone.
func (c clock) time() time.Time {
	zone := time.UTC
	if c.offset != 0 {
		zone = time.FixedZone("", c.offset)
	}
	return time.Date(2000, 1, 1, 0, 0, c.seconds, int(c.nanoseconds()), zone)
}
