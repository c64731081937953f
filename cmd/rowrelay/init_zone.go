package main

import (
	"strings"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
)

// zoneHint is the comment above a connection whose table has clock times of no zone: the file alone cannot say which zone was meant, and
// a Z on the time of another is an error of hours that nobody sees.
const zoneHint = "  # Timestamps without a zone are taken for UTC; if they are of another one, add timezone: Europe/Berlin or the like.\n"

// warnOfZones tells which columns get a zone that nobody has named.
func (s *setup) warnOfZones(d source.Description) {
	names := zoneless(d.Columns)
	if s.a.zoneless = names != nil; !s.a.zoneless || s.g.Quiet {
		return
	}
	are := " is a timestamp"
	if len(names) > 1 {
		are = " are timestamps"
	}
	printFindings(s.g.console.err, []finding{doubt(s.a.table, strings.Join(names, ", ")+are+" without a zone, taken for UTC and written with a Z",
		"if another zone is meant, write it into connections."+sourceName+": timezone: Europe/Berlin or the like")})
}

// zoneless are the columns of timestamps, or of lists of them, that have no zone. A text of SQLite goes into the message as it is.
func zoneless(columns []record.Column) (names []string) {
	for _, c := range columns {
		if strings.HasPrefix(c.Type, "timestamp") && strings.Contains(c.Type, "without time zone") {
			names = append(names, c.Name)
		}
	}
	return names
}
