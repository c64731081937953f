package config

import (
	"math"
	"strconv"
	"strings"
)

// Size is a number of bytes as the file writes it: 512B, 64KiB, 1MiB, 2GiB.
type Size int64

var sizeUnits = []struct {
	name  string
	bytes int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// UnmarshalText reads a size; a number without a unit is an error.
func (s *Size) UnmarshalText(text []byte) error {
	t := string(text)
	if bareNumber.MatchString(t) {
		return &fault{t, "has no unit", "write " + t + "B for bytes; units are B, KiB, MiB and GiB"}
	}
	for _, u := range sizeUnits {
		number, found := strings.CutSuffix(t, u.name)
		if !found {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if err != nil || n < 0 || n > math.MaxInt64/u.bytes {
			break
		}
		*s = Size(n * u.bytes)
		return nil
	}
	return &fault{t, "is no size", "write it as 512B, 64KiB or 1MiB"}
}

func (s Size) String() string {
	for _, u := range sizeUnits {
		if s != 0 && int64(s)%u.bytes == 0 {
			return strconv.FormatInt(int64(s)/u.bytes, 10) + u.name
		}
	}
	return "0B"
}

// MarshalText writes the size as the file would.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
