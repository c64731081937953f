package message

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// moment is a date with a time, or a date alone, as XSD writes them. The fraction is kept digit for digit.
type moment struct {
	wall     time.Time      // what the fields say, as if in UTC; midnight of a date alone
	fraction string         // of the second: "" or .12
	zone     *time.Location // as parsed; nil: none was written
	offset   int            // in seconds, once in has moved it
	dateOnly bool
}

// parseMoment reads 2026-09-01T12:03:07.12+02:00 and 2026-09-01. The zone is nil where there is none.
func parseMoment(s string) (m moment, ok bool) {
	year, s, ok := cutYear(s)
	if !ok || len(s) < len("-01-02") {
		return m, false
	}
	month, day := s[:len("-01-02")], s[len("-01-02"):]
	clock := "T00:00:00"
	if m.dateOnly = !strings.HasPrefix(day, "T"); !m.dateOnly {
		if len(day) < len(clock) {
			return m, false
		}
		clock, day = day[:len(clock)], day[len(clock):]
		m.fraction, day = cutFraction(day)
	}
	if m.zone, ok = parseZone(day); !ok {
		return m, false
	}
	m.wall, ok = parseFields(year, month, clock, m.fraction)
	return m, ok
}

// parseFields reads the calendar. 24:00:00 is the next day's midnight.
func parseFields(year int, month, clock, fraction string) (time.Time, bool) {
	late := clock == "T24:00:00" && strings.Trim(fraction, ".0") == ""
	if late {
		clock = "T00:00:00"
	}
	t, err := time.Parse("2006-01-02T15:04:05", "2000"+month+clock) // 2000 is a leap year
	if err != nil {
		return t, false
	}
	moved := time.Date(year, t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	if moved.Day() != t.Day() {
		return t, false // February 29th of another year
	}
	if late {
		moved = moved.AddDate(0, 0, 1)
	}
	return moved, true
}

// cutYear reads the year as Go counts it: XSD 1.0 has no year 0, so that -0001 is Go's 0.
func cutYear(s string) (year int, rest string, ok bool) {
	digits, bc := strings.CutPrefix(s, "-")
	n := strings.IndexByte(digits, '-')
	if n < 4 || n > 9 || !isDigits(digits[:n]) || n > 4 && digits[0] == '0' {
		return 0, "", false
	}
	year, _ = strconv.Atoi(digits[:n])
	if year == 0 {
		return 0, "", false
	}
	if bc {
		year = 1 - year
	}
	return year, digits[n:], true
}

func cutFraction(s string) (fraction, rest string) {
	if !strings.HasPrefix(s, ".") {
		return "", s
	}
	n := 1
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	if n == 1 {
		return "", s // a point alone, which no zone begins with
	}
	return s[:n], s[n:]
}

// parseZone reads Z, +02:00 or nothing.
func parseZone(s string) (*time.Location, bool) {
	switch s {
	case "":
		return nil, true
	case "Z":
		return time.UTC, true
	}
	t, err := time.Parse("-07:00", s)
	_, offset := t.Zone()
	if err != nil || max(offset, -offset) > 14*3600 || s[4] > '5' { // Go takes an hour of 60 minutes
		return nil, false
	}
	return time.FixedZone("", offset), true
}

// in is the same moment as zone's clocks show it; without a zone of its own it is one of zone's already.
func (m moment) in(zone *time.Location) moment {
	from := m.zone
	if from == nil {
		from = zone
	}
	t := time.Date(m.wall.Year(), m.wall.Month(), m.wall.Day(), m.wall.Hour(), m.wall.Minute(), m.wall.Second(), 0, from).In(zone)
	_, offset := t.Zone()
	offset -= offset % 60 // before there were time zones, offsets had seconds, which XSD has not
	if max(offset, -offset) > 14*3600 {
		offset = 0 // nor has it those of Manila and Alaska before they changed sides of the date line
	}
	t = t.In(time.FixedZone("", offset))
	m.offset = offset
	m.wall = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	return m
}

func (m moment) date() string {
	year, sign := m.wall.Year(), ""
	if year <= 0 {
		year, sign = 1-year, "-"
	}
	return fmt.Sprintf("%s%04d-%s", sign, year, m.wall.Format("01-02"))
}

// String is the date and the time with the zone that in has moved it to.
func (m moment) String() string {
	s := m.date() + m.wall.Format("T15:04:05") + m.fraction
	if m.offset == 0 {
		return s + "Z"
	}
	sign, minutes := '+', m.offset/60
	if minutes < 0 {
		sign, minutes = '-', -minutes
	}
	return fmt.Sprintf("%s%c%02d:%02d", s, sign, minutes/60, minutes%60)
}
