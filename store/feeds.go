package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/record"
)

// position is a row of READ_DATA_INFO as it is scanned.
type position struct {
	LastRead int64       `db:"last_read_seq"`
	High     int64       `db:"high_seq"`
	StartSeq int64       `db:"start_seq"`
	Version  int64       `db:"version"`
	Identity []byte      `db:"source_identity"`
	Paused   bool        `db:"paused"`
	StopCode record.Code `db:"stop_code"`
	StopText string      `db:"stop_text"`
}

const (
	positionColumns = `last_read_seq, high_seq, start_seq, version, source_identity, paused,
		coalesce(stop_code, '') AS stop_code, coalesce(stop_text, '') AS stop_text`
	selectPosition = `SELECT ` + positionColumns + ` FROM read_data_info `
)

func (s *SQL) position(ctx context.Context, q sqlx.QueryerContext, feed, locking string) (Position, error) {
	var p position
	err := s.get(ctx, q, &p, selectPosition+`WHERE feed = $1`+locking, feed)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoFeed
	}
	return Position(p), err
}

// Position implements Feeds.
func (s *SQL) Position(ctx context.Context, feed string) (Position, error) {
	p, err := s.position(ctx, s.db, feed, "")
	return p, s.trouble(ctx, "read the position of "+feed, err)
}

// CreateFeed implements Feeds.
func (s *SQL) CreateFeed(ctx context.Context, feed string, b Beginning) (Position, error) {
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		n, err := s.exec(ctx, tx, `
			INSERT INTO read_data_info (feed, last_read_seq, high_seq, start_seq, unfinished_from, source_identity)
			VALUES ($1, $2, $2, $2, $2, $3) ON CONFLICT DO NOTHING`, feed, b.Start, clean(string(b.Identity)))
		if err != nil || n == 0 {
			return err
		}
		return s.begin(ctx, tx, feed, b)
	})
	if err != nil {
		return Position{}, s.trouble(ctx, "write the first position of "+feed, err)
	}
	return s.Position(ctx, feed)
}

// begin writes what is known of the numbers below a feed's beginning.
func (s *SQL) begin(ctx context.Context, tx *sqlx.Tx, feed string, b Beginning) error {
	gaps := make([]Gap, len(b.Gaps))
	for i, r := range b.Gaps {
		gaps[i].Range = r
	}
	if err := s.addGaps(ctx, tx, feed, gaps); err != nil || len(b.Skipped) == 0 {
		return err
	}
	_, err := s.exec(ctx, tx, `
		INSERT INTO dumped_data (feed, seq, status, outcome, metadata, message_id, read_at, finished_at)
		SELECT $1, x.seq, 'COMPLETED', 'SKIPPED', '{}', $2 || x.seq, clock_timestamp(), clock_timestamp()
		  FROM json_to_recordset($3) AS x(seq bigint) WHERE true ON CONFLICT DO NOTHING`,
		feed, s.id+"."+feed+".", numbered(b.Skipped))
	return err
}

// numbered is a table of numbers as it travels to the database.
func numbered(seqs []int64) string {
	rows := make([]struct {
		Seq int64 `json:"seq"`
	}, len(seqs))
	for i, seq := range seqs {
		rows[i].Seq = seq
	}
	document, _ := json.Marshal(rows) // numbers
	return string(document)
}

// SetIdentity implements Feeds.
func (s *SQL) SetIdentity(ctx context.Context, feed string, identity []byte) error {
	n, err := s.exec(ctx, s.db, `
		UPDATE read_data_info SET source_identity = $2, updated_at = clock_timestamp() WHERE feed = $1`,
		feed, clean(string(identity)))
	if err == nil && n == 0 {
		err = ErrNoFeed
	}
	return s.trouble(ctx, "write the source's identity of "+feed, err)
}

// Known implements Feeds.
func (s *SQL) Known(ctx context.Context, feed string, seqs []int64) (known []int64, err error) {
	err = s.list(ctx, s.db, &known, `
		SELECT seq FROM dumped_data AS d WHERE feed = $1 AND seq = ANY($2) AND NOT coalesce(`+ordered+`, false) ORDER BY seq`,
		feed, s.dialect.list(seqs))
	return known, s.trouble(ctx, "look rows of "+feed+" up", err)
}
