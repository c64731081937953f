package main

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"os"
	"strings"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
)

// sourceName and brokerName are what the file calls its connections.
const (
	sourceName = "source"
	brokerName = "broker"
)

// answers are everything that the file is made of.
type answers struct {
	url, user, password string
	caFile              string // of the authority that signed the database's certificate; "" is the system's
	mayWrite            bool   // the account may write, and is taken all the same
	zoneless            bool   // the table has timestamps without a zone

	broker, brokerUser, brokerPassword string
	brokerIsGuess                      bool

	storeID, feed, table, sequence, start, queue string

	columns []record.Column // to be written out as fields; nil: none
	secrets string          // the name of the file of secrets
}

func (a answers) isSQLite() bool { return database.Dialect(a.url) == database.SQLite }

// faults refuses answers that make no sound file. Lines of the file are not shown: an answer may hold what should not be.
func (a answers) faults() error {
	_, found := a.parse()
	if found.Err() == nil {
		return nil
	}
	lines := strings.Split(a.yaml(), "\n")
	p := &problem{code: exitUsage}
	for _, c := range found.Failures() {
		line := ""
		if c.Line > 0 {
			line = strings.TrimSpace(lines[c.Line-1])
		}
		if line == scalar(a.feed)+":" {
			return a.badFeed(c.Text)
		}
		about, _, _ := strings.Cut(line, ":")
		p.text += fmt.Sprintf("%s: %s\n", about, c.Text)
		p.next += c.Remedy + "\n"
	}
	return p
}

// badFeed tells of a name that is none, with the nearest that is one.
func (a answers) badFeed(why string) error {
	return &problem{exitUsage, fmt.Sprintf("feed %q: %s", a.feed, why), legal(a.feed) + " would do; it is the feed's identity in the store"}
}

// parse reads the file as `run` would, with its secrets at hand.
func (a answers) parse() (*config.File, config.Complaints) {
	env := config.Process()
	env.Lookup = func(name string) (string, bool) {
		for _, s := range a.variables() {
			if s.name == name {
				return s.value, true
			}
		}
		return os.LookupEnv(name)
	}
	return config.Parse("rowrelay.yaml", []byte(a.yaml()), env, config.Run)
}

// variable is a secret of the file.
type variable struct{ name, value string }

// variables are the secrets that the file names.
func (a answers) variables() (all []variable) {
	if a.password != "" {
		all = append(all, variable{sourcePassword, a.password})
	}
	if a.brokerPassword != "" {
		all = append(all, variable{brokerPassword, a.brokerPassword})
	}
	return all
}

// legal makes a feed's name of a table's: letters are folded to ASCII, and what no name may hold becomes one underscore.
func legal(table string) string {
	name := strings.Trim(keepPlain(table, "_-"), "_-")
	return cmp.Or(cut64(name), "feed")
}

// queueFor is the queue that is suggested for a table: SALES.ORDERS.
func queueFor(c catalogued) string {
	name := keepPlain(c.Table, "_-.")
	if c.Schema != "" && c.Schema != "public" {
		name = keepPlain(c.Schema, "_-.") + "." + name
	}
	return strings.ToUpper(name)
}

// keepPlain folds letters to ASCII, and keeps them, digits, and the listed characters; each run of others becomes an underscore.
func keepPlain(s, also string) string {
	kept := strings.Map(func(r rune) rune {
		if 'a' <= r|0x20 && r|0x20 <= 'z' || '0' <= r && r <= '9' || strings.ContainsRune(also, r) {
			return r
		}
		return ' '
	}, folded(s))
	joined := strings.Join(strings.Fields(kept), "_")
	return cmp.Or(joined, "_")
}

func cut64(s string) string { return s[:min(len(s), 64)] }

// rootFor is the document's element: order_items becomes OrderItems.
func rootFor(feed string) string {
	var root strings.Builder
	for part := range strings.FieldsFuncSeq(feed, func(r rune) bool { return r == '_' || r == '-' }) {
		root.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	name := root.String()
	if name == "" || name[0] <= '9' || strings.HasPrefix(strings.ToLower(name), "xml") {
		return "Row" + name
	}
	return name
}

// newStoreID is what a store calls itself by default: 8 random characters.
func newStoreID() string { return strings.ToLower(rand.Text()[:8]) }
