package config

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// shortest is the length below which a secret is not looked for in other texts: hiding every "a"
// would make them unreadable and tell the secret.
const shortest = 4

// scrub takes secrets out of a text.
func scrub(text string, secrets []string) string {
	for _, s := range secrets {
		if len(s) >= shortest {
			text = strings.ReplaceAll(text, s, masked)
		}
	}
	return text
}

var (
	secretKey = regexp.MustCompile(`(?i)\b(?:[a-z_]*pass?w[a-z_]*|pass|pwd?|passphrase|headers|authorization|[a-z_]*secret[a-z_]*|token)["']?\s*:(?:\s+|$)`)
	looseKey  = regexp.MustCompile(`(?i)(?:^\s*(?:- +)*|[{,]\s*)["']?(?:[a-z_]*pass?w[a-z_]*|pass|pwd?|passphrase|authorization|[a-z_]*secret[a-z_]*|token)["']?` + looseEnd)
	userInfo  = regexp.MustCompile(`://([^\s"']*)@`)
	parameter = regexp.MustCompile(`[?&](?i:[a-z]*password)=([^&\s"']*)`)
	anchored  = regexp.MustCompile(`(?:^|\s)&[^\s,\[\]{}]+\s+([^\s\[{].*)$`) // a secret may be an alias of it
	reference = regexp.MustCompile(`^["']?\$\{(?:[A-Za-z_][A-Za-z0-9_]*|file:[^}"']*|cred:[^}"']*)\}["']?\s*(?:[,}#].*)?$`)
)

// looseEnd stands behind a secret key whose colon, or the blank behind that, is missing, or is something else: another sign, two of them, a blank that is none.
const looseEnd = `\s*(?::|=\s*|[:=]{2,}\s*|\s|[\x{a0}\x{feff}\x{3000}?;\x{ff1a}][\s:=]*)([^\s:=].*)$`

// hide returns line i of the file with its secrets masked, and where the column is then. It works
// on text alone, because a file that is no YAML must keep its secrets too: rather too much is hidden.
func (t *text) hide(i, column int, secrets []string) (string, int) {
	line, spans := t.lines[i], slices.Clone(t.hidden()[i])
	for _, s := range secrets {
		if at := strings.Index(line, s); at >= 0 && len(s) >= shortest {
			spans = append(spans, span{at, at + len(s)})
		}
	}
	return mask(line, spans, column)
}

// secretSpans lists what of each line is secret. A line's secrets depend on all lines above it, so the
// file is read once, not once a complaint.
func secretSpans(lines []string) [][]span {
	var h hiding
	all := make([][]span, len(lines))
	for i, line := range lines {
		all[i] = h.line(line)
	}
	return all
}

// span is a part of a line in bytes.
type span struct{ from, to int }

// hiding reads a file line by line and knows which secret goes on in the next line.
type hiding struct {
	quote byte // that a secret value has opened
	below int  // 1 + the indentation below which everything belongs to a secret key; 0 for none
}

// line returns what of the line is secret.
func (h *hiding) line(s string) []span {
	body := strings.TrimLeft(s, " \t")
	indent := len(s) - len(body)
	if h.quote != 0 {
		h.close(body)
		return []span{{indent, len(s)}}
	}
	if h.below > 0 && (body == "" || indent >= h.below) {
		return []span{{indent, len(s)}}
	}
	if keyLine.MatchString(s) { // another line may be a slip in the middle of the secret
		h.below = 0
	}
	spans := h.values(s, indent)
	for _, shape := range []*regexp.Regexp{looseKey, userInfo, parameter, anchored} {
		for _, m := range shape.FindAllStringSubmatchIndex(s, -1) {
			spans = append(spans, span{m[2], m[3]})
		}
	}
	return spans
}

// values finds what stands behind the secret keys of a line.
func (h *hiding) values(s string, indent int) []span {
	var spans []span
	for from := 0; ; {
		m := secretKey.FindStringIndex(s[from:])
		if m == nil {
			return spans
		}
		from += m[1]
		value := s[from:]
		if reference.MatchString(value) {
			continue
		}
		h.below = indent + 1
		if value != "" && (value[0] == '"' || value[0] == '\'') {
			h.quote = value[0]
			if end := h.close(value[1:]); end >= 0 {
				spans = append(spans, span{from, from + 1 + end})
				from += 1 + end
				continue
			}
		}
		return append(spans, span{from, len(s)})
	}
}

// close looks for the end of the open quotation and returns what is behind it, or -1.
func (h *hiding) close(s string) int {
	for i := 0; i < len(s); i++ {
		switch {
		case h.quote == '"' && s[i] == '\\', h.quote == '\'' && strings.HasPrefix(s[i:], "''"):
			i++
		case s[i] == h.quote:
			h.quote = 0
			return i + 1
		}
	}
	return -1
}

// mask replaces the spans, and moves the column by what the line became shorter or longer before it.
func mask(line string, spans []span, column int) (string, int) {
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	var out strings.Builder
	at, moved := 0, column
	for _, s := range spans {
		s.from = max(s.from, at)
		if s.to <= s.from {
			continue
		}
		out.WriteString(line[at:s.from] + masked)
		start, end := utf8.RuneCountInString(line[:s.from])+1, utf8.RuneCountInString(line[:s.to])+1
		switch {
		case column >= end:
			moved += len(masked) - (end - start)
		case column > start:
			moved -= column - start
		}
		at = s.to
	}
	out.WriteString(line[at:])
	return out.String(), moved
}
