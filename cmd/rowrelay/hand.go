package main

import (
	"cmp"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/store"
)

// confirm asks whether to go on with what intent says; a no is answered with what to do otherwise.
func (g *globals) confirm(intent, otherwise string) error {
	if !g.console.asking {
		return g.unasked(intent + ". ")
	}
	switch strings.ToLower(g.answer(intent + ". Continue? [y/N] ")) {
	case "y", "yes":
		return nil
	}
	return &problem{exitNo, "nothing was changed", otherwise}
}

// confirmName asks for the feed's name, where a hasty y would do harm. intent has whole lines.
func (g *globals) confirmName(intent, feed string) error {
	if !g.console.asking {
		return g.unasked(intent)
	}
	if g.answer(intent+"Type the feed's name to continue: ") == feed {
		return nil
	}
	return &problem{exitNo, "that is not its name; nothing was changed", "type " + feed + " to go on"}
}

// unasked refuses where no person can answer, with what to type instead.
func (g *globals) unasked(intent string) error {
	return &problem{exitNo, intent + "Nobody can be asked here: this is no terminal", typed(g.typed) + " --yes"}
}

func (g *globals) answer(question string) string {
	g.console.err.printf("%s", question)
	line, _ := g.console.in.ReadString('\n')
	return strings.TrimSpace(line)
}

// warnAbsent warns that a feed of the store is not in the file, and what follows from that.
func (g *globals) warnAbsent(file *config.File, feed, consequence string) {
	if _, ok := file.Feeds[feed]; !ok {
		g.console.err.printf("%s %s is not in the file: %s\n", g.console.err.mark(warn), feed, consequence)
	}
}

// audit is who typed this, where, what and why.
func (g *globals) audit(reason string) store.Audit {
	host, _ := os.Hostname()
	return store.Audit{Actor: login(), Origin: host, Command: typed(g.typed), Reason: reason}
}

// login is the account's name, and who is behind it when sudo tells.
func login() string {
	name := strconv.Itoa(os.Getuid())
	if me, err := user.Current(); err == nil {
		name = cmp.Or(me.Username, name)
	}
	if behind := os.Getenv("SUDO_USER"); behind != "" && behind != name {
		name = behind + " as " + name
	}
	return name
}

// typed is the command line again, quoted so that a shell reads it the same way.
func typed(args []string) string {
	words := []string{quote(self())}
	for _, a := range args {
		words = append(words, quote(a))
	}
	return strings.Join(words, " ")
}

// self is how a shell finds this program: by its name, or by the path that it was called by where the name is not in PATH.
func self() string {
	const name = "rowrelay"
	if _, err := exec.LookPath(name); err == nil || filepath.Base(os.Args[0]) != name {
		return name
	}
	return os.Args[0]
}

// quote writes a word as a shell reads it.
func quote(word string) string {
	if word == "" || strings.ContainsAny(word, " \t\n'\"\\$`!*?[](){}<>|&;#~") {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}
