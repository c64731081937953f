package source

import (
	"errors"
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/database"
)

// unquote takes a name written in double quotes as what is between them, any other as it stands.
func unquote(name string) string {
	if len(name) >= 2 && name[0] == '"' && name[len(name)-1] == '"' {
		return strings.ReplaceAll(name[1:len(name)-1], `""`, `"`)
	}
	return name
}

// splitName cuts schema.table at the dots outside double quotes.
func splitName(s string) ([]string, error) {
	var parts []string
	begin, quoted := 0, false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '.' && !quoted:
			parts = append(parts, unquote(s[begin:i]))
			begin = i + 1
		}
	}
	parts = append(parts, unquote(s[begin:]))
	if quoted {
		return nil, errors.New("a double quote is not closed")
	}
	for _, p := range parts {
		if p == "" {
			return nil, errors.New("a part of the name is empty")
		}
	}
	if len(parts) > 2 {
		return nil, errors.New(`it has more parts than schema.table (a dot inside a name needs double quotes: '"a.b"')`)
	}
	return parts, nil
}

func quoteAll(parts []string) string {
	quoted := make([]string, len(parts))
	for i, p := range parts {
		quoted[i] = database.Quote(p)
	}
	return strings.Join(quoted, ".")
}

// nearest returns the candidate that was probably meant, or "".
func nearest(name string, candidates []string) string {
	best, distance := "", max(2, len(name)/3)+1
	for _, c := range candidates {
		if d := edits(strings.ToLower(name), strings.ToLower(c)); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// nearestTable is nearest for schema.table. Without a schema the name alone counts: the schema may be
// all that is missing.
func nearestTable(parts, tables []string) string {
	if len(parts) > 1 {
		return nearest(strings.Join(parts, "."), tables)
	}
	bare := make([]string, len(tables))
	for i, t := range tables {
		bare[i] = t[strings.Index(t, ".")+1:]
	}
	if i := slices.Index(bare, nearest(parts[0], bare)); i >= 0 {
		return tables[i]
	}
	return ""
}

// edits is the Levenshtein distance in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
