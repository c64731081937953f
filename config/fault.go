package config

import "strconv"

// fault is what is wrong with one value, before it is known where the value stands.
type fault struct {
	value  string // as written or filled in; shown only where it is no secret
	why    string // goes on after the value: "has no unit"
	remedy string
}

func (f *fault) Error() string { return quote(f.value) + " " + f.why }

// quote shows a value on one line and not at great length.
func quote(s string) string {
	const enough = 60
	if r := []rune(s); len(r) > enough {
		s = string(r[:enough]) + "…"
	}
	return strconv.Quote(s)
}
