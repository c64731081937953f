package main

import (
	"context"
	"errors"
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
	for {
		err := s.logIn(ctx)
		wrong, ok := errors.AsType[*astray](err)
		if !ok || !s.asks() {
			return err
		}
		s.g.console.report(wrong)
		if err := s.askAgain(wrong); err != nil {
			return err
		}
	}
}

// asks tells whether a person sits here who wants to be asked.
func (s *setup) asks() bool { return s.g.console.asking && !s.Yes }

func (s *setup) logIn(ctx context.Context) error {
	if err := s.knowURL(); err != nil {
		return err
	}
	if err := s.knowLogin(); err != nil {
		return err
	}
	return s.connect(ctx)
}

// askAgain ends without another answer, by the exit code of what was wrong.
func (s *setup) askAgain(wrong *astray) (err error) {
	if wrong.login {
		return s.askLogin(s.a.user)
	}
	if s.URL, err = s.ask("Database (empty: end): "); err != nil || s.URL == "" {
		return &problem{wrong.code, "no other database was named; nothing was written", ""}
	}
	return nil
}
