package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/database"
)

// ground is the two databases: the table that is read, and what the relay writes.
type ground struct {
	source, store *sqlx.DB
	last          int64 // the highest number of any run so far: none comes twice, so no broker takes a message for a copy
}

func newGround(ctx context.Context, f *config.File, n benchNames) (*ground, error) {
	open := func(name string) (*sqlx.DB, error) {
		o := databaseOptions(f, name)
		o.RequestTimeout = time.Hour // millions of rows are made in one statement
		return database.Open(o)
	}
	source, err := open(n.source)
	if err != nil {
		return nil, err
	}
	store, err := open(n.store)
	if err != nil {
		return nil, err
	}
	g := &ground{source: source, store: store}
	for name, db := range map[string]*sqlx.DB{n.source: source, n.store: store} {
		if err := mayCreate(ctx, name, db); err != nil {
			g.close()
			return nil, err
		}
	}
	return g, g.clear(ctx)
}

// mayCreate refuses an account that cannot make the schemas.
func mayCreate(ctx context.Context, connection string, db *sqlx.DB) error {
	var may bool
	var user, name string
	err := db.QueryRowxContext(ctx, `SELECT has_database_privilege(current_database(), 'CREATE'), current_user, current_database()`).Scan(&may, &user, &name)
	switch {
	case err != nil:
		return database.Trouble(connection, err)
	case !may:
		return &problem{exitConfig, fmt.Sprintf("connection %s: the account %s may not create a schema in the database %s", connection, user, name),
			fmt.Sprintf("GRANT CREATE ON DATABASE %s TO %s; or name another connection with --source, or as store.connection in a copy of the file", database.Quote(name), database.Quote(user))}
	}
	return nil
}

// clear removes what a run has left, and what an earlier call has.
func (g *ground) clear(ctx context.Context) error {
	if _, err := g.store.ExecContext(ctx, `DROP SCHEMA IF EXISTS `+benchStore+` CASCADE`); err != nil {
		return err
	}
	_, err := g.source.ExecContext(ctx, `DROP SCHEMA IF EXISTS `+benchSchema+` CASCADE; CREATE SCHEMA `+benchSchema)
	return err
}

// close leaves nothing behind, as far as the databases still answer.
func (g *ground) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, _ = g.store.ExecContext(ctx, `DROP SCHEMA IF EXISTS `+benchStore+` CASCADE`)
	_, _ = g.source.ExecContext(ctx, `DROP SCHEMA IF EXISTS `+benchSchema+` CASCADE`)
	_ = g.store.Close()
	_ = g.source.Close()
}

// tables makes the empty tables of a run.
func (g *ground) tables(ctx context.Context, feeds int) error {
	if err := g.clear(ctx); err != nil {
		return err
	}
	for i := range feeds {
		_, err := g.source.ExecContext(ctx, fmt.Sprintf(`CREATE TABLE %s.%s (id bigint PRIMARY KEY, order_no text NOT NULL, customer_id integer NOT NULL,
			status text NOT NULL, amount numeric(12,2) NOT NULL, currency char(3) NOT NULL, priority smallint, shipped boolean NOT NULL,
			created_at timestamptz NOT NULL, note text) WITH (autovacuum_enabled = false)`, benchSchema, benchTable(i)))
		if err != nil {
			return err
		}
	}
	return nil
}

// fixed is about what a row holds beside its note, in bytes of text.
const fixed = 80

// fill commits rows, spread over the feeds' tables, in one transaction, and returns when that was by the store's clock.
func (g *ground) fill(ctx context.Context, s shape, rows int) (committed time.Time, err error) {
	tx, err := g.source.BeginTxx(ctx, nil)
	if err != nil {
		return time.Time{}, err
	}
	defer func() { _ = tx.Rollback() }()
	for i := range s.Feeds {
		n := int64(share(rows, s.Feeds, i))
		if _, err := tx.ExecContext(ctx, insertOrders(benchTable(i)), g.last+1, g.last+n, max(1, int(s.Size)-fixed)); err != nil {
			return time.Time{}, err
		}
		g.last += n
	}
	if err := tx.Commit(); err != nil {
		return time.Time{}, err
	}
	err = g.store.GetContext(ctx, &committed, `SELECT clock_timestamp()`)
	return committed, err
}

