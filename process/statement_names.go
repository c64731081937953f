package process

import (
	"strings"
	"unicode/utf8"
)

const byName = "a parameter is written :name, with the name of a column"

// parameter takes :name or :into.column. Any other colon is SQL's, as in a slice [1:2].
func (c *cutter) parameter() error {
	at := c.at
	c.at++
	name := c.word()
	if name == "" {
		return nil
	}
	if c.has(".") {
		c.at++
		if member := c.word(); member != "" {
			name += "." + member
		} else {
			c.at--
		}
	}
	m := c.mention(at)
	m.name = strings.ToLower(name)
	c.found.pieces = append(c.found.pieces, c.sql[c.begin:at])
	c.found.named = append(c.found.named, m)
	c.begin = c.at
	return nil
}

// dollar passes a string in $tag$...$tag$.
func (c *cutter) dollar() error {
	begin := c.at
	c.at++
	if c.at < len(c.sql) && isDigit(c.sql[c.at]) {
		c.at = begin
		return c.foreign()
	}
	_ = c.word()
	if c.has("$") {
		c.pass(1, c.sql[begin:c.at+1])
	}
	return nil
}

// foreign refuses the database's own way to write parameters: nothing would be bound to it.
func (c *cutter) foreign() error {
	return c.mention(c.at).wrong("this parameter has no name", byName)
}

// word takes a name that begins here.
func (c *cutter) word() string {
	begin := c.at
	if begin < len(c.sql) && isDigit(c.sql[begin]) {
		return ""
	}
	for c.at < len(c.sql) && inWord(c.sql[c.at]) {
		c.at++
	}
	return c.sql[begin:c.at]
}

func (c *cutter) mention(at int) mention {
	before := c.sql[:at]
	line := strings.Count(before, "\n") + 1
	return mention{line: line, column: utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1}
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// inWord: whatever is not ASCII counts as a letter, as in both databases.
func inWord(b byte) bool {
	return b == '_' || isDigit(b) || 'a' <= b|0x20 && b|0x20 <= 'z' || b >= 0x80
}
