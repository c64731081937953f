package store

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/rowrelay/rowrelay/database"
)

// columnar is a table of parameters, a column of it an array, or one value where all rows have the same.
type columnar struct {
	first         int // the number of the first parameter
	args          []any
	arrays, names []string // of unnest
	shown         []string // of the table
}

func (t *columnar) parameter(arg any) string {
	t.args = append(t.args, arg)
	return fmt.Sprintf("$%d", t.first+len(t.args)-1)
}

func (t *columnar) column(name, kind string, array any) {
	t.arrays = append(t.arrays, t.parameter(array)+"::"+kind)
	t.names, t.shown = append(t.names, name), append(t.shown, name)
}

// scalar is one text for all rows, with what SQL adds to it.
func (t *columnar) scalar(name, more string, value any) {
	t.shown = append(t.shown, t.parameter(value)+"::text"+more+" AS "+name)
}

// texts are a column of texts; of returns false for NULL.
func (t *columnar) texts(name string, rows []dumped, of func(dumped) (string, bool)) {
	all, same := make([]sql.NullString, len(rows)), true
	for i, r := range rows {
		all[i].String, all[i].Valid = of(r)
		same = same && all[i] == all[0]
	}
	if same {
		t.scalar(name, "", all[0])
		return
	}
	t.column(name, "text[]", database.Array(all))
}

func (t *columnar) sql() string {
	return fmt.Sprintf("(SELECT %s FROM unnest(%s) AS u(%s)) AS x", strings.Join(t.shown, ", "), strings.Join(t.arrays, ", "), strings.Join(t.names, ", "))
}

// messagePrefix is what all message ids have before their number, if there is nothing else.
func messagePrefix(rows []dumped) (prefix string, ok bool) {
	prefix = strings.TrimSuffix(rows[0].Message, strconv.FormatInt(rows[0].Seq, 10))
	var number [20]byte
	for _, r := range rows {
		rest, found := strings.CutPrefix(r.Message, prefix)
		if !found || rest != string(strconv.AppendInt(number[:0], r.Seq, 10)) {
			return "", false
		}
	}
	return prefix, true
}
