package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// place settles which files are written, and refuses one that is there.
func (s *setup) place() error {
	s.yml = places[0]
	switch {
	case s.Grants:
		return nil
	case s.Dir != "" && s.g.Config != "":
		return &problem{exitUsage, "--dir and -c exclude each other", "name the folder with --dir, or the file with -c"}
	case s.Dir != "":
		s.yml = filepath.Join(s.Dir, s.yml)
	case s.g.Config != "":
		s.yml = s.g.Config
	}
	s.env = strings.TrimSuffix(s.yml, filepath.Ext(s.yml)) + ".env"
	s.a.secrets = filepath.Base(s.env)
	for _, path := range []string{s.yml, s.env} {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return taken(path)
		}
	}
	return nil
}

func taken(path string) error {
	return &problem{exitNo, path + " is there already, and init overwrites nothing", "write elsewhere with --dir DIR or -c FILE; or move " + path + " away; a further feed is added to feeds: by hand"}
}

// initialized is what `init -o json` writes.
type initialized struct {
	File            string  `json:"file"`
	EnvFile         *string `json:"env_file"`
	Feed            string  `json:"feed"`
	Table           string  `json:"table"`
	Sequence        string  `json:"sequence"`
	Start           string  `json:"start"`
	Queue           string  `json:"queue"`
	Broker          string  `json:"broker"`
	RequireReadOnly bool    `json:"require_read_only"`
	Config          string  `json:"config"`
}

// write writes both files, or none. The secrets come first: a file that needs them is not there before them.
func (s *setup) write() error {
	if err := os.MkdirAll(filepath.Dir(s.yml), 0o755); err != nil {
		return &problem{exitNo, err.Error(), "name a folder that can be written: --dir DIR"}
	}
	secrets := s.a.variables()
	if len(secrets) > 0 {
		if err := create(s.env, envFile(s.a.secrets, secrets), 0o600); err != nil {
			return err
		}
	}
	if err := create(s.yml, s.a.yaml(), 0o644); err != nil {
		if len(secrets) > 0 {
			_ = os.Remove(s.env)
		}
		return err
	}
	return s.tell(len(secrets) > 0)
}

// create writes a file that is not there yet; one that cannot be finished is removed.
func create(path, text string, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	switch {
	case errors.Is(err, fs.ErrExist):
		return taken(path)
	case err != nil:
		return &problem{exitNo, err.Error(), "name a folder that can be written: --dir DIR"}
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(path)
	}
	return err
}

// tell says what was written, and what to do with it.
func (s *setup) tell(secrets bool) error {
	if s.g.json() {
		out := initialized{File: s.yml, Feed: s.a.feed, Table: s.a.table, Sequence: s.a.sequence, Start: s.a.start, Queue: s.a.queue,
			Broker: s.a.broker, RequireReadOnly: !s.a.mayWrite, Config: s.a.yaml()}
		if secrets {
			out.EnvFile = &s.env
		}
		return s.g.console.out.json(out)
	}
	if s.a.brokerIsGuess && !s.g.Quiet {
		s.g.console.err.printf("%s is a placeholder: put your broker into connections.%s, with user and password, before rowrelay run\n", s.a.broker, brokerName)
	}
	and := ""
	if secrets {
		and = " and " + s.env + " (passwords, mode 0600)"
	}
	s.g.console.out.printf("Wrote %s (%s)%s.  Next: %s\n", s.yml, counted(strings.Count(s.a.yaml(), "\n"), "line"), and, s.next(secrets))
	return nil
}

// next is a command line that works as it stands: it loads the secrets into the shell.
func (s *setup) next(secrets bool) string {
	preview := []string{"preview", s.a.feed, "--limit", "1"}
	if s.example != nil {
		preview = []string{"preview", s.a.feed, fmt.Sprintf("--seq=%d", *s.example)} // a number may be negative
	}
	if s.yml != places[0] || os.Getenv("ROWRELAY_CONFIG") != "" {
		preview = append(preview, "-c", s.yml)
	}
	if !secrets {
		return typed(preview)
	}
	env := s.env
	if !strings.Contains(env, "/") { // or a shell would look for it in $PATH
		env = "./" + env
	}
	return "set -a; . " + quote(env) + "; set +a; " + typed(preview)
}

// plainValue needs no quotes, neither in a shell nor in systemd's EnvironmentFile.
var plainValue = regexp.MustCompile(`^[A-Za-z0-9_./:@%+,=-]+$`)

// inQuotes escapes what a shell and systemd read alike between double quotes.
var inQuotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", "$", `\$`)

// envFile is read by systemd's EnvironmentFile= and by a shell.
func envFile(name string, secrets []variable) string {
	var b strings.Builder
	b.WriteString("# For systemd: EnvironmentFile=. For a shell: set -a; . ./" + printable(name) + "; set +a\n")
	for _, v := range secrets {
		value := v.value
		if !plainValue.MatchString(value) {
			value = `"` + inQuotes.Replace(value) + `"`
		}
		b.WriteString(v.name + "=" + value + "\n")
	}
	return b.String()
}
