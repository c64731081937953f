package actors

import (
	"encoding/json"
	"fmt"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/store"
)

// SameStored refuses a source that is not the one a feed's stored position was read from.
func SameStored(feed string, p store.Position, is source.Identity) error {
	was, err := storedIdentity(feed, p)
	if err != nil {
		return err
	}
	return sameSource(feed, was, is)
}

func storedIdentity(feed string, p store.Position) (source.Identity, error) {
	var was source.Identity
	if err := json.Unmarshal(p.Identity, &was); err != nil {
		return was, fmt.Errorf("read the stored source identity of %s: %w", feed, err)
	}
	return was, nil
}

// sameSource answers with a CONFIG stop for another table, query or sequence in the file, SOURCE_WENT_BACK for another server or
// timeline. What is unknown on either side proves nothing.
func sameSource(feed string, was, is source.Identity) error {
	if was.Relation != is.Relation || was.Sequence != is.Sequence {
		return record.Misfit(record.Fault{
			Path:   "feeds." + feed + ".source",
			Text:   fmt.Sprintf("the feed was begun on %s by %s, and the file now names %s by %s", was.Relation, was.Sequence, is.Relation, is.Sequence),
			Remedy: "give the feed another name: a new name is a new position",
		})
	}
	if was.Server != is.Server && was.Server != "" && is.Server != "" {
		return &record.Stop{
			Code: record.SourceWentBack,
			Text: fmt.Sprintf("feed %s was read from server %s, and this is server %s: its numbers may be others", feed, was.Server, is.Server),
			Remedy: "if the address is wrong, correct it; else find the last number that is still the row that was sent, then\n" +
				"rowrelay rewind " + feed + " --to N --resend completed --reason ...   (or give the feed another name)",
		}
	}
	if was.Timeline != is.Timeline && was.Timeline != 0 && is.Timeline != 0 {
		return &record.Stop{
			Code: record.SourceWentBack,
			Text: fmt.Sprintf("the source of feed %s was on timeline %d and is on %d: a standby was promoted, or a backup restored, and the last rows may be others",
				feed, was.Timeline, is.Timeline),
			Remedy: "rowrelay rewind " + feed + " --to N --resend completed --reason ...\n" +
				"N is the number that was read last if nothing is missing there (a planned switch-over), else the last one that is still the row that was sent",
		}
	}
	return nil
}
