package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/rowrelay/rowrelay/config"
)

// nearMisses warns of columns of a test's row that nothing of the feed names, where the feed names one with almost the same name that the
// row lacks: it is NULL then, and the test may pass for the wrong reason. Other columns that nothing names are as welcome as in a table.
// Where the file lists the columns it is checked against the list, so a column of another name is meant.
func nearMisses(file *config.File, feed string, i int) (found config.Complaints) {
	test, source := file.Feeds[feed].Tests[i], file.Feeds[feed].Source
	if len(source.Columns) > 0 {
		return nil
	}
	named := namesOf(file.Feeds[feed])
	row := slices.Sorted(maps.Keys(test.Row))
	for _, lacking := range named.columns {
		if slices.ContainsFunc(row, func(c string) bool { return means(lacking, c) }) {
			continue
		}
		for _, column := range row {
			if !named.has(column) && near(column, lacking) {
				at := fmt.Sprintf("feeds.%s.tests[%d].row.%s", feed, i, column)
				found = append(found, file.Complain(at, 0, 0, fmt.Sprintf("the feed names %q, which the row lacks, and does not name %q", lacking, column), fmt.Sprintf("did you mean %q?", lacking)))
			}
		}
	}
	return found
}

// means tells whether a name in an expression is the column; one in small letters finds a column in capitals too.
func means(name, column string) bool { return name == column || name == strings.ToLower(column) }

// near tells whether a name is another one misspelt: the same letters and digits, or very few of the letters changed. Names that differ in
// their digits are those of two columns: line1 and line2.
func near(a, b string) bool {
	a, b = bare(a), bare(b)
	if a == "" || digits(a) != digits(b) {
		return false
	}
	allowed := min(len(a), len(b)) / 5 // of status one letter, of customer_number two
	return a == b || config.Edits(a, b) <= min(allowed, 2)
}

// bare is a name without capitals, blanks and signs.
func bare(name string) string { return only(strings.ToLower(name), unicode.IsLetter, unicode.IsDigit) }

func digits(name string) string { return only(name, unicode.IsDigit) }

// only keeps the characters of these kinds.
func only(text string, kinds ...func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if slices.ContainsFunc(kinds, func(kind func(rune) bool) bool { return kind(r) }) {
			return r
		}
		return -1
	}, text)
}
