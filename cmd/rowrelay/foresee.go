package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/expression"
)

// foreseen is the first fault that would end a restart with the edited file, as far as the daemon knows
// without asking anybody: the expressions, held against the columns that the feeds were started with.
// It is no reason of its own, for a table may have got another column since.
func (s *service) foreseen(v config.Verdict) string {
	_, restart := config.Compare(v.File, v.Waiting)
	for _, feed := range v.Waiting.FeedNames() {
		columns, known := s.columns[feed]
		if !known || !v.Waiting.Feeds[feed].Enabled || readsOtherwise(feed, restart) {
			continue
		}
		r, err := newRecipe(v.Waiting, feed, false)
		if err != nil {
			continue // expressions alone cannot tell
		}
		found := r.offline(expression.Names{Columns: columns}).Failures()
		_ = r.Close() // nothing was connected
		if len(found) > 0 {
			return fmt.Sprintf("; by the columns that %s was started with: %s", feed, found[0])
		}
	}
	return ""
}

// readsOtherwise tells that the feed would read something else, of which the columns are not known.
func readsOtherwise(feed string, restart []string) bool {
	return slices.ContainsFunc(restart, func(path string) bool {
		return path == "feeds."+feed || strings.HasPrefix(path, "feeds."+feed+".source") || strings.HasPrefix(path, "connections")
	})
}
