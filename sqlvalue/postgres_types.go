package sqlvalue

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/record"
)

// pgType is a row of pg_type, and of what it is made.
type pgType struct {
	OID       uint32 `db:"oid"`
	Name      string `db:"typname"`
	Shown     string `db:"shown"`
	Builtin   bool   `db:"builtin"`
	Base      uint32 `db:"base"`    // of a domain, else 0
	Element   uint32 `db:"element"` // of a true array, else 0
	Delimiter string `db:"delimiter"`
}

// PostgresTypes fills in how each column, which has its name, is read: column i is of the type oids[i]. A nil
// zone is UTC. A type is an array if array_out writes it: int2vector has elements too, but another text.
func PostgresTypes(ctx context.Context, tx *sqlx.Tx, columns []*Column, oids []uint32, zone *time.Location) error {
	const query = `WITH RECURSIVE t AS (
			SELECT oid, typname, typnamespace, typbasetype, typelem, typoutput, typdelim FROM pg_type WHERE oid = ANY($1::oid[])
			UNION
			SELECT e.oid, e.typname, e.typnamespace, e.typbasetype, e.typelem, e.typoutput, e.typdelim
			FROM t JOIN pg_type e ON e.oid = t.typbasetype OR e.oid = t.typelem AND t.typoutput = 'array_out'::regproc)
		SELECT oid, typname, format_type(oid, NULL) AS shown, typnamespace = 'pg_catalog'::regnamespace AS builtin, typbasetype AS base,
			CASE WHEN typoutput = 'array_out'::regproc THEN typelem ELSE 0 END AS element, typdelim::text AS delimiter FROM t`
	numbers := make([]string, len(oids))
	for i, oid := range oids {
		numbers[i] = strconv.FormatUint(uint64(oid), 10)
	}
	var found []pgType
	if err := tx.SelectContext(ctx, &found, query, "{"+strings.Join(numbers, ",")+"}"); err != nil {
		return err
	}
	p := pgTypes{zone: zone, types: make(map[uint32]pgType, len(found))}
	if zone == nil {
		p.zone = time.UTC
	}
	for _, t := range found {
		p.types[t.OID] = t
	}
	for i, oid := range oids {
		p.column(columns[i], oid)
	}
	return nil
}

// pgTypes are the types that some columns are made of.
type pgTypes struct {
	zone  *time.Location // what a timestamp without a zone means
	types map[uint32]pgType
}

func (p pgTypes) column(c *Column, oid uint32) {
	kind, read, base := p.reader(oid)
	c.Kind, c.Type = kind, p.types[oid].Shown
	name, shown := c.Name, c.Type
	c.Read = readText(func(text string) (record.Value, error) {
		v, err := read(text)
		if err != nil {
			err = fmt.Errorf("column %q, of type %s when the source was opened: %w", name, shown, err)
		}
		return v, err
	})
	c.Expr = "%s"
	switch kind {
	case record.Date, record.DateTime, record.Time, record.Float: // lib/pq would decode these, and not exactly
		c.Expr = "%s::text"
	case record.Bytes: // which lib/pq has decoded, unlike an array's
		c.Read = readText(asIs(record.Bytes))
	case record.Integer:
		c.Lowest, c.Integer = lowest[base.Name]
	}
}

// reader finds how a type's text is read, and the type at the bottom of its domains.
func (p pgTypes) reader(oid uint32) (record.Kind, reader, pgType) {
	t := p.types[oid]
	for t.Base != 0 {
		t = p.types[t.Base]
	}
	if t.Element != 0 {
		kind, read, _ := p.reader(t.Element)
		return record.List, array(kind, t.Delimiter[0], read), t
	}
	if !t.Builtin {
		return record.Text, asIs(record.Text), t
	}
	kind, read := p.builtin(t.Name)
	return kind, read, t
}

// builtin is the table of types: docs/types.md tells it to users. Whatever is not listed is carried
// as PostgreSQL writes it.
func (p pgTypes) builtin(name string) (record.Kind, reader) {
	switch name {
	case "int2", "int4", "int8", "oid":
		return record.Integer, asIs(record.Integer)
	case "numeric":
		return record.Decimal, asIs(record.Decimal)
	case "float4", "float8":
		return record.Float, float
	case "bool":
		return record.Boolean, boolean
	case "bytea":
		return record.Bytes, bytea
	case "date":
		return record.Date, date
	case "timestamptz":
		return record.DateTime, timestamptz
	case "timestamp":
		return record.DateTime, timestamp(p.zone)
	case "time":
		return record.Time, asIs(record.Time)
	case "timetz":
		return record.Time, timetz
	case "interval":
		return record.Duration, asIs(record.Duration)
	}
	return record.Text, asIs(record.Text)
}

// lowest is the number below everything that an integer type holds; bigint leaves no room below it.
var lowest = map[string]int64{"int2": -1<<15 - 1, "int4": -1<<31 - 1, "int8": -1 << 63}
