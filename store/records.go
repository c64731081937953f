package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/record"
)

// Claim implements Records; ErrFenced when the instance itself is dead.
//
// Death is declared first and is final, and the claim then names the dead. A claim that looked the owners up by itself
// (NOT EXISTS ... alive) would look in the snapshot in which it began, and take rows of an instance that has registered since.
func (s *SQL) Claim(ctx context.Context, feed, instance string, limit int, inFlight []int64) ([]*record.Record, error) {
	records, err := s.claim(ctx, feed, instance, limit, inFlight)
	if err != nil {
		return nil, s.trouble(ctx, "claim rows of "+feed, err)
	}
	return records, nil
}

func (s *SQL) claim(ctx context.Context, feed, instance string, limit int, inFlight []int64) ([]*record.Record, error) {
	if nothing, err := s.nothingNew(ctx, feed, instance); nothing || err != nil {
		return nil, err
	}
	_, err := s.exec(ctx, s.db, `UPDATE instance SET dead = true WHERE NOT dead AND alive_until < clock_timestamp()`)
	if err != nil {
		return nil, err
	}
	from, err := s.sweep(ctx, feed)
	if err != nil {
		return nil, err
	}
	dead, crashed, err := s.dead(ctx, feed, instance, from)
	if err != nil {
		return nil, err
	}
	var rows []claimed
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		return s.list(ctx, tx, &rows, claim,
			feed, instance, s.dialect.list(dead), s.dialect.list(crashed), s.dialect.list(append([]int64{}, inFlight...)), limit, SuspectCrashes, from)
	})
	return claims(feed, rows), err
}

// claim looks for due rows in five ways. Rows of nobody that are due at once or have waited long enough, rows of the dead, and our own that are
// not in flight are ranges of the index dumped_data_aside, and each ORDER BY is one that the primary key cannot serve: else PostgreSQL
// likes to walk through every COMPLETED row in the order of seq. The last are found by their numbers, from unfinished_from ($8) on.
const claim = `
	WITH free AS MATERIALIZED (
	         SELECT seq FROM dumped_data WHERE feed = $1 AND aside AND owner IS NULL AND next_attempt_at IS NULL
	          ORDER BY owner, next_attempt_at, seq LIMIT $6 FOR UPDATE SKIP LOCKED),
	     waited AS MATERIALIZED (
	         SELECT seq FROM dumped_data WHERE feed = $1 AND aside AND owner IS NULL
	            AND next_attempt_at <= (SELECT clock_timestamp())
	          ORDER BY owner, next_attempt_at, seq LIMIT $6 FOR UPDATE SKIP LOCKED),
	     orphaned AS MATERIALIZED (
	         SELECT seq FROM dumped_data WHERE feed = $1 AND aside AND owner = ANY($3)
	          ORDER BY seq + 0 LIMIT $6 FOR UPDATE SKIP LOCKED),
	     lost AS MATERIALIZED (
	         SELECT seq FROM dumped_data WHERE feed = $1 AND aside AND owner = $2 AND NOT seq = ANY($5)
	          ORDER BY seq + 0 LIMIT $6 FOR UPDATE SKIP LOCKED),
	     recent AS MATERIALIZED (
	         SELECT seq FROM dumped_data WHERE feed = $1 AND seq >= $8 AND status = 'NEW' AND NOT aside
	            AND (owner = ANY($3) OR owner = $2 AND NOT seq = ANY($5))
	          ORDER BY feed, seq LIMIT $6 FOR UPDATE SKIP LOCKED),
	     due AS MATERIALIZED (
	         SELECT seq AS due_seq FROM (SELECT seq FROM free UNION ALL SELECT seq FROM waited UNION ALL SELECT seq FROM orphaned
	                                      UNION ALL SELECT seq FROM lost UNION ALL SELECT seq FROM recent) AS x
	          ORDER BY seq LIMIT $6)
	UPDATE dumped_data AS d
	   SET aside = true, owner = $2, claim_no = d.claim_no + 1, next_attempt_at = NULL,
	       crashes = d.crashes + CASE WHEN d.owner = ANY($4) AND d.crashes < $7 THEN 1 ELSE 0 END
	  FROM due WHERE d.feed = $1 AND d.seq = due_seq
	RETURNING seq, metadata, message_id, business_key, claim_no, attempts, crashes`

// dead returns the owners whose rows may be claimed, and those among them that died without a clean stop. An owner that no
// INSTANCE row names is dead: somebody deleted the row. One snapshot shows both, and an instance is registered before it
// owns a row, so no living one is taken for deleted.
func (s *SQL) dead(ctx context.Context, feed, instance string, from int64) (dead, crashed []string, err error) {
	var owners []struct {
		ID            string
		Dead, Crashed bool
	}
	err = s.list(ctx, s.db, &owners, `
		SELECT owner AS id, coalesce(dead, true) AS dead, coalesce(dead AND stopped_at IS NULL, false) AS crashed
		  FROM (SELECT DISTINCT owner FROM `+unfinished+` WHERE owner IS NOT NULL) AS o
		  LEFT JOIN instance ON id = owner
		 WHERE owner <> $3
		 UNION ALL
		SELECT id, dead, false FROM instance WHERE id = $3`, feed, from, instance)
	alive := false
	dead, crashed = []string{}, []string{}
	for _, o := range owners {
		alive = alive || o.ID == instance && !o.Dead
		if o.Dead {
			dead = append(dead, o.ID)
		}
		if o.Crashed {
			crashed = append(crashed, o.ID)
		}
	}
	if err == nil && !alive {
		err = ErrFenced
	}
	return dead, crashed, err
}

// claimed is a row as a claim returns it.
type claimed struct {
	Seq       int64
	Metadata  string
	MessageID string  `db:"message_id"`
	Key       *string `db:"business_key"`
	ClaimNo   int     `db:"claim_no"`
	Attempts  int
	Crashes   int
}

func claims(feed string, rows []claimed) []*record.Record {
	slices.SortFunc(rows, func(a, b claimed) int { return cmp.Compare(a.Seq, b.Seq) }) // RETURNING has no order
	records := make([]*record.Record, 0, len(rows))
	now := time.Now()
	for _, r := range rows {
		records = append(records, &record.Record{
			Feed: feed, Seq: r.Seq, Metadata: r.Metadata, MessageID: r.MessageID, Key: r.Key,
			ClaimNo: r.ClaimNo, Attempts: r.Attempts, Crashes: r.Crashes, ClaimedAt: now,
		})
	}
	return records
}

// Alone implements Records. The number is written, not counted up: a lost answer makes the call come twice.
func (s *SQL) Alone(ctx context.Context, instance string, r *record.Record) (bool, error) {
	n, err := s.exec(ctx, s.db, `
		UPDATE dumped_data SET crashes = $5
		 WHERE feed = $1 AND seq = $2 AND claim_no = $3 AND owner = $4 AND status = 'NEW'`,
		r.Feed, r.Seq, r.ClaimNo, instance, r.Crashes+1)
	return n == 1, s.trouble(ctx, "note a row that is carried alone", err)
}
