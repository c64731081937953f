package expression

import (
	"fmt"
	"strings"
	"time"
)

// need is what a pattern letter shows.
type need uint8

const (
	ofDate need = 1 << iota
	ofClock
	ofZone // as an offset
	ofName // a zone's name
)

// layout is a pattern in Java's letters (java.time.format.DateTimeFormatter), in English.
type layout struct {
	pieces []func(time.Time) string
	needs  need
	zone   *time.Location // nil: the value's own
}

func (l *layout) format(t time.Time) string {
	var b strings.Builder
	for _, piece := range l.pieces {
		b.WriteString(piece(t))
	}
	return b.String()
}

// newLayout reads a pattern, or says why it cannot.
func newLayout(pattern string) (*layout, string) {
	l := &layout{}
	for rest := pattern; rest != ""; {
		var why string
		if rest, why = l.take(rest); why != "" {
			return nil, why
		}
	}
	return l, ""
}

// take reads the first piece: a run of one letter, a quoted text, or a sign that stands for itself.
func (l *layout) take(pattern string) (rest, why string) {
	ch := pattern[0]
	switch {
	case ch == '\'':
		return l.quoted(pattern)
	case strings.IndexByte("[]{}#", ch) >= 0:
		return "", fmt.Sprintf("%q means nothing in a pattern", ch)
	case !isLetter(ch):
		l.text(pattern[:1])
		return pattern[1:], ""
	}
	n := len(pattern) - len(strings.TrimLeft(pattern, pattern[:1]))
	piece, needs := letters(ch, n)
	if piece == nil {
		return "", misread(pattern[:n])
	}
	l.pieces, l.needs = append(l.pieces, piece), l.needs|needs
	return pattern[n:], ""
}

func isLetter(ch byte) bool { return ch|0x20 >= 'a' && ch|0x20 <= 'z' }

func (l *layout) text(s string) {
	l.pieces = append(l.pieces, func(time.Time) string { return s })
}

// quoted reads 'T'. Two quotes are one, inside of quotes too.
func (l *layout) quoted(pattern string) (rest, why string) {
	if strings.HasPrefix(pattern, "''") {
		l.text("'")
		return pattern[2:], ""
	}
	var b strings.Builder
	for i := 1; i < len(pattern); i++ {
		switch {
		case pattern[i] != '\'':
			b.WriteByte(pattern[i])
		case strings.HasPrefix(pattern[i:], "''"):
			b.WriteByte('\'')
			i++
		default:
			l.text(b.String())
			return pattern[i+1:], ""
		}
	}
	return "", "a quote in the pattern is not closed"
}

func misread(run string) string {
	switch run[0] {
	case 'Y':
		return "YYYY is the year that a week belongs to, which is wrong around New Year: write yyyy"
	case 'D':
		return fmt.Sprintf("%q is no part of a pattern: the day of the month is dd, that of the year DDD", run)
	}
	return fmt.Sprintf("%q is no part of a pattern", run)
}
