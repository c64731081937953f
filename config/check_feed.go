package config

import (
	"fmt"
	"slices"
	"strings"
)

func (c *checker) feed(name string, f Feed) {
	path := "feeds." + name
	if !c.sound(path) {
		return
	}
	if !plainName.MatchString(name) {
		c.wrong(path, "a feed's name is of letters, digits, '_' and '-', at most 64", "rename it; the name is its identity in the store")
	}
	c.number(path+".workers", f.Workers)
	c.number(path+".max_in_flight", f.MaxInFlight)
	c.number(path+".poll_interval", f.PollInterval)
	c.retry(path+".retry", f.Retry)
	c.source(path+".source", f.Source)
	c.process(path+".process", f)
	c.message(path+".message", f)
	c.sink(path+".sink", f.Sink)
	c.tests(path+".tests", f)
}

func (c *checker) retry(path string, r Retry) {
	c.number(path+".max_attempts", r.MaxAttempts)
	c.number(path+".initial", r.Initial)
	c.number(path+".max", r.Max)
	c.number(path+".factor", r.Factor)
	c.number(path+".jitter", r.Jitter)
	if r.Max < r.Initial && c.sound(path+".max") && c.sound(path+".initial") {
		c.wrong(path+".max", "max is shorter than initial", "max bounds the time between two attempts, initial is the first")
	}
}

func (c *checker) source(path string, s Source) {
	if !c.sound(path) {
		return
	}
	c.require(path+".connection", "name one of the connections")
	c.reach(path+".connection", s.Connection, "a source", postgres, sqlite)
	c.relation(path, s)
	c.require(path+".sequence", "name the growing number that rowrelay follows: an integer column, unique, not null")
	c.require(path+".start", "write start: now, first or a number. There is no default: sending all old rows, or missing the first ones, must be a choice")
	for _, column := range []struct{ key, name string }{{"sequence", s.Sequence}, {"business_key", s.BusinessKey}, {"created", s.Created}} {
		c.matches(path+"."+column.key, column.name, printable, column.key+" must be the name of a column", "write it as the database does")
	}
	c.columns(path+".columns", s.Columns)
	c.number(path+".bunch", s.Bunch)
	c.gaps(path+".gaps", s.Gaps)
}

func (c *checker) gaps(path string, g Gaps) {
	if !c.sound(path) {
		return
	}
	c.number(path+".min_watch", g.MinWatch)
	c.number(path+".watch", g.Watch)
	if g.Watch < g.MinWatch && c.sound(path+".min_watch") && c.sound(path+".watch") {
		c.wrong(path+".watch", "watch is shorter than min_watch", "min_watch is for databases that tell who could still fill a gap, watch for those where only time tells")
	}
}

// relation checks what is read: a table with its where, or a query.
func (c *checker) relation(path string, s Source) {
	table, query := path+".table", path+".query"
	if !c.exactlyOne(path, "table", "query", "write table: schema.name, or query: SELECT ...") {
		return
	}
	c.matches(table, s.Table, isTable, "table must be a name, or schema.name", "write it as the database does, without quotes")
	c.matches(query, s.Query, isQuery, "query is one SELECT without a semicolon at its end", "rowrelay puts it in brackets: SELECT * FROM (query) q WHERE ...")
	if c.has(query) && c.has(path+".where") {
		c.wrong(path+".where", "where goes with table only", "put the condition into the query")
	}
	c.matches(path+".where", s.Where, isQuery, "where is an SQL condition without a semicolon", "remove the line to read every row")
}

func isTable(s string) bool {
	return printable(s) && !slices.Contains(strings.Split(s, "."), "")
}

func isQuery(s string) bool {
	s = strings.TrimSpace(s)
	return s != "" && !strings.HasSuffix(s, ";") && !strings.Contains(s, "\x00")
}

func (c *checker) columns(path string, columns []string) {
	if !c.has(path) || !c.sound(path) {
		return
	}
	if len(columns) == 0 {
		c.wrong(path, "columns is empty", "remove it to take every column")
	}
	for i, name := range columns {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case !c.sound(at):
		case !printable(name):
			c.wrong(at, "this is no name of a column", "write it as the database does")
		case slices.Contains(columns[:i], name):
			c.wrong(at, "column "+quote(name)+" is listed twice", "remove one of them")
		}
	}
}

func (c *checker) sink(path string, s Sink) {
	if !c.sound(path) {
		return
	}
	c.require(path+".connection", "name one of the connections")
	c.reach(path+".connection", s.Connection, "a sink", stomp, stompTLS)
	if c.exactlyOne(path, "queue", "topic", "write queue: NAME, or topic: NAME") {
		c.matches(path+".queue", s.Queue, printable, "queue must be the name of a queue", "write it as the broker does: ERP.ORDERS")
		c.matches(path+".topic", s.Topic, printable, "topic must be the name of a topic", "write it as the broker does: ERP.ORDERS")
	}
	c.number(path+".connections", s.Connections)
	c.number(path+".batch.max", s.Batch.Max)
	c.number(path+".batch.linger", s.Batch.Linger)
}

// exactlyOne complains unless one of two keys is written, and tells whether there is one to look at.
func (c *checker) exactlyOne(path, a, b, remedy string) bool {
	first, second := path+"."+a, path+"."+b
	switch {
	case !c.sound(first) || !c.sound(second):
		return false
	case c.has(first) && c.has(second):
		c.wrong(second, a+" and "+b+" cannot both be written", "keep one of them")
	case !c.has(first) && !c.has(second):
		c.wrong(path, path+" has neither "+a+" nor "+b, remedy)
		return false
	}
	return true
}
