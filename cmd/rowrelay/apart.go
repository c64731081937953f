package main

import "strings"

// apart cuts what two documents have in common off both ends, to whole elements.
func apart(a, b string) (string, string) {
	x, y := elements(a), elements(b)
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	return surroundings(strings.Join(x, ""), strings.Join(y, ""))
}

// shownOfDifference is how many characters of either side are shown, beforeDifference how many of them in front of what differs.
const (
	shownOfDifference = 300
	beforeDifference  = 60
)

// surroundings cuts two texts to where they begin to differ: their common beginning may be longer than what is shown.
func surroundings(a, b string) (string, string) {
	x, y := []rune(a), []rune(b)
	at := 0
	for at < min(len(x), len(y)) && x[at] == y[at] {
		at++
	}
	if max(len(x), len(y)) <= shownOfDifference || at <= beforeDifference {
		return cut(a, shownOfDifference), cut(b, shownOfDifference)
	}
	from := at - beforeDifference
	return cut("…"+string(x[from:]), shownOfDifference), cut("…"+string(y[from:]), shownOfDifference)
}

// elements splits a document before each start tag, so that a text stands with its element.
func elements(document string) []string {
	var parts []string
	from := 0
	for i := 1; i < len(document); i++ {
		if document[i] == '<' && i+1 < len(document) && document[i+1] != '/' && document[i+1] != '!' {
			parts = append(parts, document[from:i])
			from = i
		}
	}
	return append(parts, document[from:])
}
