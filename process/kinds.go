package process

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/record"
)

// kinds are the types that the file may give to a lookup's column.
var kinds = map[string]record.Kind{
	"bool": record.Boolean, "int": record.Integer, "decimal": record.Decimal, "float": record.Float, "text": record.Text,
	"bytes": record.Bytes, "date": record.Date, "datetime": record.DateTime, "time": record.Time, "duration": record.Duration,
}

func kindNames() string { return strings.Join(slices.Sorted(maps.Keys(kinds)), ", ") }

// sorted goes through a map in the order of its keys, so that complaints have one.
func sorted(m map[string]string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}
