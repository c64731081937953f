package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/record"
)

const columns = `feed, seq, status, outcome, error_code, error_text, attempts, next_attempt_at, metadata, message_id,
	business_key, owner, claim_no, crashes, read_at, finished_at,
	(SELECT name FROM instance WHERE id = owner) AS owner_name`

// selection is the WHERE of a filter, with its parameters.
type selection struct {
	where []string
	args  []any
}

// add appends a condition; %s in it becomes the parameter's number.
func (c *selection) add(condition string, arg any) {
	c.args = append(c.args, arg)
	c.where = append(c.where, fmt.Sprintf(condition, fmt.Sprintf("$%d", len(c.args))))
}

func (c *selection) String() string { return strings.Join(c.where, " AND ") }

func (s *SQL) failed(f Filter) *selection {
	c := &selection{where: []string{"status = 'FAILED'", "error_code IS NOT NULL"}}
	if f.Feed != "" {
		c.add("feed = %s", f.Feed)
	}
	if f.Code != "" {
		c.add("error_code = %s", string(f.Code))
	}
	if f.Key != "" {
		c.add("business_key = %s", clean(f.Key))
	}
	if len(f.Seqs) > 0 {
		c.add("seq = ANY(%s)", s.dialect.list(f.Seqs))
	}
	if f.Since > 0 {
		c.add("finished_at >= clock_timestamp() - %s * interval '1 second'", f.Since.Seconds())
	}
	return c
}

// FailedGroups implements Control.
func (s *SQL) FailedGroups(ctx context.Context, f Filter) ([]FailedGroup, error) {
	var rows []struct {
		Feed    string
		Code    record.Code `db:"error_code"`
		Rows    int64       `db:"n"`
		First   moment
		Last    moment
		Example string `db:"example"`
	}
	c := s.failed(f)
	err := s.list(ctx, s.db, &rows, fmt.Sprintf(`
		SELECT g.*, (SELECT coalesce(error_text, '') FROM dumped_data
		              WHERE feed = g.feed AND error_code = g.error_code AND %[1]s ORDER BY finished_at DESC LIMIT 1) AS example
		  FROM (SELECT feed, error_code, count(*) AS n, min(finished_at) AS first, max(finished_at) AS last
		          FROM dumped_data WHERE %[1]s GROUP BY feed, error_code) AS g
		 ORDER BY first, feed, error_code`, c), c.args...)
	groups := make([]FailedGroup, 0, len(rows))
	for _, r := range rows {
		groups = append(groups, FailedGroup{
			Feed: r.Feed, Code: r.Code, Rows: r.Rows, First: r.First.Time, Last: r.Last.Time, Example: r.Example,
		})
	}
	return groups, s.trouble(ctx, "group failed rows", err)
}

// FailedRows implements Control. Paging by `after` needs a filter that names a feed: numbers repeat among feeds.
func (s *SQL) FailedRows(ctx context.Context, f Filter, after int64, limit int) ([]Row, error) {
	c := s.failed(f)
	c.add("seq > %s", after)
	c.args = append(c.args, limit)
	rows := []Row{}
	err := s.list(ctx, s.db, &rows, fmt.Sprintf(`
		SELECT %s FROM dumped_data WHERE %s ORDER BY seq, feed LIMIT $%d`, columns, c, len(c.args)), c.args...)
	return rows, s.trouble(ctx, "list failed rows", err)
}

// Row implements Control.
func (s *SQL) Row(ctx context.Context, feed string, seq int64) (Row, error) {
	var row Row
	err := s.get(ctx, s.db, &row, `SELECT `+columns+` FROM dumped_data WHERE feed = $1 AND seq = $2`, feed, seq)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoRow
	}
	return row, s.trouble(ctx, fmt.Sprintf("read row %s %d", feed, seq), err)
}

