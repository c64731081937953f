package message

import (
	"strings"
	"time"

	"github.com/rowrelay/rowrelay/record"
)

// dateTime is written in the message's zone, never without one. A text without a zone, and a date, which begins at
// midnight, are taken to be of that zone already.
func dateTime(f *format, v record.Value) (string, *fault) {
	if v.Kind == record.DateTime && f.zone == time.UTC && !isUnbounded(v.Text) {
		return v.Text, nil // as the source has written it
	}
	m, bad := f.moment(v, "dateTime")
	if bad != nil {
		return "", bad
	}
	return m.in(f.zone).String(), nil
}

// date is the day in the message's zone if the value says a moment, and otherwise the day that it is.
func date(f *format, v record.Value) (string, *fault) {
	m, bad := f.moment(v, "date")
	if bad != nil {
		return "", bad
	}
	if m.dateOnly {
		return trim(v.Text), nil
	}
	if m.zone == nil {
		return m.date(), nil
	}
	return m.in(f.zone).date(), nil
}

func (f *format) moment(v record.Value, typ string) (moment, *fault) {
	if v.Kind != record.Text && isUnbounded(v.Text) {
		return moment{}, refuse(record.XMLType, "%s is no value of an XML %s", v.Text, typ)
	}
	m, ok := parseMoment(trim(v.Text))
	if !ok {
		return m, noValue(typ)
	}
	return m, nil
}

// timeOfDay leaves a time as it is, with its zone where it has one.
func timeOfDay(_ *format, v record.Value) (string, *fault) {
	s := trim(v.Text)
	if _, ok := parseMoment("2000-01-01T" + s); !ok || strings.ContainsAny(s, "T") {
		return "", noValue("time")
	}
	return s, nil
}

// duration reads XSD's form, and PostgreSQL's of an interval that is negative throughout, P-1Y-2M.
func duration(_ *format, v record.Value) (string, *fault) {
	s := trim(v.Text)
	if strings.HasPrefix(s, "P") && strings.Contains(s, "-") {
		s = "-" + strings.ReplaceAll(s, "-", "")
		if strings.Count(v.Text, "-") != countParts(s) {
			return "", refuse(record.XMLType, "the parts of the interval have different signs, which an XML duration cannot have")
		}
	}
	if !isDuration(strings.TrimPrefix(s, "-")) {
		return "", noValue("duration")
	}
	return s, nil
}

func countParts(s string) int {
	n := 0
	for i := range len(s) {
		if strings.IndexByte("YMDHS", s[i]) >= 0 {
			n++
		}
	}
	return n
}

// isDuration: P, then numbers with Y, M and D in this order, then T with H, M and S; at least one number after each.
func isDuration(s string) bool {
	s, begun := strings.CutPrefix(s, "P")
	day, clock, timed := strings.Cut(s, "T")
	if !begun || timed && clock == "" || day+clock == "" {
		return false
	}
	return parts(day, "YMD", "") && parts(clock, "HMS", "S")
}

// parts reads numbers that are each followed by the next of the letters; those of broken may have a fraction.
func parts(s, letters, broken string) bool {
	for s != "" {
		end := strings.IndexAny(s, letters)
		if end < 1 {
			return false
		}
		whole, fraction, point := strings.Cut(s[:end], ".")
		if !isDigits(whole) || whole == "" || point && (fraction == "" || !isDigits(fraction) || !strings.Contains(broken, s[end:end+1])) {
			return false
		}
		letters = letters[strings.IndexByte(letters, s[end])+1:]
		s = s[end+1:]
	}
	return true
}
