package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rowrelay/rowrelay/record"
)

const (
	oncePatience = time.Minute // how long --once waits for a source, store or broker that is away
	onceLook     = 200 * time.Millisecond
)

// untilEmpty returns when the sources are empty and no row is NEW: nil, or a problem if a row ended
// FAILED, a feed stopped, or something stayed away.
func (s *service) untilEmpty(ctx context.Context) error {
	tick := time.NewTicker(onceLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := s.hopeless(); err != nil {
			return err
		}
		if s.empty(ctx) {
			return s.onceVerdict()
		}
	}
}

// hopeless tells what --once will not wait for any longer.
func (s *service) hopeless() error {
	state := s.board.State()
	for name, f := range state.Feeds {
		if f.State == record.Stopped {
			return &problem{exitNo, fmt.Sprintf("feed %s stopped: %s %s", name, f.Code, f.Text), "rowrelay status " + name}
		}
	}
	for name, c := range state.Connections {
		if !c.Up && c.Code != "" && time.Since(c.Since) > oncePatience {
			return stayedAway(name, c)
		}
	}
	return nil
}

func stayedAway(name string, c record.ConnectionState) *record.Outage {
	return &record.Outage{Code: c.Code, Connection: name, Err: errors.New(clause(c.Text) + "; waited " + oncePatience.String())}
}

func (s *service) empty(ctx context.Context) bool {
	for _, f := range s.daemon.Feeds {
		if !s.board.Drained(f.Name) {
			return false
		}
	}
	o, err := s.store.Overview(ctx)
	if err != nil {
		return false // the daemon says so
	}
	carried := map[string]bool{}
	for _, f := range s.daemon.Feeds {
		carried[f.Name] = true
	}
	for _, f := range o.Feeds {
		if carried[f.Feed] && f.New > 0 {
			return false
		}
	}
	return true
}

func (s *service) onceVerdict() error {
	if n := s.board.FailedRows(); n > 0 {
		return &problem{exitNo, fmt.Sprintf("%d rows failed in this run", n), "rowrelay failed"}
	}
	return nil
}
