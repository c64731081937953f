package main

import (
	"fmt"
	"os"
	"strings"
)

// tell says what was written, and what to do with it.
func (s *setup) tell(all []leaf) error {
	secrets := len(s.a.variables()) > 0
	if s.g.json() {
		out := initialized{File: s.yml, SchemaFile: s.schema, Feed: s.a.feed, Table: s.a.table, Sequence: s.a.sequence, Start: s.a.start, Queue: s.a.queue,
			Broker: s.a.broker, RequireReadOnly: !s.a.mayWrite, Config: s.a.yaml()}
		if secrets {
			out.EnvFile = &s.env
		}
		return s.g.console.out.json(out)
	}
	if s.a.brokerIsGuess && !s.g.Quiet {
		s.g.console.err.printf("%s is a placeholder: put your broker into connections.%s, with user and password, before rowrelay run\n", s.a.broker, brokerName)
	}
	if s.stale && !s.g.Quiet {
		s.g.console.err.printf("%s was there already and is another version's; for this one: rowrelay schema config > %s\n", s.schema, quote(s.schema))
	}
	s.g.console.out.printf("Wrote %s.  Next: %s\nThen: %s, which tries the broker too\n", s.written(all), s.next(secrets), typed(s.at("check", "--connect")))
	return nil
}

// written names the files, the configuration first.
func (s *setup) written(all []leaf) string {
	text := fmt.Sprintf("%s (%s)", s.yml, counted(strings.Count(s.a.yaml(), "\n"), "line"))
	for _, l := range all {
		switch l.path {
		case s.env:
			text += ", " + l.path + " (passwords, mode 0600)"
		case s.schema:
			text += ", " + l.path + " (for editors)"
		}
	}
	return text
}

// next is a command line that works as it stands: it loads the secrets into the shell.
func (s *setup) next(secrets bool) string {
	preview := []string{"preview", s.a.feed, "--limit", "1"}
	if s.example != nil {
		preview = []string{"preview", s.a.feed, fmt.Sprintf("--seq=%d", *s.example)} // a number may be negative
	}
	preview = s.at(preview...)
	if !secrets {
		return typed(preview)
	}
	env := s.env
	if !strings.Contains(env, "/") { // or a shell would look for it in $PATH
		env = "./" + env
	}
	return "set -a; . " + quote(env) + "; set +a; " + typed(preview)
}

// at adds the file where a command would look elsewhere for it.
func (s *setup) at(args ...string) []string {
	if s.yml == places[0] && os.Getenv("ROWRELAY_CONFIG") == "" {
		return args
	}
	return append(args, "-c", s.yml)
}
