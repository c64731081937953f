package process

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sqlvalue"
)

// dialect is what differs between the databases that are looked into.
type dialect interface {
	name() string

	// parameter is how the n-th parameter stands in a statement, with the type of its column.
	parameter(n int, column record.Column) string

	// argument is a value as the driver takes it for a parameter.
	argument(v record.Value) any

	// settle makes a transaction write values as sqlvalue reads them.
	settle(ctx context.Context, tx *sqlx.Tx) error

	// compile reports what is wrong with one statement and runs none.
	compile(ctx context.Context, tx *sqlx.Tx, query string, args []any) error

	// columns learns the columns of what stands after FROM.
	columns(ctx context.Context, tx *sqlx.Tx, from, alias string, args []any) ([]sqlvalue.Column, error)
}

// dialect is that of the lookup's pool. Without one it is no database's: parameters are found, and no more.
func (l *Lookup) dialect() dialect {
	if l.DB == nil {
		return nowhere{}
	}
	if l.DB.DriverName() == database.SQLite {
		return sqlite{}
	}
	zone := l.Zone
	if zone == nil {
		zone = time.UTC
	}
	return postgres{zone: zone}
}

// nowhere is the dialect of a lookup without a database.
type nowhere struct{ dialect }

func (nowhere) name() string { return "" }

func (nowhere) parameter(n int, _ record.Column) string { return fmt.Sprintf("?%d", n) }

// begin opens a transaction that can only read.
func (l *Lookup) begin(ctx context.Context, d dialect) (*sqlx.Tx, error) {
	tx, err := l.DB.BeginTxx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	if err := d.settle(ctx, tx); err != nil {
		_ = tx.Rollback()
		return nil, fmt.Errorf("begin: %w", err)
	}
	return tx, nil
}
