package process

import (
	"strings"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/expression"
)

// statement is SQL cut at its parameters: a piece, a parameter, a piece, ..., a piece.
type statement struct {
	pieces []string
	named  []mention
}

// mention is one place where a parameter stands.
type mention struct {
	words        []word // a column, or a lookup and a column of it
	written      string // colon and quotes included
	rest         string // the statement, from the last word on
	glued        bool   // a word ends before the colon, as in a slice [a:b]
	line, column int
}

// wrong complains about the place.
func (m mention) wrong(text, remedy string) error {
	return &expression.Error{Line: m.line, Column: m.column, Text: text, Remedy: remedy}
}

// cut finds the parameters of sql: a colon and a name, outside of what the dialect quotes.
func cut(sql, dialect string) (statement, error) {
	c := cutter{sql: sql, postgres: dialect == database.Postgres, sqlite: dialect == database.SQLite}
	for c.at < len(sql) {
		if err := c.next(); err != nil {
			return statement{}, err
		}
	}
	c.found.pieces = append(c.found.pieces, sql[c.begin:])
	return c.found, nil
}

// cutter reads SQL. Without a dialect, what only one of them knows is left alone.
type cutter struct {
	sql              string
	postgres, sqlite bool
	at, begin        int // where it reads, and where the present piece begins
	found            statement
}

// next passes one character, or all that belongs together.
func (c *cutter) next() error {
	switch b := c.sql[c.at]; {
	case b == '\'' && c.postgres && c.escapes():
		c.passEscaped()
	case b == '\'' || b == '"' || b == '`' && c.sqlite:
		c.pass(1, string(b)) // a doubled quote is two strings side by side
	case b == '[' && c.sqlite:
		c.pass(1, "]")
	case c.has("--"):
		c.pass(2, "\n")
	case c.has("/*"):
		c.passComment()
	case c.has("::") || c.has(":="):
		c.at += 2
	case b == ':':
		return c.parameter()
	case b == '$' && c.postgres && !c.follows():
		return c.dollar()
	case (b == '?' || b == '@' || b == '$') && c.sqlite && !c.follows():
		return c.foreign()
	default:
		c.at++
	}
	return nil
}

func (c *cutter) has(prefix string) bool { return strings.HasPrefix(c.sql[c.at:], prefix) }

// follows reports whether a word ends here.
func (c *cutter) follows() bool { return c.at > 0 && inWord(c.sql[c.at-1]) }

// escapes: before the quote stands E, which is a word of its own.
func (c *cutter) escapes() bool {
	return c.at > 0 && c.sql[c.at-1]|0x20 == 'e' && (c.at == 1 || !inWord(c.sql[c.at-2]))
}

// pass goes behind the next end; what has none is for the database to complain about.
func (c *cutter) pass(skip int, end string) {
	c.at += skip
	if n := strings.Index(c.sql[c.at:], end); n >= 0 {
		c.at += n + len(end)
		return
	}
	c.at = len(c.sql)
}

// passEscaped goes behind a string in which a backslash takes the next character.
func (c *cutter) passEscaped() {
	for c.at++; c.at < len(c.sql); c.at++ {
		switch c.sql[c.at] {
		case '\\':
			c.at++
		case '\'':
			c.at++
			return
		}
	}
	c.at = len(c.sql)
}

// passComment: PostgreSQL's comments may hold others.
func (c *cutter) passComment() {
	for depth := 0; c.at < len(c.sql); {
		switch {
		case c.has("*/"):
			c.at++
			depth--
		case c.has("/*") && (c.postgres || depth == 0):
			c.at++
			depth++
		}
		c.at++
		if depth == 0 {
			return
		}
	}
}
