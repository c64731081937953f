package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
)

// The variables by which the file names its secrets; init takes a secret from there too.
const (
	sourcePassword = "ROWRELAY_SOURCE_PASSWORD"
	brokerPassword = "ROWRELAY_BROKER_PASSWORD"
)

// placeholder is where a broker on this machine would listen.
const placeholder = "stomp://localhost:61613"

// knowURL settles where the database is.
func (s *setup) knowURL() error {
	url, err := s.text("--url", "Database, postgres://host:5432/database or sqlite:FILE:", s.URL, "")
	if err != nil {
		return err
	}
	if err := s.takeURL(url); err != nil {
		return &astray{problem: explain(err)}
	}
	return nil
}

// takeURL refuses an address that leads nowhere. One that holds a password is not repeated, not even as what to type.
func (s *setup) takeURL(url string) (err error) {
	if err := s.holdsLogin(url); err != nil {
		return err
	}
	if rest, ok := strings.CutPrefix(url, "postgresql:"); ok {
		url = "postgres:" + rest
	}
	s.URL, s.a.url, s.a.caFile = url, url, ""
	if s.a.isSQLite() {
		s.a.user, s.a.password = "", "" // of a server that was tried before
		return s.knowFile()
	}
	if s.a.caFile, err = authority(url); err != nil {
		return err
	}
	return s.a.faultsSoFar()
}

// authority is what SSL_CERT_FILE names, where certificates are checked: written into the file, it holds for a daemon with another
// environment too.
func authority(url string) (string, error) {
	path := os.Getenv("SSL_CERT_FILE")
	if path == "" || strings.Contains(url, "sslmode=disable") || strings.Contains(url, "sslmode=require") {
		return "", nil
	}
	return filepath.Abs(path)
}

// holdsLogin refuses a URL with a login in it, and one that is none.
func (s *setup) holdsLogin(url string) error {
	db, err := database.Open(database.Options{Name: sourceName, URL: url})
	if err == nil {
		return db.Close()
	}
	next := s.orAsked("write --url postgres://host:5432/database --user NAME, or --url sqlite:FILE; the password is asked for, or comes from $"+sourcePassword,
		"type postgres://host:5432/database or sqlite:FILE; user and password are asked for by themselves")
	if at, err := os.Stat(url); err == nil && !at.IsDir() { // the name of a file alone
		next = s.orAsked("write --url "+quote("sqlite:"+url), "type sqlite:"+url)
	}
	why := strings.TrimPrefix(err.Error(), "connection "+sourceName+": ")
	return &problem{exitUsage, s.orAsked("--url: ", "") + strings.Replace(why, "its url begins", "this begins", 1), next}
}

// knowFile makes a SQLite file's path absolute, for the daemon may run in another folder.
func (s *setup) knowFile() error {
	if s.User != "" || s.PasswordEnv != "" || s.Grants {
		return &problem{exitUsage, "a SQLite file has no accounts: --user, --password-env and --grants are for PostgreSQL", "leave them out; a SQLite source is opened read-only"}
	}
	path := database.Address(database.Options{URL: s.a.url})
	s.a.url = "sqlite:" + path
	if err := s.a.faultsSoFar(); err != nil {
		return err
	}
	switch at, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return &problem{exitAway, "there is no file " + path, s.orAsked("check --url: ", "") + "a path without a leading / begins in the working directory"}
	case err != nil:
		return &problem{exitAway, err.Error(), s.orAsked("check --url", "check the path")}
	case at.IsDir():
		return &problem{exitAway, path + " is a folder", s.orAsked("name the database file in --url", "name the database file")}
	}
	return nil
}

// knowLogin settles the account; one that is known already stays, unless it was refused.
func (s *setup) knowLogin(refused refusal) (err error) {
	switch {
	case s.a.isSQLite() || s.a.user != "":
		return nil
	case refused.user != "":
		return s.askLogin(refused)
	}
	if s.a.user, err = s.text("--user", "User:", s.User, ""); err != nil {
		return err
	}
	s.a.password, err = s.password(s.PasswordEnv, sourcePassword, "--password-env", s.a.user)
	return err
}

