package main

import (
	"errors"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"github.com/rowrelay/rowrelay/config"
)

// schemaFile is what editors complete and explain the configuration with; the first line of the configuration names it.
const schemaFile = "rowrelay.schema.json"

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
	s.schema = filepath.Join(filepath.Dir(s.yml), schemaFile)
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
	SchemaFile      string  `json:"schema_file"`
	Feed            string  `json:"feed"`
	Table           string  `json:"table"`
	Sequence        string  `json:"sequence"`
	Start           string  `json:"start"`
	Queue           string  `json:"queue"`
	Broker          string  `json:"broker"`
	RequireReadOnly bool    `json:"require_read_only"`
	Config          string  `json:"config"`
}

// leaf is a file that init writes.
type leaf struct {
	path, text string
	mode       os.FileMode
}

// leaves are the files in their order: what needs another is not there before it.
func (s *setup) leaves() (all []leaf, err error) {
	if secrets := s.a.variables(); len(secrets) > 0 {
		all = append(all, leaf{s.env, envFile(s.a.secrets, secrets), 0o600})
	}
	var text strings.Builder
	if err := newVoice(&text, true).json(config.Schema()); err != nil {
		return nil, err
	}
	old, err := os.ReadFile(s.schema)
	if errors.Is(err, fs.ErrNotExist) {
		all = append(all, leaf{s.schema, text.String(), 0o644})
	}
	s.stale = err == nil && string(old) != text.String() // one that is there serves, but may lack keys
	return append(all, leaf{s.yml, s.a.yaml(), 0o644}), nil
}

// write writes all files, or none.
func (s *setup) write() error {
	if err := os.MkdirAll(filepath.Dir(s.yml), 0o755); err != nil {
		return &problem{exitNo, err.Error(), "name a folder that can be written: --dir DIR"}
	}
	all, err := s.leaves()
	if err != nil {
		return err
	}
	if err := createAll(all); err != nil {
		return err
	}
	return s.tell(all)
}

// createAll is not ended by Ctrl-C: some of the files would keep init from being run again.
func createAll(all []leaf) error {
	late := make(chan os.Signal, 1)
	signal.Notify(late, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(late)
	for i, l := range all {
		if err := create(l.path, l.text, l.mode); err != nil {
			for _, made := range all[:i] {
				_ = os.Remove(made.path)
			}
			return err
		}
	}
	return nil
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
