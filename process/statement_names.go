package process

import (
	"strings"
	"unicode/utf8"
)

const byName = `a parameter is written :name, with the name of a column, or :"Odd Name"`

// parameter takes :name, :"Odd Name" or :into.column. Any other colon is SQL's, as in a slice [1:2].
func (c *cutter) parameter() error {
	m := c.mention(c.at)
	at, last := c.at, c.at+1
	c.at++
	w, ok := c.name()
	if !ok {
		return nil
	}
	m.words = append(m.words, w)
	if c.has(".") {
		c.at++
		last = c.at
		if member, ok := c.name(); ok {
			m.words = append(m.words, member)
		} else {
			c.at--
		}
	}
	if m.empty() {
		return m.wrong("this parameter has no name", byName)
	}
	m.written, m.rest, m.glued = c.sql[at:c.at], c.sql[last:], at > 0 && inWord(c.sql[at-1])
	c.found.pieces = append(c.found.pieces, c.sql[c.begin:at])
	c.found.named = append(c.found.named, m)
	c.begin = c.at
	return nil
}

// name takes a word, or what stands in double quotes, where a doubled one is a quote.
func (c *cutter) name() (word, bool) {
	if !c.has(`"`) {
		w := word{text: c.word()}
		return w, w.text != ""
	}
	for end := c.at + 1; end < len(c.sql); end++ {
		if c.sql[end] != '"' {
			continue
		}
		if strings.HasPrefix(c.sql[end+1:], `"`) {
			end++
			continue
		}
		w := word{text: strings.ReplaceAll(c.sql[c.at+1:end], `""`, `"`), exact: true}
		c.at = end + 1
		return w, true
	}
	return word{}, false // the quote is not closed: the database complains
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
