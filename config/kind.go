package config

import (
	"fmt"
	"reflect"
	"regexp"
	"time"
)

// kind is what may be written for a key, beyond the type of its field.
type kind struct {
	name      string         // what the reference calls it; empty: what type, bounds or words say
	low, high int64          // of a number, duration or size; of a list or section, low is how many it has at least
	words     []string       // the only ones
	pattern   *regexp.Regexp // of a text, as broadly as an editor needs it
	keys      *regexp.Regexp // of the user's names in a section
}

var (
	trueFalse = kind{}
	section   = kind{name: "section"}
)

func free(name string) kind                          { return kind{name: name} }
func filled(name string) kind                        { return named(name, somethingText) }
func named(name string, pattern *regexp.Regexp) kind { return kind{name: name, pattern: pattern} }
func list(name string, pattern *regexp.Regexp) kind {
	return kind{name: name, pattern: pattern, low: 1}
}
func sections(name string, keys *regexp.Regexp) kind { return kind{name: name, keys: keys, low: 1} }
func words(words ...string) kind                     { return kind{words: words} }
func number(low, high int64) kind                    { return kind{low: low, high: high} }
func size(low, high Size) kind                       { return kind{low: int64(low), high: int64(high)} }
func duration(low, high time.Duration) kind          { return kind{low: int64(low), high: int64(high)} }
func (k kind) called(name string) kind               { k.name = name; return k }
func (k kind) by(keys *regexp.Regexp) kind           { k.keys = keys; return k }

// What a text looks like; the checks look closer.
var (
	somethingText = regexp.MustCompile(`\S`)
	statementText = regexp.MustCompile(`[^;\s]\s*$`)
	tableText     = regexp.MustCompile(`^[^.]+(\.[^.]+)*$`)
	addressText   = regexp.MustCompile(`^(sqlite:.|(postgres|stomp|stomp\+tls|https?)://[^@/?#]*([/?#]|$))`) // no user, no password
	pathText      = regexp.MustCompile(`^/`)
	rateText      = regexp.MustCompile(`^[0-9.]+/s$`)
	elementText   = regexp.MustCompile(`^[^\s\d.-]\S*$`)
	uriText       = regexp.MustCompile(`^\S+$`)
	locationText  = regexp.MustCompile(`^\s*\S+\s+\S+(\s+\S+\s+\S+)*\s*$`)
	prefixText    = regexp.MustCompile(`^([^\s\d.:-][^\s:]*)?$`)
	propertyText  = regexp.MustCompile(`^[^\s\d.:-][^\s.:-]*$`)
)

// holds tells that an int, float64, Duration or Size is within the bounds.
func (k kind) holds(n any) bool {
	if x, ok := n.(float64); ok {
		return x >= float64(k.low) && x <= float64(k.high)
	}
	x := reflect.ValueOf(n).Int()
	return x >= k.low && x <= k.high
}

// bounds words a range as the file would, for values of a type.
func (k kind) bounds(t reflect.Type) string {
	bound := func(n int64) any { return reflect.ValueOf(n).Convert(t).Interface() }
	return fmt.Sprintf("%v to %v", bound(k.low), bound(k.high))
}
