package sqlvalue

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rowrelay/rowrelay/record"
)

// date reads 2026-09-01, 0044-03-15 BC and the infinities.
func date(text string) (record.Value, error) {
	return record.Value{Kind: record.Date, Text: signYear(text)}, nil
}

// signYear writes a year BC as XSD 1.0 does, which knows no year 0: 1 BC is -0001.
func signYear(text string) string {
	if ad, ok := strings.CutSuffix(text, " BC"); ok {
		return "-" + ad
	}
	return text
}

// timestamptz reads what PostgreSQL writes while TimeZone is UTC: 2026-09-01 12:03:07.12+00.
func timestamptz(text string) (record.Value, error) {
	if isInfinite(text) {
		return record.Value{Kind: record.DateTime, Text: text}, nil
	}
	day, clock, ok := strings.Cut(signYear(text), " ")
	clock, zero := strings.CutSuffix(clock, "+00")
	if !ok || !zero {
		return record.Value{}, fmt.Errorf("%q is no timestamp in UTC", text)
	}
	return record.Value{Kind: record.DateTime, Text: day + "T" + clock + "Z"}, nil
}

// timestamp reads a timestamp without a zone, which means zone.
func timestamp(zone *time.Location) reader {
	return func(text string) (record.Value, error) {
		if isInfinite(text) {
			return record.Value{Kind: record.DateTime, Text: text}, nil
		}
		if zone == time.UTC {
			return timestamptz(withOffset(text))
		}
		wall, fraction, err := parseWall(text)
		if err != nil {
			return record.Value{}, err
		}
		return record.Value{Kind: record.DateTime, Text: writeUTC(earliest(wall, zone), fraction)}, nil
	}
}

func withOffset(text string) string {
	if ad, ok := strings.CutSuffix(text, " BC"); ok {
		return ad + "+00 BC"
	}
	return text + "+00"
}

func isInfinite(text string) bool { return text == "infinity" || text == "-infinity" }

// parseWall reads a clock's reading as if it were UTC. The fraction stays text, with its point.
func parseWall(text string) (wall time.Time, fraction string, err error) {
	ad, bc := strings.CutSuffix(text, " BC")
	whole, fraction, ok := strings.Cut(ad, ".")
	if ok {
		fraction = "." + fraction
	}
	parts := strings.FieldsFunc(whole, func(r rune) bool { return r == '-' || r == ' ' || r == ':' })
	if len(parts) != 6 {
		return wall, "", fmt.Errorf("%q is no timestamp", text)
	}
	var n [6]int
	for i, p := range parts {
		if n[i], err = strconv.Atoi(p); err != nil {
			return wall, "", fmt.Errorf("%q is no timestamp", text)
		}
	}
	if bc {
		n[0] = 1 - n[0]
	}
	return time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, time.UTC), fraction, nil
}

// earliest is the moment at which a clock in zone shows wall. Where it shows it twice, it is the
// first time; where it never does, because it was put forward, wall moves forward with it. (time.Date
// leaves both open.)
func earliest(wall time.Time, zone *time.Location) time.Time {
	at := func(t time.Time) time.Duration {
		_, seconds := t.In(zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	before, after := at(wall.AddDate(0, 0, -1)), at(wall.AddDate(0, 0, 1))
	first, second := wall.Add(-max(before, after)), wall.Add(-min(before, after))
	switch {
	case at(first) == max(before, after):
		return first
	case at(second) == min(before, after):
		return second
	}
	return wall.Add(-before)
}

// writeUTC formats without time.Format, which cannot write years BC as XSD does.
func writeUTC(t time.Time, fraction string) string {
	t = t.UTC()
	year, sign := t.Year(), ""
	if year <= 0 {
		year, sign = 1-year, "-"
	}
	return fmt.Sprintf("%s%04d-%02d-%02dT%02d:%02d:%02d%sZ", sign, year, t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), fraction)
}
