package main

import (
	"context"
	"time"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/record"
)

// follow takes edits of the file over while rows pass, until ctx ends. All or nothing: a refused edit
// changes nothing.
func (s *service) follow(ctx context.Context) {
	config.Follow(ctx, s.file, config.Watch{
		Path:   s.path,
		Load:   func() (*config.File, config.Complaints) { return read(s.path, config.Run) },
		Hangup: s.hangup,
		Deaf:   s.flags.NoWatch,
		Tell:   s.judged,
	})
}

// beforeARestart is said with an edit that only a restart can take: what only the databases and the
// broker know of it would otherwise end the daemon that carried rows until then.
const beforeARestart = "before a restart: rowrelay check --connect"

func withNext(text, next string) string {
	if next == "" {
		return text
	}
	return text + " → " + next
}

// judged applies one verdict and says it in the log and in `status`.
func (s *service) judged(v config.Verdict) {
	next := ""
	if v.Waiting != nil {
		next = beforeARestart
		v.Refused += s.foreseen(v)
	}
	s.board.SetFile(record.FileState{Path: s.path, Hash: v.File.Hash(), Refused: v.Refused, Next: next, At: time.Now()})
	if v.Refused != "" {
		s.log.Error("reload refused, the old file stays", "file", s.path, "line", v.Line, "err", withNext(v.Refused, next))
		return
	}
	s.setLevel(s.level, v.File.Log.Level)
	for _, f := range s.daemon.Feeds {
		s.daemon.Tune(f.Name, settings(v.File.Feeds[f.Name]))
	}
	changes := make([]string, len(v.Changes))
	for i, c := range v.Changes {
		changes[i] = c.String()
	}
	s.log.Info("configuration reloaded", "file", s.path, "hash", v.File.Hash(), "changes", changes)
}
