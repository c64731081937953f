package main

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sqlvalue"
)

// testRow is a test's row: the columns that the file lists, in their order, else those of the test by name. What the test does not name is NULL.
func testRow(f *config.File, feed string, test config.Test) *record.Record {
	s := f.Feeds[feed].Source
	names := s.Columns
	if names == nil {
		names = slices.Sorted(maps.Keys(test.Row))
	}
	r := &record.Record{Row: record.Row{Loose: true}}
	for _, name := range names {
		v := record.Value{Null: true}
		if d, given := test.Row[name]; given {
			v = valueOf(d, f.Connections[s.Connection].Location())
		}
		r.Row.Columns = append(r.Row.Columns, record.Column{Name: name, Kind: v.Kind})
		r.Row.Values = append(r.Row.Values, v)
	}
	r.Seq, _ = strconv.ParseInt(test.Row[s.Sequence].Text, 10, 64) // 0 where the test names none
	return r
}

// looks are what a text without quotes looks like, and is then.
var looks = []struct {
	like *regexp.Regexp
	kind record.Kind
}{
	{regexp.MustCompile(`^(true|false)$`), record.Boolean},
	{regexp.MustCompile(`^-?[0-9]+$`), record.Integer},
	{regexp.MustCompile(`^-?[0-9]+\.[0-9]+$`), record.Decimal},
	{regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`), record.Date},
	{regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}`), record.DateTime},
	{regexp.MustCompile(`^[0-9]{2}:[0-9]{2}:[0-9]{2}`), record.Time},
}

// valueOf is what a test writes: without quotes a number, a date or true and false is what it looks like, all else is a text. A date with
// a time and without an offset is in the zone of the connection.
func valueOf(d config.Data, zone *time.Location) record.Value {
	switch {
	case d.Null:
		return record.Value{Null: true}
	case d.Items != nil:
		list := record.Value{Kind: record.List, Items: []record.Value{}}
		for _, item := range d.Items {
			list.Items = append(list.Items, valueOf(item, zone))
		}
		return list
	case d.Columns != nil:
		return objectOf(d, zone)
	case d.Quoted:
		return record.Value{Text: d.Text}
	}
	for _, l := range looks {
		if l.like.MatchString(d.Text) {
			if v, ok := sqlvalue.To(d.Text, l.kind, zone); ok {
				return v
			}
		}
	}
	return record.Value{Text: d.Text}
}

func objectOf(d config.Data, zone *time.Location) record.Value {
	row := &record.Row{}
	for _, name := range slices.Sorted(maps.Keys(d.Columns)) {
		v := valueOf(d.Columns[name], zone)
		row.Columns = append(row.Columns, record.Column{Name: name, Kind: v.Kind})
		row.Values = append(row.Values, v)
	}
	return record.Value{Kind: record.Object, Row: row}
}