// Count implements Control.
func (s *SQL) Count(ctx context.Context, f Filter) (n int64, err error) {
	c := s.failed(f)
	err = s.get(ctx, s.db, &n, `SELECT count(*) FROM dumped_data WHERE `+c.String(), c.args...)
	return n, s.trouble(ctx, "count failed rows", err)
}

// Retry implements Control.
func (s *SQL) Retry(ctx context.Context, f Filter, limit int64, perSecond float64, a Audit) (changed, audit int64, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		if changed, err = s.retry(ctx, tx, f, limit, perSecond); err != nil {
			return err
		}
		audit, err = s.audit(ctx, tx, f.Feed, f.told(), changed, a)
		return err
	})
	return changed, audit, s.trouble(ctx, "retry rows of "+f.Feed, err)
}

// retryBatch is how many rows one statement of a retry changes: so many that it ends long before any time-out.
const retryBatch = 10_000

// retry goes through the rows in the order of feed and seq, and spreads them over time by their place in it, so that no
// process need stay to keep the rate.
func (s *SQL) retry(ctx context.Context, tx *sqlx.Tx, f Filter, limit int64, perSecond float64) (changed int64, err error) {
	if limit == 0 {
		limit = math.MaxInt64
	}
	begin := time.Now()
	at := place{Seq: math.MinInt64}
	for changed < limit {
		spread := spread{begin: changed, perSecond: perSecond, late: time.Since(begin)}
		n, err := s.retryNext(ctx, tx, f, &at, min(limit-changed, retryBatch), spread)
		if err != nil || n == 0 {
			return changed, err
		}
		changed += n
	}
	return changed, nil
}

// place is how far a retry has come.
type place struct {
	Feed string
	Seq  int64
}

// retryNext makes the next rows NEW, above the place, and moves it.
func (s *SQL) retryNext(ctx context.Context, tx *sqlx.Tx, f Filter, at *place, limit int64, sp spread) (int64, error) {
	c := s.failed(f)
	c.args = append(c.args, at.Feed, at.Seq)
	c.where = append(c.where, fmt.Sprintf("(feed, seq) > ($%d, $%d)", len(c.args)-1, len(c.args)))
	wait, next := sp.sql(c)
	c.args = append(c.args, limit)
	var rows []place
	err := s.list(ctx, tx, &rows, fmt.Sprintf(`
		WITH locked AS MATERIALIZED (SELECT feed, seq FROM dumped_data WHERE %s ORDER BY feed, seq LIMIT $%d FOR UPDATE),
		     picked AS (SELECT feed AS its_feed, seq AS its_seq, %s AS wait FROM locked)
		UPDATE dumped_data
		   SET status = 'NEW', aside = true, owner = NULL, attempts = 0, crashes = 0, error_code = NULL, error_text = NULL,
		       finished_at = NULL, next_attempt_at = %s
		  FROM picked WHERE feed = its_feed AND seq = its_seq
		RETURNING feed, seq`, c, len(c.args), wait, next), c.args...)
	for _, r := range rows {
		if r.Feed > at.Feed || r.Feed == at.Feed && r.Seq > at.Seq {
			*at = r
		}
	}
	return int64(len(rows)), err
}

// spread is a batch's place in a retry that keeps a rate.
type spread struct {
	begin     int64 // rows before this batch
	perSecond float64
	late      time.Duration // since the first batch
}

// sql returns each row's wait in seconds, and its NEXT_ATTEMPT_AT.
func (sp spread) sql(c *selection) (wait, next string) {
	if sp.perSecond == 0 {
		return "0", "NULL"
	}
	c.args = append(c.args, 1/sp.perSecond, float64(sp.begin)/sp.perSecond-sp.late.Seconds())
	wait = fmt.Sprintf("CAST($%d AS double precision) + (row_number() OVER (ORDER BY feed, seq) - 1) * CAST($%d AS double precision)",
		len(c.args), len(c.args)-1)
	return wait, "clock_timestamp() + picked.wait * interval '1 second'"
}
