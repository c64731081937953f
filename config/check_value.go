package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// usual tells the default of a key.
func (c *checker) usual(path string) string {
	if e, _ := entryOf(path); e.usual() != "" {
		return "the default is " + e.usual()
	}
	return "docs/config.md says what the key is for"
}

// number checks one that the reference gives bounds: an int, a float64, a Duration or a Size.
func (c *checker) number(path string, n any) {
	if e, known := entryOf(path); known {
		c.within(path, n, e.kind)
	}
}

func (c *checker) within(path string, n any, k kind) {
	if c.sound(path) && !k.holds(n) {
		c.wrong(path, last(path)+" must be "+k.bounds(reflect.TypeOf(n))+c.not(path, n), c.usual(path))
	}
}

// oneOf checks a word that the reference lists.
func (c *checker) oneOf(path, value string) {
	if e, known := entryOf(path); known {
		c.word(path, value, e.words)
	}
}

func (c *checker) word(path, value string, words []string) {
	if c.sound(path) && !slices.Contains(words, value) {
		remedy := c.usual(path)
		if meant, found := likely(value, words); found {
			remedy = `did you mean "` + meant + `"?`
		}
		c.wrong(path, fmt.Sprintf("%s must be one of %s%s", last(path), strings.Join(words, ", "), c.not(path, quote(value))), remedy)
	}
}

// likely is the word in other letters, the one that means the same elsewhere, or the closest one.
func likely(value string, words []string) (string, bool) {
	i := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, value) })
	if i >= 0 {
		return words[i], true
	}
	if word, found := sameAs(value, words); found {
		return word, true
	}
	return Closest(value, words)
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
