package message

import (
	"slices"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

func (c *compiler) compileHeaders(n expression.Names) headers {
	h := headers{
		correlationID: c.header("correlation_id", c.o.CorrelationID, n),
		typ:           c.header("type", c.o.Type, n),
		replyTo:       c.header("reply_to", c.o.ReplyTo, n),
		groupID:       c.header("group_id", c.o.GroupID, n),
	}
	var names []string
	for _, p := range c.o.Properties {
		h.properties = append(h.properties, c.property(p, n, names))
		names = append(names, p.Name)
	}
	return h
}

func (c *compiler) property(p Property, n expression.Names, others []string) *header {
	key := "properties." + p.Name
	if text, remedy := propertyFault(p.Name); text != "" {
		c.wrong(key, text, remedy)
	}
	if slices.Contains(others, p.Name) {
		c.wrong(key, "the property is there twice", "remove one of them")
	}
	h := c.header(key, &p.Source, n)
	h.name, h.label = p.Name, "property "+p.Name
	return h
}

// header compiles one; nil is none.
func (c *compiler) header(key string, s *Source, n expression.Names) *header {
	if s == nil {
		return nil
	}
	h := &header{label: "header " + key, path: join(c.path, key), colonFree: key == "correlation_id", zone: c.o.Zone}
	at := c.at(join(c.path, key))
	switch {
	case (s.From == nil) == (s.Value == nil):
		at.wrong("", "a header has one of from and value, and not both", "from is an expression, value is written as it is")
	case s.From != nil:
		if h.expr = at.expression("from", *s.From, n); h.expr != nil {
			h.checkType(h.expr.Type(), at)
		}
	default:
		h.literal = *s.Value
		if bad := h.check(*s.Value); bad != nil {
			at.wrong("value", bad.text, "correct the value")
		}
	}
	return h
}

func (h *header) checkType(t expression.Type, at complaints) {
	if !t.Any && (t.Kind == record.List || t.Kind == record.Object) {
		at.wrong("from", "it is "+kinds[t.Kind]+", no single value", "name one value")
	}
}
