package sqlvalue

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/record"
)

// SQLiteQuery learns the columns of what stands after FROM, without reading a row; args are for its parameters. Any column may
// hold any type there, so a value is read by what it is, and a column's Kind is only what it says.
func SQLiteQuery(ctx context.Context, tx *sqlx.Tx, from string, args ...any) ([]Column, error) {
	rows, err := tx.QueryContext(ctx, "SELECT * FROM "+from+" LIMIT 0", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	columns := make([]Column, len(types))
	for i, t := range types {
		declared := t.DatabaseTypeName()
		kind := affinity(declared)
		columns[i] = Column{
			Column: record.Column{Name: t.Name(), Kind: kind, Type: declared},
			Expr:   "+%s", // an expression has no declared type, by which the driver would turn text into times
			Read:   readDynamic, Integer: kind == record.Integer || declared == "", Lowest: math.MinInt64,
		}
	}
	return columns, rows.Err()
}

// affinity follows the first rules of https://www.sqlite.org/datatype3.html#determination_of_column_affinity
func affinity(declared string) record.Kind {
	d := strings.ToUpper(declared)
	switch {
	case strings.Contains(d, "INT"):
		return record.Integer
	case strings.Contains(d, "BLOB"):
		return record.Bytes
	case strings.Contains(d, "REAL"), strings.Contains(d, "FLOA"), strings.Contains(d, "DOUB"):
		return record.Float
	}
	return record.Text
}

func readDynamic(src any) (record.Value, error) {
	switch v := src.(type) {
	case string:
		return record.Value{Text: v}, nil
	case []byte:
		return record.Value{Kind: record.Bytes, Text: string(v)}, nil
	case int64:
		return record.Value{Kind: record.Integer, Text: strconv.FormatInt(v, 10)}, nil
	case float64:
		return float(strconv.FormatFloat(v, 'g', -1, 64))
	}
	return record.Value{}, fmt.Errorf("the driver hands out a %T", src)
}
