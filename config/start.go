package config

import "strconv"

// Start is where a new feed begins, used once, at its first commit: Mode is first, now or number,
// and At the number above which rows are read. Mode is empty when the file does not say.
type Start struct {
	Mode string
	At   int64
}

// UnmarshalText reads first, now or a whole number.
func (s *Start) UnmarshalText(text []byte) error {
	t := string(text)
	if t == "first" || t == "now" {
		*s = Start{Mode: t}
		return nil
	}
	at, err := strconv.ParseInt(t, 10, 64)
	if err != nil {
		return &fault{t, "is no start", "write first, now or the number above which to read"}
	}
	*s = Start{Mode: "number", At: at}
	return nil
}

func (s Start) String() string {
	if s.Mode == "number" {
		return strconv.FormatInt(s.At, 10)
	}
	return s.Mode
}

// MarshalText writes the start as the file would.
func (s Start) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
