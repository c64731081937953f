package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// usual tells the default of a key.
func (c *checker) usual(path string) string {
	plain := flatten(&File{
		ShutdownGrace: defaultFile(c.env).ShutdownGrace,
		Log:           defaultFile(c.env).Log,
		Connections:   map[string]Connection{"*": defaultConnection()},
		Feeds:         map[string]Feed{"*": withCache(defaultFeed())},
	})
	path = itemNumber.ReplaceAllString(path, "[0]")
	if parts := strings.SplitN(path, ".", 3); parts[0] == "feeds" || parts[0] == "connections" {
		path = parts[0] + ".*." + parts[2]
	}
	if plain[path] == "" {
		return "docs/config.md says what the key is for"
	}
	return "the default is " + plain[path]
}

var itemNumber = regexp.MustCompile(`\[[0-9]+\]`)

// withCache adds what only a feed with a cache has a default for.
func withCache(f Feed) Feed {
	cache := defaultCache()
	f.Process = []Item{{Lookup: &Lookup{Cache: &cache}}}
	return f
}

func (c *checker) number(path string, n, low, high int) {
	if c.sound(path) && (n < low || n > high) {
		c.wrong(path, fmt.Sprintf("%s must be %d to %d%s", last(path), low, high, c.not(path, n)), c.usual(path))
	}
}

func (c *checker) fraction(path string, x, low, high float64) {
	if c.sound(path) && (x < low || x > high) {
		c.wrong(path, fmt.Sprintf("%s must be %v to %v%s", last(path), low, high, c.not(path, x)), c.usual(path))
	}
}

func (c *checker) span(path string, d Duration, low, high time.Duration) {
	if c.sound(path) && (time.Duration(d) < low || time.Duration(d) > high) {
		c.wrong(path, fmt.Sprintf("%s must be %s to %s%s", last(path), Duration(low), Duration(high), c.not(path, d)), c.usual(path))
	}
}

func (c *checker) size(path string, s, low, high Size) {
	if c.sound(path) && (s < low || s > high) {
		c.wrong(path, fmt.Sprintf("%s must be %s to %s%s", last(path), low, high, c.not(path, s)), c.usual(path))
	}
}

func (c *checker) oneOf(path, value string, words ...string) {
	if c.sound(path) && !slices.Contains(words, value) {
		remedy := c.usual(path)
		if meant, found := likely(value, words); found {
			remedy = `did you mean "` + meant + `"?`
		}
		c.wrong(path, fmt.Sprintf("%s must be one of %s%s", last(path), strings.Join(words, ", "), c.not(path, quote(value))), remedy)
	}
}

// likely is the word in other letters, or the closest one.
func likely(value string, words []string) (string, bool) {
	i := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, value) })
	if i >= 0 {
		return words[i], true
	}
	return closest(value, words)
}

func (c *checker) matches(path, value string, ok func(string) bool, text, remedy string) {
	if c.sound(path) && c.has(path) && !ok(value) {
		c.wrong(path, text, remedy)
	}
}

// printable is a text that fits on one line: not empty, no control characters.
func printable(s string) bool {
	return strings.TrimSpace(s) != "" && !strings.ContainsFunc(s, unicode.IsControl)
}
