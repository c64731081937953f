package main

import (
	"cmp"
	"context"
	"strings"
)

// settle asks what is left to ask.
func (s *setup) settle(ctx context.Context) error {
	c, err := s.choose(ctx)
	if err != nil {
		return err
	}
	s.column, s.a.table, s.a.sequence = c.Column, c.spelled(), spelledName(c.Column, false)
	if err := s.admit(ctx, c); err != nil {
		return err
	}
	if err := s.sound("--feed", "Feed", s.Feed, legal(c.Table), s.takeFeed); err != nil {
		return err
	}
	if s.a.queue, err = s.text("--queue", "Queue", s.Queue, queueFor(c)); err != nil {
		return err
	}
	if err := s.askStart(ctx, c); err != nil {
		return err
	}
	if err := s.askBroker(); err != nil {
		return err
	}
	if err := s.a.faults(); err != nil {
		return err
	}
	s.a.storeID = s.a.knownStore(ctx)
	return nil
}

// sound settles what has a default that may be taken unasked. A person is asked until the answer makes a sound file.
func (s *setup) sound(flag, question, given, usual string, take func(string) error) error {
	if given != "" || !s.asks() {
		return take(cmp.Or(given, usual))
	}
	for {
		answer, err := s.text(flag, question, "", usual)
		if err != nil {
			return err
		}
		if err = take(answer); err == nil {
			return nil
		}
		s.g.console.report(err)
	}
}

func (s *setup) takeFeed(name string) error {
	s.a.feed = name
	return s.a.faultsSoFar()
}

func (s *setup) takeBroker(url string) error {
	if strings.Contains(url, "@") { // before any complaint that could repeat it
		if s.asks() && s.Broker == "" {
			return &problem{exitUsage, "no user and no password in the broker's URL", "type it without them; they are asked for by themselves"}
		}
		return &problem{exitUsage, "no user and no password in --broker", "--broker-user NAME; the password is asked for, or comes from $" + brokerPassword}
	}
	if !strings.HasPrefix(url, "stomp://") && !strings.HasPrefix(url, "stomp+tls://") {
		return &problem{exitUsage, s.orAsked("--broker: ", "") + "a broker's URL begins with stomp:// or stomp+tls://",
			"stomp://host:61613, or stomp+tls://; most brokers listen for STOMP at a port of its own"}
	}
	s.a.broker = url
	return s.a.faultsSoFar()
}

// faultsSoFar are the faults of what is known, with something for what is not yet asked.
func (a answers) faultsSoFar() error {
	a.feed, a.table, a.sequence = cmp.Or(a.feed, "feed"), cmp.Or(a.table, "t"), cmp.Or(a.sequence, "s")
	a.start, a.queue = cmp.Or(a.start, "now"), cmp.Or(a.queue, "Q")
	return a.faults()
}

// askBroker asks for the broker, and for the account there where one was typed: the placeholder has none.
func (s *setup) askBroker() (err error) {
	if err := s.sound("--broker", "Broker", s.Broker, placeholder, s.takeBroker); err != nil {
		return err
	}
	s.a.brokerIsGuess = s.Broker == "" && s.a.broker == placeholder
	if s.Broker != "" || s.a.brokerIsGuess || s.a.brokerUser != "" {
		return nil
	}
	if s.a.brokerUser, err = s.ask("--broker-user", "User at the broker (empty: none): "); err != nil || s.a.brokerUser == "" {
		return err
	}
	return s.knowBrokerPassword()
}

// knownStore is the id of a store that is there already where `run` would make one; else a new one.
func (a answers) knownStore(ctx context.Context) string {
	file, found := a.parse()
	if found.Err() != nil {
		return newStoreID()
	}
	st, err := openStore(ctx, file, false)
	if err != nil {
		return newStoreID()
	}
	defer st.Close()
	return st.ID()
}
