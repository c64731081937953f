package store

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/record"
)

// Between implements Control. The gaps are read first, so that a row on its way from its gap is not in neither.
func (s *SQL) Between(ctx context.Context, feed string, within record.Range, limit int) (rows []Standing, found []Gap, err error) {
	var g []gapRow
	err = s.list(ctx, s.db, &g, selectGaps+` AND lo <= $3 AND hi >= $2 ORDER BY lo`, feed, within.Lo, within.Hi)
	if err == nil {
		err = s.list(ctx, s.db, &rows, `
			SELECT seq, status, outcome FROM dumped_data WHERE feed = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq LIMIT $4`,
			feed, within.Lo, within.Hi, limit)
	}
	return rows, gaps(g), s.trouble(ctx, "read what is recorded of "+feed, err)
}

// delivered is what AUDIT keeps of a delivery.
type delivered struct {
	Seqs []int64 `json:"seqs"`
}

// Deliver implements Control.
func (s *SQL) Deliver(ctx context.Context, feed string, records []*record.Record, a Audit) (n, audit int64, err error) {
	table, args := s.dialect.dumped(2, travelling(records))
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		var d delivered
		err := s.list(ctx, tx, &d.Seqs, `
			INSERT INTO dumped_data (feed, seq, aside, metadata, message_id, business_key, read_at)
			SELECT $1, x.seq, true, x.metadata, x.message, x.key, clock_timestamp()
			  FROM `+table+` WHERE true
			    ON CONFLICT DO NOTHING RETURNING seq`, append([]any{feed}, args...)...)
		if err != nil {
			return err
		}
		n = int64(len(d.Seqs))
		audit, err = s.audit(ctx, tx, feed, d, n, a)
		return err
	})
	return n, audit, s.trouble(ctx, "deliver rows of "+feed, err)
}
