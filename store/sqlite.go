package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
)

// sqlite spells PostgreSQL's statements for SQLite.
type sqlite struct{}

// migrateWait is how long a start waits for another one that is making the tables.
const migrateWait = 30 * time.Second

// SQLite's times are text in UTC, all of one length, so that they compare as times.
const sqliteNow = `strftime('%Y-%m-%d %H:%M:%f', 'now')`

var (
	arithmetic = regexp.MustCompile(`clock_timestamp\(\) ([+-]) (\S+) \* interval '1 second'`)
	anyOf      = regexp.MustCompile(`= ANY\((\$\d+)\)`)
	recordset  = regexp.MustCompile(`json_to_recordset\((\$\d+)\) AS (\w+)\(([^)]*)\)`)
	locking    = regexp.MustCompile(`\s+FOR UPDATE( SKIP LOCKED)?`) // a transaction is the only writer anyway
)

func (sqlite) sql(statement string) string {
	s := arithmetic.ReplaceAllString(statement, `strftime('%Y-%m-%d %H:%M:%f', 'now', '$1' || $2 || ' seconds')`)
	s = strings.ReplaceAll(s, `clock_timestamp()`, sqliteNow)
	s = anyOf.ReplaceAllString(s, `IN (SELECT value FROM json_each($1))`)
	s = locking.ReplaceAllString(s, ``)
	return recordset.ReplaceAllStringFunc(s, func(call string) string {
		part := recordset.FindStringSubmatch(call)
		return jsonTable(part[1], part[2], part[3])
	})
}

// jsonTable reads an array of objects as a table, as PostgreSQL's json_to_recordset does. Without the limit SQLite would
// parse the array again for each of the feed's NEW rows, instead of looking up a row for each of its elements.
func jsonTable(parameter, alias, columns string) string {
	var fields []string
	for column := range strings.SplitSeq(columns, ",") {
		name, _, _ := strings.Cut(strings.TrimSpace(column), " ")
		fields = append(fields, "value->>'"+name+"' AS "+name)
	}
	return "(SELECT " + strings.Join(fields, ", ") + " FROM json_each(" + parameter + ") LIMIT -1) AS " + alias
}

func (sqlite) list(slice any) any {
	text, _ := json.Marshal(slice) // cannot fail: numbers, strings, and structs of them
	return string(text)
}

func (d sqlite) dumped(first int, rows []dumped) (string, []any) {
	return d.sql(fmt.Sprintf(`json_to_recordset($%d) AS x(seq bigint, metadata text, message text, key text)`, first)), []any{d.list(rows)}
}

func (sqlite) where(o Options) string { return database.Address(o.Connection) }

// tables does not open a file that is not there: opening would make it.
func (sqlite) tables(ctx context.Context, s *SQL) (exist bool, err error) {
	if _, err := os.Stat(database.Address(s.options.Connection)); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err := connect(ctx, s); err != nil {
		return false, err
	}
	err = s.get(ctx, s.db, &exist, `SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = $1)`, versions)
	return exist, err
}

// connect opens the pool's connection. To make a file a WAL file SQLite needs it for itself, and where two do so at once it
// refuses one without waiting (https://www.sqlite.org/wal.html#sometimes_queries_return_sqlite_busy_in_wal_mode).
func connect(ctx context.Context, s *SQL) error {
	const patience, pause = 5 * time.Second, 20 * time.Millisecond
	for began := time.Now(); ; time.Sleep(pause) {
		err := s.db.PingContext(ctx)
		o, away := errors.AsType[*record.Outage](database.Trouble(s.name, err))
		if !away || o.Code != record.ConnTimeout || time.Since(began) > patience {
			return err
		}
	}
}

// migrate runs under the lock of the file, so that of two that start at once one waits, and nobody changes the tables
// under a daemon. goose has no lock for SQLite (pressly/goose#1022).
func (sqlite) migrate(ctx context.Context, s *SQL) error {
	ctx, cancel := context.WithTimeout(ctx, migrateWait)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		held, err := takeFile(s.lockPath(), "a program that makes its tables")
		if err == nil {
			if err = connect(ctx, s); err == nil {
				err = s.up(ctx)
			}
			return errors.Join(err, held.Release())
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
		if err := s.checkVersion(ctx); err == nil {
			return nil // the other has done it
		}
	}
}
