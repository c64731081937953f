package store

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/record"
)

// Above implements Control.
func (s *SQL) Above(ctx context.Context, feed string, seq int64) (c Counts, err error) {
	var rows []struct {
		Status record.Status
		N      int64
	}
	err = s.list(ctx, s.db, &rows, `SELECT status, count(*) AS n FROM dumped_data WHERE feed = $1 AND seq > $2 GROUP BY status`, feed, seq)
	for _, r := range rows {
		switch r.Status {
		case record.New:
			c.New = r.N
		case record.Completed:
			c.Completed = r.N
		case record.Failed:
			c.Failed = r.N
		}
	}
	return c, s.trouble(ctx, "count the rows of "+feed, err)
}

// rewound is what AUDIT keeps of a rewind.
type rewound struct {
	From   int64 `json:"from"`
	To     int64 `json:"to"`
	Resend bool  `json:"resend_completed"`
}

// Rewind implements Control.
func (s *SQL) Rewind(ctx context.Context, feed string, r Rewind, a Audit) (audit int64, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		p, err := s.position(ctx, tx, feed, ` FOR UPDATE`)
		if err != nil {
			return err
		}
		switch {
		case r.To > p.LastRead:
			return ErrForward
		case p.StopCode != "" && !r.Resend:
			return ErrStopped
		}
		if err := s.moveBack(ctx, tx, feed, r); err != nil {
			return err
		}
		var above int64
		if err := s.get(ctx, tx, &above, `SELECT count(*) FROM dumped_data WHERE feed = $1 AND seq > $2`, feed, r.To); err != nil {
			return err
		}
		audit, err = s.audit(ctx, tx, feed, rewound{p.LastRead, r.To, r.Resend}, above, a)
		return err
	})
	return audit, s.trouble(ctx, "rewind "+feed, err)
}

// moveBack leaves an earlier order to send again as it is: what it is about may still lie ahead.
func (s *SQL) moveBack(ctx context.Context, tx *sqlx.Tx, feed string, r Rewind) error {
	_, err := s.exec(ctx, tx, `
		UPDATE read_data_info
		   SET last_read_seq = $2, start_seq = CASE WHEN start_seq < $2 THEN start_seq ELSE $2 END, version = version + 1,
		       source_identity = $3, stop_code = NULL, stop_text = NULL, updated_at = clock_timestamp()
		 WHERE feed = $1`, feed, r.To, clean(string(r.Identity)))
	if err != nil {
		return err
	}
	if r.Resend {
		_, err = s.exec(ctx, tx, `UPDATE read_data_info SET resend_above = $2, resend_before = clock_timestamp() WHERE feed = $1`, feed, r.To)
		if err == nil {
			err = s.renew(ctx, tx, feed, r.To)
		}
		if err != nil {
			return err
		}
	}
	if _, err = s.exec(ctx, tx, `DELETE FROM sequence_gap WHERE feed = $1 AND lo > $2`, feed, r.To); err != nil {
		return err
	}
	_, err = s.exec(ctx, tx, `UPDATE sequence_gap SET hi = $2 WHERE feed = $1 AND hi > $2`, feed, r.To)
	return err
}

// renew gives rows above a number that are not COMPLETED a fresh id and, where they are NEW, takes them out of whoever's hands: what is in flight
// there was built from the old row, and its mark hits nothing.
func (s *SQL) renew(ctx context.Context, tx *sqlx.Tx, feed string, to int64) error {
	_, err := s.exec(ctx, tx, `
		UPDATE dumped_data
		   SET message_id = $3 || seq || '.r' || (resends + 1), resends = resends + 1,
		       owner = CASE WHEN status = 'NEW' THEN NULL ELSE owner END, aside = status = 'NEW',
		       next_attempt_at = NULL,
		       claim_no = claim_no + CASE WHEN status = 'NEW' THEN 1 ELSE 0 END
		 WHERE feed = $1 AND seq > $2 AND status IN ('NEW', 'FAILED')`, feed, to, s.id+"."+feed+".")
	return err
}
