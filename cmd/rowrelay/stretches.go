package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// stretch is a range of numbers, both ends included, with how many rows it stands for.
type stretch struct {
	Lo   int64 `json:"lo"`
	Hi   int64 `json:"hi"`
	Rows int64 `json:"rows"`
}

// stretches are ranges in rising order.
type stretches []stretch

// stretchesOf makes stretches of numbers that follow one another without a hole.
func stretchesOf(seqs []int64) stretches {
	found := stretches{}
	for _, seq := range seqs {
		n := len(found)
		found = found.add(seq, n > 0 && found[n-1].Hi == seq-1)
	}
	return found
}

// add appends a number, to the last stretch where it joins it.
func (s stretches) add(seq int64, joins bool) stretches {
	if n := len(s); joins {
		s[n-1].Hi = seq
		s[n-1].Rows++
		return s
	}
	return append(s, stretch{seq, seq, 1})
}

func (s stretches) sort() {
	slices.SortFunc(s, func(a, b stretch) int { return cmp.Compare(a.Lo, b.Lo) })
}

// stretchesShown is how many ranges people get to see.
const stretchesShown = 20

// String is for people: 17, 20-25.
func (s stretches) String() string {
	var words []string
	for _, r := range s[:min(len(s), stretchesShown)] {
		words = append(words, r.String())
	}
	text := strings.Join(words, ", ")
	if more := len(s) - stretchesShown; more > 0 {
		text += fmt.Sprintf(" and %s more", counted(more, "range"))
	}
	return text
}

func (r stretch) String() string {
	switch {
	case r.Lo == r.Hi:
		return fmt.Sprint(r.Lo)
	case r.Lo < 0:
		return fmt.Sprintf("%d to %d", r.Lo, r.Hi)
	}
	return fmt.Sprintf("%d-%d", r.Lo, r.Hi)
}
