package config

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// identifier is what an expression can name.
var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)

// taken are the names that mean something else in an expression.
var taken = []string{
	"and", "or", "not", "in", "nil", "null", "true", "false", "row", "seq", "feed", "let", "matches", "contains", "startsWith", "endsWith",
	"fmt", "dec", "coalesce", "trim", "upper", "lower", "mapvalue", "len", "round",
}

func (c *checker) process(path string, f Feed) {
	if !c.sound(path) {
		return
	}
	bound := map[string]bool{}
	for i, item := range f.Process {
		at := fmt.Sprintf("%s[%d]", path, i)
		c.item(at, item)
		if item.Lookup == nil {
			continue
		}
		into := item.Lookup.Into
		if bound[into] && into != "" {
			c.wrong(at+".lookup.into", "into: "+quote(into)+" is bound by an earlier lookup", "give each lookup a name of its own")
		}
		bound[into] = true
	}
	c.crowding(path, f)
}

func (c *checker) item(path string, i Item) {
	if !c.sound(path) {
		return
	}
	c.matches(path+".name", i.Name, printable, "name is one line of text", "write what the step is for: released only")
	c.expression(path+".when", i.When)
	c.exactlyOne(path, "filter", "lookup", "write filter: expression, or lookup: { into: ..., connection: ..., sql: ..., rows: ... }")
	c.expression(path+".filter", i.Filter)
	if i.Lookup != nil {
		c.lookup(path+".lookup", *i.Lookup)
	}
}

// expression complains about one that is empty. What it says is compiled elsewhere.
func (c *checker) expression(path, text string) {
	filled := func(s string) bool { return strings.TrimSpace(s) != "" }
	c.matches(path, text, filled, last(path)+" is empty", "write an expression, or remove the line")
}

func (c *checker) lookup(path string, l Lookup) {
	if !c.sound(path) {
		return
	}
	c.require(path+".into", "name the result: customer; expressions then read customer.country")
	c.name(path+".into", l.Into)
	c.require(path+".connection", "name one of the connections")
	c.asked(path, l)
	c.matches(path+".sql", l.SQL, isQuery, "sql is one SELECT without a semicolon at its end", "write SELECT name FROM customers WHERE id = :customer_id")
	c.require(path+".rows", "write rows: one, optional or many. It says what no row means: one fails the row, optional is nil, many is an empty list")
	if c.has(path + ".rows") {
		c.oneOf(path+".rows", l.Rows)
	}
	for _, column := range sortedKeys(l.Columns) {
		c.word(path+".columns."+column, l.Columns[column], ColumnTypes)
	}
	if l.Cache != nil {
		c.cache(path+".cache", *l.Cache)
	}
}

// asked: SQL goes to a database, HTTP to a web service.
func (c *checker) asked(path string, l Lookup) {
	if !c.exactlyOne(path, "sql", "http", "write sql: SELECT ..., in which :name or :\"Odd Name\" stands for a column's value, or http: { get: /path/{column} }") {
		return
	}
	if l.HTTP == nil {
		c.reach(path+".connection", l.Connection, "a lookup by SQL", databases...)
		return
	}
	c.reach(path+".connection", l.Connection, "a lookup by HTTP", services...)
	c.http(path+".http", *l.HTTP)
}

// name checks what expressions are to call a value.
func (c *checker) name(path, name string) {
	c.matches(path, name, identifier.MatchString, last(path)+" is a name of letters, digits and '_', at most 64, that begins with no digit", "expressions use it: customer.country")
	if slices.Contains(taken, name) && c.sound(path) {
		c.wrong(path, quote(name)+" means something else in expressions", "choose another name")
	}
}

func (c *checker) cache(path string, k Cache) {
	if !c.sound(path) {
		return
	}
	c.require(path+".ttl", "say how old an answer may be: ttl: 10m")
	if e, _ := entryOf(path + ".ttl"); c.has(path+".ttl") && c.sound(path+".ttl") && !e.holds(k.TTL) {
		c.wrong(path+".ttl", "ttl must be "+e.bounds(reflect.TypeOf(k.TTL))+c.not(path+".ttl", k.TTL), "say how old an answer may be: ttl: 10m")
	}
	c.number(path+".max_entries", k.MaxEntries)
	c.number(path+".missing_ttl", k.MissingTTL)
}

// crowding warns where workers have to wait for each other's connection, once for each connection.
func (c *checker) crowding(path string, f Feed) {
	var seen []string
	for i, item := range f.Process {
		if item.Lookup == nil || slices.Contains(seen, item.Lookup.Connection) {
			continue
		}
		name := item.Lookup.Connection
		seen = append(seen, name)
		at, ok := c.file.Connections[name]
		if !ok || !slices.Contains(databases, at.scheme()) || f.Workers <= at.Pool.MaxOpen || !c.sound("connections."+name+".pool.max_open") {
			continue
		}
		text := fmt.Sprintf("%d workers share %d connections of %s: raise connections.%s.pool.max_open", f.Workers, at.Pool.MaxOpen, name, name)
		c.warn(c.at(fmt.Sprintf("%s[%d].lookup.connection", path, i)), text, "")
	}
}
