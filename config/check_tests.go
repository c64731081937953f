package config

import (
	"fmt"
	"slices"
)

// rowCodes are the codes that a row can get without any database.
var rowCodes = []string{
	"XML_INVALID_CHAR", "XML_REQUIRED", "XML_TYPE", "XML_TOO_LARGE", "FILTER_EXPR", "LOOKUP_NOT_FOUND", "LOOKUP_TOO_MANY",
}

func (c *checker) tests(path string, f Feed) {
	if !c.sound(path) {
		return
	}
	names := map[string]bool{}
	for i, t := range f.Tests {
		at := fmt.Sprintf("%s[%d]", path, i)
		if !c.sound(at) {
			continue
		}
		c.require(at+".name", "say what is tested: name: the amount keeps two decimals")
		c.matches(at+".name", t.Name, printable, "name is one line of text", "say what is tested: the amount keeps two decimals")
		if names[t.Name] && t.Name != "" {
			c.wrong(at+".name", "an earlier test is called "+quote(t.Name), "give each test a name of its own")
		}
		names[t.Name] = true
		c.row(at+".row", t.Row, f)
		c.answers(at+".lookups", t.Lookups, f)
		c.expect(at+".expect", t.Expect)
	}
}

// row checks the columns' names where the file lists them, and the values' shapes.
func (c *checker) row(path string, row map[string]Data, f Feed) {
	c.require(path, "write the columns: row: { order_no: A-1, amount: 10.50 }")
	s := f.Source
	listed := len(s.Columns) > 0 && c.whole("feeds."+f.Name+".source")
	known := slices.Concat(s.Columns, []string{s.Sequence, s.BusinessKey, s.Created})
	for _, column := range sortedKeys(row) {
		at := path + "." + column
		if listed && !slices.Contains(known, column) {
			remedy := "add it to source.columns, or remove it"
			if meant, near := Closest(column, s.Columns); near {
				remedy = `did you mean "` + meant + `"?`
			}
			c.wrong(at, "source.columns has no "+quote(column), remedy)
		}
		c.column(at, row[column])
	}
}

// column checks a value that a database could hold.
func (c *checker) column(path string, d Data) {
	if d.Columns != nil && c.sound(path) {
		c.wrong(path, last(path)+" is a section, which no column holds", "write a value, null or a list of values")
	}
	for i, item := range d.Items {
		c.column(fmt.Sprintf("%s[%d]", path, i), item)
	}
}

// answers checks what lookups are to find.
func (c *checker) answers(path string, answers map[string]Data, f Feed) {
	if !c.whole("feeds." + f.Name + ".process") {
		return
	}
	lookups := map[string]Lookup{}
	for _, item := range f.Process {
		if item.Lookup != nil {
			lookups[item.Lookup.Into] = *item.Lookup
		}
	}
	for _, into := range sortedKeys(answers) {
		at := path + "." + into
		lookup, known := lookups[into]
		if !known && c.sound(at) {
			remedy := "write the into of a lookup of this feed"
			if meant, near := Closest(into, sortedKeys(lookups)); near {
				remedy = `did you mean "` + meant + `"?`
			}
			c.wrong(at, "no lookup is called "+quote(into), remedy)
			continue
		}
		c.answer(at, answers[into], lookup)
	}
}

// answer checks one lookup's: a row, a list of rows, or null for none. A web service may answer with single values.
func (c *checker) answer(path string, d Data, l Lookup) {
	switch {
	case !c.sound(path):
	case l.Rows == "many" && d.Items == nil:
		c.wrong(path, "a lookup with rows: many finds a list", "write [{ column: value }], or [] for none")
	case d.IsText() && l.HTTP == nil:
		c.wrong(path, "a lookup finds a row", "write { column: value }, null for none, or a list of rows")
	}
	c.found(path, d)
	for i, item := range d.Items {
		at := fmt.Sprintf("%s[%d]", path, i)
		if item.Columns == nil && l.HTTP == nil && c.sound(at) {
			c.wrong(at, "a lookup finds rows", "write each as { column: value }")
		}
		c.found(at, item)
	}
}

func (c *checker) found(path string, row Data) {
	for _, name := range sortedKeys(row.Columns) {
		c.column(path+"."+name, row.Columns[name])
	}
}

func (c *checker) expect(path string, e Expect) {
	c.require(path, "say what must come of the row: expect: { outcome: SENT }")
	if !c.has(path) || !c.sound(path) {
		return
	}
	c.exactlyOne(path, "outcome", "error", "write outcome: SENT or FILTERED, or error: the code that the row fails with")
	if c.has(path + ".outcome") {
		c.oneOf(path+".outcome", e.Outcome)
	}
	if c.has(path + ".error") {
		c.oneOf(path+".error", e.Error)
	}
	for _, key := range []string{"message", "properties", "headers"} {
		if c.has(path+"."+key) && (e.Outcome == "FILTERED" || e.Error != "") {
			c.wrong(path+"."+key, "there is no message to look at unless the outcome is SENT", "remove "+key)
		}
	}
	c.texts(path+".message", e.Message)
	c.texts(path+".properties", e.Properties)
}

func (c *checker) texts(path string, expected map[string]Data) {
	for _, name := range sortedKeys(expected) {
		at := path + "." + name
		if d := expected[name]; !d.Null && !d.IsText() && c.sound(at) {
			c.wrong(at, "what is expected of "+quote(name)+" is a text", "write the text, or null where nothing must stand")
		}
	}
}
