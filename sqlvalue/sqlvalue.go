// Package sqlvalue reads every SQL type of PostgreSQL and SQLite exactly into a record's values.
package sqlvalue

import (
	"fmt"

	"github.com/rowrelay/rowrelay/record"
)

// Column is one column of a table or query, and how its values are read.
type Column struct {
	record.Column
	Expr    string                              // selects it so that Read takes it; %s stands for its reference
	Read    func(src any) (record.Value, error) // of what the driver hands out, which is not nil; it keeps nothing of src
	Integer bool                                // it may hold whole numbers that fit int64
	Lowest  int64                               // of an integer: below every number it can hold, where int64 has room
}

// Select is the expression by which the column is selected, given what it is called there.
func (c Column) Select(reference string) string { return fmt.Sprintf(c.Expr, reference) }

// Cell is a place that a column's values are scanned into, one after the other.
type Cell struct {
	Read  func(src any) (record.Value, error) // the column's
	Value record.Value
}

// Scan implements sql.Scanner; src is copied by Read where the driver owns it.
func (c *Cell) Scan(src any) (err error) {
	if src == nil {
		c.Value = record.Value{Null: true}
		return nil
	}
	c.Value, err = c.Read(src)
	return err
}

// Weigh is about the memory of a value in bytes: its struct of 56 bytes and its text.
func Weigh(v record.Value) int {
	n := 56 + len(v.Text)
	for _, item := range v.Items {
		n += Weigh(item)
	}
	if v.Row != nil {
		for _, value := range v.Row.Values {
			n += Weigh(value)
		}
	}
	return n
}

// Twice is a query that has two columns of one name.
type Twice struct{ Name string }

func (t *Twice) Error() string { return fmt.Sprintf("two columns are named %q", t.Name) }
