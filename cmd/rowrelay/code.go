package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// knowCode refuses a --code that no row can have: selecting nothing would look like good news. A
// code that only the store knows is a newer version's, and good.
func (s selection) knowCode(ctx context.Context, st store.Store) error {
	code := record.Code(s.Code)
	if _, ok := rowRemedies[code]; ok || code == "" {
		return nil
	}
	groups, err := st.FailedGroups(ctx, store.Filter{Code: code})
	if err != nil {
		return fmt.Errorf("read the store: %w", err)
	}
	if len(groups) > 0 {
		return nil
	}
	return &problem{exitUsage, fmt.Sprintf("there is no code %q of a row", code), codeMeant(s.Code)}
}

// codeMeant suggests a code, also for its beginning alone, and lists them all.
func codeMeant(word string) string {
	var codes []string
	for _, code := range slices.Sorted(maps.Keys(rowRemedies)) {
		codes = append(codes, string(code))
	}
	if meant, near := nearestCode(word, codes); near {
		return fmt.Sprintf("did you mean %s? Known are %s", meant, strings.Join(codes, ", "))
	}
	return "known are " + strings.Join(codes, ", ")
}

// nearestCode is the code that a word begins, or else comes close to.
func nearestCode(word string, codes []string) (string, bool) {
	word = strings.ToUpper(word)
	if i := slices.IndexFunc(codes, func(c string) bool { return strings.HasPrefix(c, word) }); i >= 0 && word != "" {
		return codes[i], true
	}
	return config.Closest(word, codes)
}
