package config

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// opening is a quote or bracket and where it stands; while a file is read its column counts bytes.
type opening struct {
	mark
	what byte
}

// reading goes through a file that is no YAML, as far as is needed to find what was opened and not closed: the parser notices
// that only lines later, at whatever does not fit there.
type reading struct {
	brackets []opening
	quote    opening // that is open; what is 0 for none
	text     int     // 1 + the column of the key whose block text (| or >) goes on below; 0 for none
	start    bool    // a value may begin here
}

var (
	keyLine  = regexp.MustCompile(`^\s*(?:- +)*[\w.-]+:(?:\s|$)`)
	dashes   = regexp.MustCompile(`^\s*(?:- +)*`)
	closesTo = map[byte]byte{'}': '{', ']': '['}
)

// unclosed returns the first quote that swallows a line with a key, or else the bracket, that nothing closes; what is 0 for none.
func unclosed(lines []string) opening {
	o := firstOpen(lines)
	if o.what != 0 {
		o.column = utf8.RuneCountInString(lines[o.line-1][:o.column-1]) + 1
	}
	return o
}

func firstOpen(lines []string) opening {
	r := &reading{}
	for i, line := range lines {
		if r.quote.what != 0 && keyLine.MatchString(line) {
			return r.quote
		}
		if wrong := r.line(i+1, line); wrong.what != 0 {
			return wrong
		}
	}
	if r.quote.what == 0 && len(r.brackets) > 0 {
		return r.brackets[0]
	}
	return r.quote
}

// line reads one line, and returns the bracket that is closed by one of the other kind.
func (r *reading) line(number int, s string) opening {
	body := strings.TrimLeft(s, " ")
	if r.text > 0 && (body == "" || len(s)-len(body) >= r.text) {
		return opening{}
	}
	r.text, r.start = 0, true
	for j := 0; j < len(s); j++ {
		if r.quote.what != 0 {
			h := hiding{quote: r.quote.what}
			end := h.close(s[j:])
			if end < 0 {
				return opening{}
			}
			j, r.quote, r.start = j+end-1, opening{}, false
			continue
		}
		if s[j] == '#' && (j == 0 || s[j-1] == ' ' || s[j-1] == '\t') {
			return opening{}
		}
		if wrong := r.character(opening{mark{number, j + 1}, s[j]}, s, j); wrong.what != 0 {
			return wrong
		}
		if r.text > 0 {
			return opening{}
		}
	}
	return opening{}
}

// character takes one character outside quotes and comments.
func (r *reading) character(c opening, s string, j int) opening {
	flow, before := len(r.brackets) > 0, r.start
	ends := j+1 == len(s) || s[j+1] == ' ' || s[j+1] == '\t'
	switch {
	case c.what == ' ', c.what == '\t':
		return opening{}
	case c.what == ':' && (ends || flow && j > 0 && strings.IndexByte(`"'`, s[j-1]) >= 0), flow && c.what == ',', before && c.what == '-' && ends:
		r.start = true
		return opening{}
	}
	r.start = false
	switch c.what {
	case '"', '\'':
		if before {
			r.quote = c
		}
	case '{', '[':
		if before || flow {
			r.brackets, r.start = append(r.brackets, c), true
		}
	case '}', ']':
		if flow {
			last := r.brackets[len(r.brackets)-1]
			r.brackets = r.brackets[:len(r.brackets)-1]
			if last.what != closesTo[c.what] {
				return last
			}
		}
	case '|', '>':
		if before && !flow {
			r.text = 1 + len(dashes.FindString(s))
		}
	}
	return opening{}
}
