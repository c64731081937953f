package actors

import (
	"fmt"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
)

// SameSource refuses a source that is not the one a feed's position was read from: a CONFIG stop for
// another table, query or sequence in the file, SOURCE_WENT_BACK for another server. An unknown server
// on either side proves nothing.
func SameSource(feed string, was, is source.Identity) error {
	if was.Relation != is.Relation || was.Sequence != is.Sequence {
		return &record.Stop{
			Code:   record.ConfigInvalid,
			Text:   fmt.Sprintf("feed %s was begun on %s by %s, and the file now names %s by %s", feed, was.Relation, was.Sequence, is.Relation, is.Sequence),
			Remedy: "give the feed another name: a new name is a new position",
		}
	}
	if was.Server != is.Server && was.Server != "" && is.Server != "" {
		return &record.Stop{
			Code:   record.SourceWentBack,
			Text:   fmt.Sprintf("feed %s was read from server %s, and this is server %s: its numbers may be others", feed, was.Server, is.Server),
			Remedy: "connect to the old server, or give the feed another name: a new name is a new position",
		}
	}
	return nil
}
