package main

import (
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/term"
)

// text is the answer to one question: given by its flag, or typed, or the default where --yes says so. choices, if there are any, are
// all that may be typed. The flag is also what its help is known by.
func (s *setup) text(flag, question, given, otherwise string, choices ...string) (string, error) {
	switch {
	case given != "":
		return given, nil
	case s.Yes && otherwise != "":
		return otherwise, nil
	case !s.g.console.asking:
		return "", s.missing(flag)
	}
	if otherwise != "" && choices == nil {
		question += " [" + otherwise + "]:"
	}
	for {
		answer, err := s.ask(flag, question+" ")
		if err != nil {
			return "", err
		}
		if answer == "" {
			answer = otherwise
		}
		if answer != "" && (choices == nil || slices.Contains(choices, answer)) {
			return answer, nil
		}
		s.g.console.err.printf("%s\n", notAnAnswer(choices))
	}
}

func notAnAnswer(choices []string) string {
	switch len(choices) {
	case 0:
		return "an answer is needed"
	case 2:
		return "type " + choices[0] + " or " + choices[1]
	}
	return "type a number from " + choices[0] + " to " + choices[len(choices)-1]
}

// howToAnswer stands above the first question.
const howToAnswer = "Enter takes what stands in brackets, ? explains, Ctrl-C ends; nothing is written before the last answer."

// ask reads one line; the end of the input is no answer, not even to take a default.
func (s *setup) ask(about, question string) (string, error) {
	if !s.asked && !s.g.Quiet {
		s.g.console.err.printf("%s\n", s.g.console.err.faint(howToAnswer))
	}
	s.asked = true
	for {
		s.g.console.err.printf("%s", question)
		line, err := s.g.console.in.ReadString('\n')
		if err != nil {
			s.g.console.err.printf("\n")
			return "", &problem{exitNo, "the questions were not answered; nothing was written", "rowrelay init --help lists a flag for every question"}
		}
		if answer := strings.TrimSpace(line); answer != "?" {
			return answer, nil
		}
		s.g.console.err.printf("%s\n", s.help(about))
	}
}

// agree asks for a yes.
func (s *setup) agree(about, question string) (bool, error) {
	answer, err := s.ask(about, question+" [y/N] ")
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes", err
}

// missing refuses where nobody can be asked.
func (s *setup) missing(flag string) error {
	return &problem{exitUsage, flag + " is missing, and nobody can be asked here: this is no terminal", typed(s.g.typed) + " " + flag + " ..."}
}

// numbersUpTo are the choices of a list.
func numbersUpTo(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = strconv.Itoa(i + 1)
	}
	return all
}

// secret reads a password, without showing it on a terminal.
func (c *console) secret(question string) (string, error) {
	c.err.printf("%s", question)
	f, ok := c.stdin.(*os.File)
	if !ok {
		line, err := c.in.ReadString('\n')
		return strings.TrimRight(line, "\r\n"), err
	}
	defer c.err.printf("\n")
	return readHidden(f)
}

// readHidden gives the terminal its echo back, whatever ends the reading.
func readHidden(f *os.File) (string, error) {
	fd := int(f.Fd())
	state, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("hide what is typed: %w", err)
	}
	interrupted := make(chan os.Signal, 1)
	defer close(interrupted)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(interrupted)
	go func() {
		if _, ok := <-interrupted; ok {
			_ = term.Restore(fd, state)
			fmt.Fprintln(os.Stderr) // the shell's prompt begins a line
			os.Exit(exitNo)
		}
	}()
	password, err := term.ReadPassword(fd)
	return string(password), err
}
