package config

import (
	"fmt"
	"slices"
	"strings"
)

// checker looks at values that were decoded: ranges, what must be there, and what fits together.
// It says nothing about a path that the decoder has refused.
type checker struct{ *decoder }

func (c *checker) check() {
	c.service()
	for _, name := range sortedKeys(c.file.Connections) {
		c.connection(name, c.file.Connections[name])
	}
	c.store()
	if len(c.file.Feeds) == 0 && c.sound("feeds") {
		c.wrong("feeds", "feeds: nothing is to be carried", "add a feed: feeds.NAME with source, message and sink")
	}
	for _, name := range c.file.FeedNames() {
		c.feed(name, c.file.Feeds[name])
	}
}

func (c *checker) service() {
	f := c.file
	if c.sound("instance") && (!dottedName.MatchString(f.Instance) || len(f.Instance) > 128) {
		c.wrong("instance", "instance is a name of letters, digits, '.', '_' and '-', at most 128", "write instance: relay-1, or rename the host")
	}
	c.number("shutdown_grace", f.ShutdownGrace)
	c.oneOf("log.level", f.Log.Level)
	c.oneOf("log.format", f.Log.Format)
}

func (c *checker) store() {
	s := &c.file.Store
	if s.Connection == "" {
		if !c.has("store.connection") { // else its variable is not set, and it is another store
			s.Path = sqliteStore(c.env.Folder)
			c.unnamedStore()
		}
	} else if at, ok := c.reach("store.connection", s.Connection, "a store", postgres, sqlite); ok && at.scheme() == sqlite && c.has("store.schema") {
		c.warn(c.at("store.schema"), "schema is for PostgreSQL; this store is SQLite", "")
	}
	if c.has("store.connection") && s.Connection == "" && c.sound("store.connection") {
		c.wrong("store.connection", "connection is empty", "name a connection, or remove the line for a SQLite file of its own")
	}
	c.matches("store.schema", s.Schema, schemaName.MatchString, "schema is a name of letters, digits and '_', at most 63", "write schema: rowrelay")
	c.storeID(s.ID)
	s.Beside = c.besideStore(s)
}

func (c *checker) storeID(id string) {
	const path = "store.id"
	switch {
	case !c.sound(path):
	case !c.has(path):
		if c.mode == Offline {
			c.warn(mark{}, "store.id is not set", "write the store.id that run logs at its start; a copied store is found out by it")
		}
	case !dottedName.MatchString(id):
		c.wrong(path, "id is a name of letters, digits, '.', '_' and '-'", "it is the first part of every message id: acme-prod")
	default:
		c.idLength(id)
	}
}

func (c *checker) idLength(id string) {
	for _, feed := range c.file.FeedNames() {
		if n := len(id) + 1 + len(feed) + 1 + longestSeq; n > longestID {
			c.wrong("store.id", fmt.Sprintf("id is too long: a message id of feed %s could have %d characters, 200 are allowed", quote(feed), n), "shorten it")
			return
		}
	}
}

// reach returns the connection that a path names, if there is one of a fitting scheme.
func (c *checker) reach(path, name, who string, schemes ...string) (Connection, bool) {
	if name == "" && c.has(path) && c.sound(path) {
		c.wrong(path, "connection is empty", "name one of connections: "+strings.Join(sortedKeys(c.file.Connections), ", "))
	}
	if name == "" || !c.sound(path) {
		return Connection{}, false
	}
	at, ok := c.file.Connections[name]
	if !ok {
		remedy := "add connections." + name
		if meant, found := Closest(name, sortedKeys(c.file.Connections)); found {
			remedy = `did you mean "` + meant + `"?`
		}
		if c.sound("connections") {
			c.wrong(path, "there is no connection "+quote(name), remedy)
		}
		return at, false
	}
	scheme := at.scheme()
	if isKnown := slices.Contains(known, scheme); isKnown && !slices.Contains(schemes, scheme) {
		c.wrong(path, fmt.Sprintf("connection %s is %s://, which %s cannot use", quote(name), scheme, who), "name a connection of "+strings.Join(schemes, ", "))
		return at, false
	}
	return at, scheme != ""
}

// sound tells that neither the path nor a section round it was refused.
func (c *checker) sound(path string) bool {
	if c.broken[""] {
		return false
	}
	for p := path; p != ""; p = parent(p) {
		if c.broken[p] || c.broken[inDefaults(p)] {
			return false
		}
	}
	return true
}

// whole tells that nothing at the path or inside it was refused.
func (c *checker) whole(path string) bool {
	for p := range c.broken {
		if strings.HasPrefix(p, path) {
			return false
		}
	}
	return c.sound(path)
}

func (c *checker) wrong(path, text, remedy string) { c.fail(c.at(path), text, remedy) }

// require complains if the path stands nowhere.
func (c *checker) require(path, remedy string) {
	if c.sound(path) && !c.has(path) {
		c.wrong(path, path+" is missing", remedy)
	}
}

// not is the end of a complaint about a value, unless the value came from a variable.
func (c *checker) not(path string, value any) string {
	if c.filled[path] || c.filled[inDefaults(path)] {
		return ""
	}
	return fmt.Sprintf(", not %v", value)
}
