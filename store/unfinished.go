package store

import (
	"context"
	"database/sql"
	"errors"
	"math"

	"github.com/jmoiron/sqlx"
)

// putAside is how long a row may be under way before it is put aside, so that it does not hold back the number from which unfinished rows are looked for.
const putAside = 30.0 // seconds

// Every NEW row is aside, or has a number from READ_DATA_INFO.unfinished_from on. That number only rises, and is never above high_seq + 1: so a
// number that was read earlier leads to the same rows.

// front is where a feed's NEW rows are looked for.
type front struct {
	Feed string
	From int64 `db:"unfinished_from"`
}

// fronts are those of all feeds. Their numbers travel back as parameters: PostgreSQL takes a number that a statement finds by itself for any, and
// would read a third of the table.
func (s *SQL) fronts(ctx context.Context, q sqlx.QueryerContext) (all []front, err error) {
	err = s.list(ctx, q, &all, `SELECT feed, unfinished_from FROM read_data_info ORDER BY feed`)
	return all, err
}

// unfinished is the NEW rows of feed $1, whose front is $2.
const unfinished = `(SELECT seq, owner, read_at FROM dumped_data WHERE feed = $1 AND aside
	UNION ALL SELECT seq, owner, read_at FROM dumped_data WHERE feed = $1 AND seq >= $2 AND status = 'NEW' AND NOT aside) AS n`

// owners are the instances that own NEW rows of any feed.
func (s *SQL) owners(ctx context.Context, tx *sqlx.Tx) ([]string, error) {
	fronts, err := s.fronts(ctx, tx)
	all := []string{}
	for _, f := range fronts {
		var some []string
		if err := s.list(ctx, tx, &some, `SELECT DISTINCT owner FROM `+unfinished+` WHERE owner IS NOT NULL`, f.Feed, f.From); err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, err
}

// release makes the NEW rows of an instance nobody's.
func (s *SQL) release(ctx context.Context, tx *sqlx.Tx, id string) (released int64, err error) {
	fronts, err := s.fronts(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, f := range fronts {
		n, err := s.exec(ctx, tx, `
			UPDATE dumped_data SET aside = true, owner = NULL, crashes = 0 WHERE feed = $1 AND seq >= $2 AND status = 'NEW' AND owner = $3`, f.Feed, f.From, id)
		if err != nil {
			return 0, err
		}
		released += n
	}
	n, err := s.exec(ctx, tx, `UPDATE dumped_data SET owner = NULL, crashes = 0 WHERE aside AND owner = $1`, id) // last: a sweep may have put some aside meanwhile
	return released + n, err
}

// nothingNew reports that the feed has no NEW row, that this instance lives, and that nobody else's life has lapsed: most claims of most days end
// with this one question.
func (s *SQL) nothingNew(ctx context.Context, feed, instance string) (nothing bool, err error) {
	err = s.get(ctx, s.db, &nothing, `
		SELECT EXISTS (SELECT 1 FROM instance WHERE id = $2 AND NOT dead)
		   AND NOT EXISTS (SELECT 1 FROM instance WHERE NOT dead AND alive_until < clock_timestamp())
		   AND NOT EXISTS (SELECT 1 FROM dumped_data WHERE feed = $1 AND aside)
		   AND NOT EXISTS (SELECT 1 FROM read_data_info WHERE feed = $1 AND unfinished_from <= high_seq)`, feed, instance)
	return nothing, err
}

// sweep raises unfinished_from to the lowest row that is under way, and puts aside what has been for long. It returns the new number. The lock keeps
// dumps of the feed away, whose rows it would not see.
func (s *SQL) sweep(ctx context.Context, feed string) (from int64, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		var p struct {
			From int64 `db:"unfinished_from"`
			High int64 `db:"high_seq"`
		}
		if err := s.get(ctx, tx, &p, `SELECT unfinished_from, high_seq FROM read_data_info WHERE feed = $1 FOR UPDATE SKIP LOCKED`, feed); err != nil {
			return err
		}
		if from, err = s.lowest(ctx, tx, feed, p.From, p.High); err != nil || from == p.From {
			return err
		}
		_, err := s.exec(ctx, tx, `UPDATE read_data_info SET unfinished_from = $2 WHERE feed = $1`, feed, from)
		return err
	})
	if !errors.Is(err, sql.ErrNoRows) {
		return from, err
	}
	err = s.get(ctx, s.db, &from, `SELECT unfinished_from FROM read_data_info WHERE feed = $1`, feed) // a dump or another sweep is at it
	if errors.Is(err, sql.ErrNoRows) {                                                                // no position yet, so no row was dumped
		return math.MaxInt64, nil
	}
	return from, err
}

// lowest is the lowest number of a row that is under way and not aside, or the one above the highest that was dumped.
func (s *SQL) lowest(ctx context.Context, tx *sqlx.Tx, feed string, from, high int64) (int64, error) {
	var found struct {
		Low *int64
		Old int64
	}
	err := s.get(ctx, tx, &found, `
		SELECT min(seq) AS low, count(*) FILTER (WHERE read_at < clock_timestamp() - $3 * interval '1 second') AS old
		  FROM dumped_data WHERE feed = $1 AND seq >= $2 AND status = 'NEW' AND NOT aside`, feed, from, putAside)
	if err == nil && found.Old > 0 {
		_, err = s.exec(ctx, tx, `
			UPDATE dumped_data SET aside = true WHERE feed = $1 AND seq >= $2 AND status = 'NEW' AND NOT aside`, feed, from)
		return high + 1, err
	}
	if found.Low == nil {
		return high + 1, err
	}
	return *found.Low, err
}
