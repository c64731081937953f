package sqlvalue

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rowrelay/rowrelay/record"
)

// Misfit is a value that is not of the kind that somebody says its column has. Its text has the column's name and no value.
type Misfit struct{ Column, Kind string }

func (m *Misfit) Error() string {
	return fmt.Sprintf("a value of column %q is no %s", m.Column, m.Kind)
}

// As is the column with values of another kind, where the driver cannot tell what they mean: 1 as true, a text as a decimal or a
// time. A nil zone is UTC. Reading a value that has no meaning in that kind is a *Misfit.
func As(c Column, kind record.Kind, zone *time.Location) Column {
	if zone == nil {
		zone = time.UTC
	}
	read, name := c.Read, c.Name
	c.Read = func(src any) (record.Value, error) {
		v, err := read(src)
		if err != nil || v.Kind == kind {
			return v, err
		}
		if v, ok := as(v, kind, zone); ok {
			return v, nil
		}
		return record.Value{}, &Misfit{Column: name, Kind: kindNames[kind]}
	}
	c.Kind, c.Integer, c.Type = kind, kind == record.Integer, "" // the database's type is not that of the new values
	return c
}

// To is a text as a value of a kind, written as As reads it; false where it has no meaning there.
func To(text string, kind record.Kind, zone *time.Location) (record.Value, bool) {
	if zone == nil {
		zone = time.UTC
	}
	return as(record.Value{Text: text}, kind, zone)
}

var kindNames = map[record.Kind]string{
	record.Text: "text", record.Boolean: "bool", record.Integer: "integer", record.Decimal: "decimal", record.Float: "float", record.Bytes: "bytes",
	record.Date: "date", record.DateTime: "date with a time", record.Time: "time", record.Duration: "duration",
}

func as(v record.Value, kind record.Kind, zone *time.Location) (record.Value, bool) {
	if v.Kind == record.List || v.Kind == record.Object {
		return v, false
	}
	if kind == record.Text || kind == record.Bytes {
		return record.Value{Kind: kind, Text: v.Text}, true
	}
	text, ok := strings.TrimSpace(v.Text), false
	switch kind {
	case record.Boolean:
		text, ok = asBoolean(text)
	case record.Integer, record.Decimal:
		text, ok = asNumber(text, kind == record.Integer)
	case record.Float:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return v, false
		}
		v, err = float(strconv.FormatFloat(f, 'g', -1, 64))
		return v, err == nil
	case record.Date, record.DateTime, record.Time:
		text, ok = asMoment(text, kind, zone)
	case record.Duration:
		ok = duration.MatchString(text) && !strings.HasSuffix(text, "P") && !strings.HasSuffix(text, "T")
	}
	return record.Value{Kind: kind, Text: text}, ok
}

// duration is XSD's, whose parts are optional but not all of them.
var duration = regexp.MustCompile(`^-?P(-?\d+Y)?(-?\d+M)?(-?\d+W)?(-?\d+D)?(T(-?\d+H)?(-?\d+M)?(-?\d+(\.\d+)?S)?)?$`)

func asBoolean(text string) (string, bool) {
	switch strings.ToLower(text) {
	case "1", "t", "true":
		return "true", true
	case "0", "f", "false":
		return "false", true
	}
	return "", false
}

var number = regexp.MustCompile(`^[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?$`)

// asNumber writes a number without an exponent, exactly; one that is whole may be an integer.
func asNumber(text string, whole bool) (string, bool) {
	if !number.MatchString(text) {
		return "", false
	}
	if strings.ContainsAny(text, "eE") {
		r, _ := new(big.Rat).SetString(text)
		digits, _ := r.FloatPrec()
		text = r.FloatString(digits)
	}
	text = strings.TrimPrefix(text, "+")
	if before, after, ok := strings.Cut(text, "."); whole && ok {
		return before, strings.Trim(after, "0") == ""
	}
	return text, true
}

var (
	wallTime = regexp.MustCompile(`^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?$`)
	clock    = regexp.MustCompile(`^\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)?$`)
)

// asMoment takes ISO 8601 with a blank or a T; a DateTime without an offset is in zone.
func asMoment(text string, kind record.Kind, zone *time.Location) (string, bool) {
	switch kind {
	case record.Date:
		_, err := time.Parse(time.DateOnly, text)
		return text, err == nil
	case record.Time:
		_, err := time.Parse(time.TimeOnly, text[:min(8, len(text))])
		return text, err == nil && clock.MatchString(text)
	}
	if wallTime.MatchString(text) {
		if len(text) == len("2026-09-01 12:00") {
			text += ":00"
		}
		text = text[:10] + " " + text[11:]
		if _, err := time.Parse(time.DateTime, text); err != nil {
			return "", false
		}
		v, err := timestamp(zone)(text)
		return v.Text, err == nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05Z07:00"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC().Format(time.RFC3339Nano), true
		}
	}
	return "", false
}
