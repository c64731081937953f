package expression

import (
	"fmt"
	"slices"
	"strings"
)

func inRow(name string) string { return fmt.Sprintf("row[%q]", name) }

// Spelled is the expression whose value is the column: its name, or row["..."].
func Spelled(name string) string {
	if isPlain(name) && !isWord(name) {
		return name
	}
	return inRow(name)
}

// isWord says that a column's name means something else when it stands alone.
func isWord(name string) bool {
	switch name {
	case "seq", "feed", "row", "true", "false", "nil", "null", "not", "in", "or", "and", "matches", "contains", "let":
		return true
	}
	return false
}

// maxKnown keeps a list of names readable.
const maxKnown = 30

// meant suggests the nearest of the known names and lists them.
func meant(name string, known []string) string {
	if len(known) == 0 {
		return "there are no names to choose from"
	}
	nearest, best := "", 3
	for _, k := range known {
		bare := strings.TrimSuffix(strings.TrimPrefix(k, `row["`), `"]`)
		if d := distance(strings.ToLower(name), strings.ToLower(bare)); d < best && d < len(bare) {
			nearest, best = k, d
		}
	}
	list := slices.Sorted(slices.Values(known))
	if len(list) > maxKnown {
		list = append(list[:maxKnown], "...")
	}
	if nearest == "" {
		return "known are " + strings.Join(list, ", ")
	}
	return fmt.Sprintf("did you mean %s? Known are %s", nearest, strings.Join(list, ", "))
}

// distance is how many letters are to be changed, or 3 for far more of them.
func distance(a, b string) int {
	if len(a)-len(b) > 2 || len(b)-len(a) > 2 || len(a) > 200 {
		return 3
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
