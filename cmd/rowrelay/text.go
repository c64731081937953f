package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// printable keeps a terminal safe from what a row, a broker or a file may hold: line breaks become
// spaces, other characters without a shape (control codes, direction marks) become \u escapes.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n', r == '\r', r == '\t':
			b.WriteByte(' ')
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\u%04X`, r)
		}
	}
	return b.String()
}

// span is a length of time for people, with as much detail as matters: 0.4s, 42s, 6m02s, 5h03m, 3d4h.
func span(d time.Duration) string {
	switch d = max(d, 0); {
	case d < 9950*time.Millisecond:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + "s"
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%dd%dh", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
}

// ago is how long before now something happened, in one unit: 1s ago, 6m ago; "-" for never.
func ago(now, then time.Time) string {
	if then.IsZero() {
		return "-"
	}
	switch d := max(now.Sub(then), 0); {
	case d < time.Minute:
		return fmt.Sprintf("%ds ago", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm ago", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh ago", d/time.Hour)
	default:
		return fmt.Sprintf("%dd ago", d/(24*time.Hour))
	}
}

// clock is a moment as now's reader would say it: the time of today, else with its date.
func clock(now, then time.Time) string {
	then = then.In(now.Location())
	if now.Format(time.DateOnly) == then.Format(time.DateOnly) {
		return then.Format(time.TimeOnly)
	}
	return then.Format(time.DateTime)
}

// thousands writes a count with separators: 12,000.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// rows is a count with its noun.
func rows(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return thousands(n) + " rows"
}

// clause is a sentence, a broker's for example, after which the line goes on: without its full stop.
func clause(s string) string {
	s = strings.TrimRight(s, " \n")
	if strings.HasSuffix(s, "..") { // an ellipsis
		return s
	}
	return strings.TrimSuffix(s, ".")
}

// cut shortens s to at most n characters, the last of them an ellipsis.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