func insertOrders(table string) string {
	return fmt.Sprintf(`INSERT INTO %s.%s SELECT i, 'A-' || i, i %% 9973, CASE WHEN i %% 7 = 0 THEN 'CHANGED' ELSE 'RELEASED' END, (i %% 100000) / 7.0, 'EUR', i %% 5,
		i %% 2 = 0, now(), rpad('Order ' || i || ' & <rest>, as agreed. ', $3, 'the quick brown fox jumps over the lazy dog ') FROM generate_series($1::bigint, $2::bigint) AS i`, benchSchema, table)
}

// share is the i-th of n parts of rows.
func share(rows, n, i int) int { return rows*(i+1)/n - rows*i/n }

// finished waits until the relay has finished the rows above a number, or `limit` (0: none) has passed. Only the position is asked for until all are
// read: whoever counts rows all the time is measured too.
func (g *ground) finished(ctx context.Context, s shape, above int64, rows int, limit time.Duration, ended <-chan struct{}) error {
	for begin := time.Now(); ctx.Err() == nil && (limit == 0 || time.Since(begin) < limit); {
		var read int64
		if err := g.store.GetContext(ctx, &read, `SELECT coalesce(max(last_read_seq), 0) FROM `+benchStore+`.read_data_info`); err != nil {
			return err
		}
		if read >= g.last {
			done, err := g.count(ctx, s, above, `status <> 'NEW'`)
			if err != nil || done >= rows {
				return err
			}
		}
		select {
		case <-ended:
			return errEnded
		case <-time.After(100 * time.Millisecond):
		}
	}
	return ctx.Err()
}

// count tells for how many rows above a number a condition holds.
func (g *ground) count(ctx context.Context, s shape, above int64, condition string) (total int, err error) {
	for i := range s.Feeds {
		var n int
		err := g.store.GetContext(ctx, &n, `SELECT count(*) FROM `+benchStore+`.dumped_data WHERE feed = $1 AND seq > $2 AND `+condition, benchFeed(i), above)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// outcome counts the rows above a number that were sent, and says when the last one was.
func (g *ground) outcome(ctx context.Context, s shape, above int64) (sent int, last time.Time, err error) {
	for i := range s.Feeds {
		var at *time.Time
		err := g.store.GetContext(ctx, &at, `SELECT max(finished_at) FROM `+benchStore+`.dumped_data WHERE feed = $1 AND seq > $2 AND outcome = 'SENT'`, benchFeed(i), above)
		if err != nil {
			return 0, last, err
		}
		if at != nil && at.After(last) {
			last = *at
		}
	}
	sent, err = g.count(ctx, s, above, `outcome = 'SENT'`)
	return sent, last, err
}

// ready waits until the daemon has its tables and every feed a position.
func (g *ground) ready(ctx context.Context, feeds int, ended <-chan struct{}) error {
	for ctx.Err() == nil {
		var n int
		err := g.store.GetContext(ctx, &n, `SELECT count(*) FROM `+benchStore+`.read_data_info`)
		if err == nil && n == feeds {
			return nil
		}
		select {
		case <-ended:
			return errEnded
		default:
		}
		nap(ctx, 50*time.Millisecond)
	}
	return ctx.Err()
}

// age makes rows that were finished long ago, as feed bench1 would have left them below all numbers of the table.
func (g *ground) age(ctx context.Context, rows int) error {
	_, err := g.store.ExecContext(ctx, fmt.Sprintf(`INSERT INTO %s.dumped_data (feed, seq, status, outcome, metadata, message_id, read_at, finished_at)
		SELECT '%s', -i, 'COMPLETED', 'SENT', '{"table":"%s.%s","seq":' || i || '}', 'bench.bench1.' || i, now(), now() FROM generate_series(1::bigint, $1::bigint) AS i`,
		benchStore, benchFeed(0), benchSchema, benchTable(0)), rows)
	if err == nil {
		_, err = g.store.ExecContext(ctx, `VACUUM ANALYZE `+benchStore+`.dumped_data`)
	}
	return err
}

func nap(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