// knowBrokerPassword settles the login at the broker, if there is one.
func (s *setup) knowBrokerPassword() (err error) {
	if s.a.brokerUser != "" {
		s.a.brokerPassword, err = s.password("", brokerPassword, "$"+brokerPassword, s.a.brokerUser)
	}
	return err
}

// password comes from the variable that a flag names, or from the usual one, or from a person.
func (s *setup) password(named, usual, how, user string) (string, error) {
	if value, ok := os.LookupEnv(cmp.Or(named, usual)); ok {
		return value, nil
	}
	switch {
	case named != "":
		return "", &problem{exitUsage, "--password-env: the variable " + named + " is not set", "export it in this shell, or leave the flag out to be asked"}
	case !s.g.console.asking:
		return "", &problem{exitUsage, how + " is missing, and nobody can be asked here: this is no terminal",
			"let the environment hold the password of " + user + " as " + usual + " (empty: it has none)"}
	}
	return s.typedPassword(user, usual, "it has none")
}

// typedPassword says what an empty answer means.
func (s *setup) typedPassword(user, usual, empty string) (string, error) {
	answer, err := s.g.console.secret("Password of " + printable(user) + " (empty: " + empty + "): ")
	if err != nil {
		return "", &problem{exitNo, "no password was typed; nothing was written", "let the environment hold it as " + usual}
	}
	return answer, nil
}

// connect logs in, read-only.
func (s *setup) connect(ctx context.Context) error {
	db, err := database.Open(database.Options{Name: sourceName, URL: s.a.url, User: s.a.user, Password: s.a.password,
		TLS: database.TLS{CAFile: s.a.caFile}, ReadOnly: true})
	if err != nil {
		return err
	}
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		o, ok := errors.AsType[*record.Outage](database.Trouble(sourceName, err))
		return &astray{explain(s.away(err)), ok && o.Code == record.ConnAuth}
	}
	s.db = db
	return nil
}

// away tells why the database does not answer as it should, with the flag or the answer to change.
func (s *setup) away(err error) error {
	o, ok := errors.AsType[*record.Outage](database.Trouble(sourceName, err))
	if !ok {
		return &problem{exitAway, fmt.Sprintf("%s: %v", database.Address(database.Options{URL: s.a.url}), err), s.orAsked("check --url", "check host, port and database")}
	}
	p := &problem{code: exitAway, text: fmt.Sprintf("%s  %s: %v", o.Code, database.Address(database.Options{URL: s.a.url}), o.Err)}
	switch {
	case o.Code == record.ConnAuth:
		p.next = s.orAsked("check --user and the password", "check user and password") + ", and what the server allows them"
	case o.Code == record.ConnTLS && strings.Contains(o.Error(), "SSL is not enabled"):
		p.next = "the server speaks no TLS: switch it on there, or " + s.insteadURL("disable") + ", and passwords and rows travel unprotected"
	case o.Code == record.ConnTLS:
		p.next = "write the host as the certificate names it, and let SSL_CERT_FILE name the PEM file of its authority, which becomes tls.ca_file;\n" +
			"or " + s.insteadURL("require") + ", which encrypts and does not check who answers"
	default:
		p.next = s.orAsked("check --url: ", "check ") + "host, port and database, and whether a firewall stands between  " + more(o.Code)
	}
	return p
}

// withMode is the URL with another sslmode.
func withMode(url, mode string) string {
	base, query, _ := strings.Cut(url, "?")
	parts := []string{"sslmode=" + mode}
	for part := range strings.SplitSeq(query, "&") {
		if part != "" && !strings.HasPrefix(part, "sslmode=") {
			parts = append(parts, part)
		}
	}
	return base + "?" + strings.Join(parts, "&")
}
