package config

import (
	"strconv"
	"strings"
)

// Rate is how often something may happen in a second, as the file writes it: 100/s, 0.5/s. The zero rate is no limit.
type Rate float64

// UnmarshalText reads a rate; a number without its unit is an error.
func (r *Rate) UnmarshalText(text []byte) error {
	t := string(text)
	if bareNumber.MatchString(t) {
		return &fault{t, "has no unit", "write " + t + "/s"}
	}
	number, found := strings.CutSuffix(t, "/s")
	n, err := strconv.ParseFloat(number, 64)
	if !found || err != nil || !(n > 0 && n <= 1e6) {
		return &fault{t, "is no rate", "write it as 50/s, from above 0 to 1000000/s"}
	}
	*r = Rate(n)
	return nil
}

func (r Rate) String() string {
	if r == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(r), 'f', -1, 64) + "/s"
}

// MarshalText writes the rate as the file would.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }
