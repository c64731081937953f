package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/rowrelay/rowrelay/actors"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
)

// feeds makes the enabled ones and refuses what a person must mend before anything runs.
func (s *service) feeds(ctx context.Context) ([]*actors.Feed, error) {
	s.columns, s.found = map[string][]record.Column{}, map[string]source.Identity{}
	var feeds []*actors.Feed
	for _, name := range s.file.FeedNames() {
		if len(s.flags.Feed) > 0 && !slices.Contains(s.flags.Feed, name) {
			continue
		}
		if !s.file.Feeds[name].Enabled {
			s.board.SetFeed(name, record.FeedState{State: record.Disabled})
			continue
		}
		f, err := newFeed(s.file, name, s.board)
		if err != nil {
			return nil, err
		}
		s.sources = append(s.sources, f.Source)
		if err := s.preflight(ctx, f); err != nil {
			return nil, err
		}
		feeds = append(feeds, f)
	}
	return feeds, nil
}

// preflight opens the source once: an account that may write or a missing column ends the start. A source that is away is
// waited for later.
func (s *service) preflight(ctx context.Context, f *actors.Feed) error {
	d, err := f.Source.Open(ctx)
	if _, stop := errors.AsType[*record.Stop](err); stop {
		return fmt.Errorf("feed %s: %w", f.Name, err)
	}
	if away, ok := errors.AsType[*record.Outage](err); ok {
		s.board.Down(f.Name+"/dump", away, 0)
	}
	if err != nil {
		return nil // the feed says so and tries again
	}
	s.columns[f.Name] = d.Columns
	s.board.Up(f.Name+"/dump", f.SourceName, d.Server)
	s.log.Info("source", "feed", f.Name, "server", d.Server, "numbers", d.Numbers.Text)
	for _, note := range d.Notes {
		s.log.Warn("source", "feed", f.Name, "note", note)
	}
	if _, err = f.Prepare(ctx, d.Columns); err != nil {
		if _, stop := errors.AsType[*record.Stop](err); stop {
			return fmt.Errorf("feed %s: %w", f.Name, err)
		}
		return nil // a lookup's database is away: the feed waits for it
	}
	s.found[f.Name] = d.Identity
	return nil
}

// sameAsStored refuses a feed whose source is another table than it was begun on. Another server under the same name stops
// that feed alone, later.
func (s *service) sameAsStored(ctx context.Context) error {
	for _, name := range slices.Sorted(maps.Keys(s.found)) {
		p, err := s.store.Position(ctx, name)
		if err != nil {
			continue // a new feed, or the store is away again: the feed deals with both
		}
		err = actors.SameStored(name, p, s.found[name])
		if stop, ok := errors.AsType[*record.Stop](err); ok && stop.Code == record.ConfigInvalid {
			return placed(s.file, err)
		}
	}
	return nil
}
