package config

// Closest returns the candidate with the fewest edits from the word, if so few that it is likely meant.
func Closest(word string, candidates []string) (string, bool) {
	best, fewest := "", len(word)/3+1
	for _, c := range candidates {
		if n := Edits(word, c); n <= fewest && (best == "" || n < fewest) {
			best, fewest = c, n
		}
	}
	return best, best != ""
}

// Edits counts the characters to insert, delete, replace or swap with their neighbour.
func Edits(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(last[j]+1, row[j-1]+1, change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
