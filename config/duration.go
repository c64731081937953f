package config

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Duration is a span of time as the file writes it: 500ms, 10s, 5m, 2h, 30d, or several of them
// together (1h30m).
type Duration time.Duration

const day = 24 * time.Hour

var bareNumber = regexp.MustCompile(`^[+-]?[0-9]+([.][0-9]+)?$`)

// UnmarshalText reads a duration; a number without a unit is an error.
func (d *Duration) UnmarshalText(text []byte) error {
	s := string(text)
	if bareNumber.MatchString(s) {
		return &fault{s, "has no unit", "write " + s + "s for seconds; units are ms, s, m, h and d"}
	}
	days, rest := splitDays(s)
	span := time.Duration(days) * day
	if rest != "" || s == "" {
		more, err := time.ParseDuration(rest)
		if err != nil || more < 0 || span+more < span {
			return notDuration(s)
		}
		span += more
	}
	*d = Duration(span)
	return nil
}

// splitDays takes a leading number of days off; more than 100 years is left for ParseDuration to refuse.
func splitDays(s string) (int, string) {
	number, rest, found := strings.Cut(s, "d")
	days, err := strconv.ParseUint(number, 10, 32)
	if !found || err != nil || days > 36500 {
		return 0, s
	}
	return int(days), rest
}

func notDuration(s string) error {
	return &fault{s, "is no duration", "write it as 500ms, 10s, 5m, 2h or 30d"}
}

func (d Duration) String() string {
	span := time.Duration(d)
	days := ""
	if n := span / day; n > 0 {
		days = strconv.FormatInt(int64(n), 10) + "d"
		if span %= day; span == 0 {
			return days
		}
	}
	return days + trimZeros(span.String())
}

// trimZeros turns Go's 1h0m0s into 1h.
func trimZeros(s string) string {
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// MarshalText writes the duration as the file would.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
