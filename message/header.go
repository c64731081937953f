package message

import (
	"encoding/base64"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// Headers are what a row says about its message beside the body. "" is not set.
type Headers struct {
	CorrelationID, Type, ReplyTo, GroupID string
	Properties                            []Header // in the file's order, without those that are NULL
}

// Header is one property of a message, always a text.
type Header struct{ Name, Value string }

// header is one of them, compiled.
type header struct {
	name, label string // of a property, and for people
	path        string // in the file
	expr        *expression.Expr
	literal     string
	colonFree   bool
	zone        *time.Location
}

type headers struct {
	correlationID, typ, replyTo, groupID *header // nil: not set
	properties                           []*header
}

func (h *headers) render(s *expression.Scope) (out Headers, failure *record.Failure) {
	for _, one := range [...]struct {
		from *header
		to   *string
	}{{h.correlationID, &out.CorrelationID}, {h.typ, &out.Type}, {h.replyTo, &out.ReplyTo}, {h.groupID, &out.GroupID}} {
		if one.from == nil {
			continue
		}
		if *one.to, _, failure = one.from.text(s); failure != nil {
			return out, failure
		}
	}
	out.Properties, failure = h.renderProperties(s)
	return out, failure
}

func (h *headers) renderProperties(s *expression.Scope) ([]Header, *record.Failure) {
	if len(h.properties) == 0 {
		return nil, nil
	}
	all := make([]Header, 0, len(h.properties))
	for _, p := range h.properties {
		value, there, failure := p.text(s)
		if failure != nil {
			return nil, failure
		}
		if there {
			all = append(all, Header{p.name, value})
		}
	}
	return all, nil
}

// text is the header's value; there is none where the expression is NULL.
func (h *header) text(s *expression.Scope) (value string, there bool, failure *record.Failure) {
	if h.expr == nil {
		return h.literal, true, nil
	}
	v, err := h.expr.Eval(s)
	if err != nil {
		return "", false, h.fail(record.XMLType, err.Error())
	}
	if v.Null {
		return "", false, nil
	}
	value, bad := h.single(v)
	if bad == nil {
		bad = h.check(value)
	}
	if bad != nil {
		return "", false, h.fail(bad.code, bad.text)
	}
	return value, true, nil
}

func (h *header) fail(code record.Code, text string) *record.Failure {
	failure := record.Fail(code, "%s: %s", h.label, text)
	failure.Path = h.path
	return failure
}

func (h *header) single(v record.Value) (string, *fault) {
	switch v.Kind {
	case record.List, record.Object:
		return "", refuse(record.XMLType, "%s is no single value", kinds[v.Kind])
	case record.Bytes:
		return base64.StdEncoding.EncodeToString([]byte(v.Text)), nil
	}
	return plainText(&format{zone: h.zone}, v)
}

// check refuses what brokers and their clients do not hand on as it is. A header cannot escape what a body can.
func (h *header) check(s string) *fault {
	position := 0
	for i, r := range s {
		position++
		switch {
		case unicode.IsControl(r):
			return refuse(record.XMLInvalidChar, "character %d is %U, a control character, which no header may hold", position, r)
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			return refuse(record.XMLInvalidChar, "character %d is not UTF-8 (byte 0x%02X)", position, s[i])
		case r == ':' && h.colonFree:
			return refuse(record.XMLType, "character %d is a colon, which a correlation id may not hold: over STOMP some clients lose it", position)
		}
	}
	return nil
}
