package main

import (
	"io"
	"log/slog"
)

// newLog writes text on a terminal and JSON elsewhere, unless the file says otherwise. The level may
// be changed while it is used.
func newLog(w io.Writer, format string, level *slog.LevelVar) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if format == "text" || format == "auto" && isTerminal(w) {
		return slog.New(slog.NewTextHandler(w, o))
	}
	o.ReplaceAttr = readable
	return slog.New(slog.NewJSONHandler(w, o))
}

// setLevel takes the file's word; -v and -q win over it.
func (g *globals) setLevel(level *slog.LevelVar, word string) {
	switch {
	case g.Verbose:
		word = "debug"
	case g.Quiet:
		word = "error"
	}
	var l slog.Level
	if err := l.UnmarshalText([]byte(word)); err != nil {
		l = slog.LevelInfo // config has refused it
	}
	level.Set(l)
}

// readable writes durations in JSON as people read them, 1m30s, like the text format does.
func readable(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.StringValue(a.Value.Duration().String())
	}
	return a
}
