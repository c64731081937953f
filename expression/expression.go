// Package expression compiles the file's expressions against typed columns and evaluates them with SQL's NULL and exact decimals.
package expression

import (
	"fmt"

	"github.com/rowrelay/rowrelay/record"
)

// Type is what is known of a value before any row is read.
type Type struct {
	Kind    record.Kind
	Any     bool            // nothing is known: everything is allowed here, and settled with each row
	Item    *Type           // of a List; nil: Any
	Columns []record.Column // of an Object
}

// Of is the type of a column. What an array holds is not known.
func Of(c record.Column) Type { return Type{Kind: c.Kind} }

// Names are what an expression may refer to. They may also be used as lower-case column names, row["Odd Name"], seq and feed.
type Names struct {
	Columns []record.Column // of the source's rows
	Open    bool            // Columns are not known (no database at hand): a name that is nothing else is a column of any type
	Into    []Binding       // results of lookups, in the order of Scope.Into
	Vars    []Binding       // `as` names of the lists that are being gone through, in the order of Scope.Vars
}

// spelling is how the database spells the columns.
func (n Names) spelling() []string {
	names := make([]string, len(n.Columns))
	for i, c := range n.Columns {
		names[i] = c.Name
	}
	return names
}

// Binding is a name with the type of its value.
type Binding struct {
	Name string
	Type Type
}

// Scope holds the values for one evaluation. An Expr does not change it.
type Scope struct {
	Feed string
	Seq  int64
	Row  record.Row     // whose columns are those of Names
	Into []record.Value // of lookups that were not needed: Null
	Vars []record.Value
}

// Error says what is wrong with an expression, and where in it. It holds no value of a row.
type Error struct {
	Line, Column int // both from 1; of the expression's own text
	Text         string
	Remedy       string // what to do; may be empty
}

func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Text) }
