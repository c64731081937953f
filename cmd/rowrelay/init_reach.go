package main

import (
	"cmp"
	"context"
	"errors"

	"github.com/rowrelay/rowrelay/database"
)

// astray is a problem that another answer to one question may mend.
type astray struct {
	*problem
	login bool // the question for user and password, else that for the URL
}

// Unwrap lets the problem be told as any other where nobody is asked again.
func (a *astray) Unwrap() error { return a.problem }

// reach settles the database and logs in. A person whose answer leads nowhere learns why and is asked for that answer again; what else
// was answered stays.
func (s *setup) reach(ctx context.Context) error {
	var refused refusal
	for {
		err := s.logIn(ctx, refused)
		wrong, ok := errors.AsType[*astray](err)
		if !ok || !s.asks() {
			return err
		}
		s.g.console.report(wrong)
		if wrong.login {
			refused = refusal{wrong.code, s.a.url, s.a.user}
			s.a.user, s.a.password = "", ""
		}
		if err := s.askAgain(wrong); err != nil {
			return err
		}
	}
}

// asks tells whether a person sits here who wants to be asked.
func (s *setup) asks() bool { return s.g.console.asking && !s.Yes }

func (s *setup) logIn(ctx context.Context, refused refusal) error {
	if err := s.knowURL(); err != nil {
		return err
	}
	if err := s.knock(ctx); err != nil {
		return err
	}
	if err := s.knowLogin(refused); err != nil {
		return err
	}
	return s.connect(ctx)
}

// knock finds out whether anybody listens there, so that a wrong host or port is told before user and password are asked. Where nobody is
// asked, logging in tells it as well.
func (s *setup) knock(ctx context.Context) error {
	if s.a.isSQLite() || !s.asks() {
		return nil
	}
	if err := database.Knock(ctx, database.Options{URL: s.a.url}); err != nil {
		return &astray{problem: explain(s.away(err))}
	}
	return nil
}

// askAgain asks for the database; the login is asked for after it. A login may be refused because the database is another than was
// meant, so the one that was typed can be kept. Without another answer it ends, by the exit code of what was wrong.
func (s *setup) askAgain(wrong *astray) error {
	question, usual := "Database (empty: end): ", ""
	if wrong.login {
		question, usual = "Database ["+printable(s.URL)+"] (empty: the same): ", s.URL
	}
	url, err := s.ask("--url", question)
	if s.URL = cmp.Or(url, usual); err != nil || s.URL == "" {
		return &problem{wrong.code, "no other database was named; nothing was written", ""}
	}
	return nil
}

// refusal is a login that the server did not take; the zero value is none.
type refusal struct {
	code      int
	url, user string
}

// askLogin asks for another login than the refused one. The same account without a password is none, and so ends the dialogue: else
// Enter, which takes every default, would ask for ever.
func (s *setup) askLogin(refused refusal) (err error) {
	if s.a.user, err = s.text("--user", "User", "", refused.user); err != nil {
		return refused.end()
	}
	empty := "it has none"
	same := s.a.url == refused.url && s.a.user == refused.user
	if same {
		empty = "end"
	}
	s.a.password, err = s.typedPassword(s.a.user, sourcePassword, empty)
	if err != nil || same && s.a.password == "" {
		return refused.end()
	}
	return nil
}

func (r refusal) end() error {
	return &problem{r.code, "no other login was named; nothing was written", ""}
}

// orAsked says a hint by its flag; a person who is asked may have typed none, and is told without it.
func (s *setup) orAsked(flagged, asked string) string {
	if s.asks() {
		return asked
	}
	return flagged
}

// insteadURL proposes the URL with another sslmode.
func (s *setup) insteadURL(mode string) string {
	url := withMode(s.a.url, mode)
	return s.orAsked("write --url '"+url+"'", "type "+url)
}
