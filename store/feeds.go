package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/record"
)

// position is a row of READ_DATA_INFO as it is scanned.
type position struct {
	LastRead int64  `db:"last_read_seq"`
	High     int64  `db:"high_seq"`
	StartSeq int64  `db:"start_seq"`
	Version  int64  `db:"version"`
	Identity []byte `db:"source_identity"`
	Paused   bool   `db:"paused"`
}

const selectPosition = `SELECT last_read_seq, high_seq, start_seq, version, source_identity, paused FROM read_data_info `

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
func (s *SQL) CreateFeed(ctx context.Context, feed string, start int64, identity []byte) (Position, error) {
	_, err := s.exec(ctx, s.db, `
		INSERT INTO read_data_info (feed, last_read_seq, high_seq, start_seq, source_identity)
		VALUES ($1, $2, $2, $2, $3) ON CONFLICT DO NOTHING`, feed, start, clean(string(identity)))
	if err != nil {
		return Position{}, s.trouble(ctx, "write the first position of "+feed, err)
	}
	return s.Position(ctx, feed)
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

// Dump implements Feeds.
func (s *SQL) Dump(ctx context.Context, d Dump) (Position, []int64, error) {
	var before, after Position
	var inserted []int64
	err := s.tx(ctx, func(tx *sqlx.Tx) (err error) {
		if before, err = s.position(ctx, tx, d.Feed, ` FOR UPDATE`); err != nil {
			return err
		}
		if after, err = s.advance(ctx, tx, d, before); err != nil {
			return err
		}
		if inserted, err = s.insert(ctx, tx, d); err != nil {
			return err
		}
		return conflict(d, before.High, inserted)
	})
	if err != nil {
		return Position{}, nil, s.trouble(ctx, "dump "+d.Feed, err)
	}
	return after, inserted, nil
}

// advance is the compare-and-set. The version is the part that matters: later commits may leave last_read_seq as it is.
func (s *SQL) advance(ctx context.Context, tx *sqlx.Tx, d Dump, p Position) (Position, error) {
	p.LastRead, p.High, p.Version = d.LastRead, max(p.High, d.LastRead), p.Version+1
	n, err := s.exec(ctx, tx, `
		UPDATE read_data_info SET last_read_seq = $4, high_seq = $5, version = $6, updated_at = clock_timestamp()
		 WHERE feed = $1 AND version = $2 AND last_read_seq = $3`,
		d.Feed, d.Seen.Version, d.Seen.LastRead, p.LastRead, p.High, p.Version)
	if err == nil && n == 0 {
		err = ErrStale
	}
	return p, err
}

// dumped is a record as it travels to the database: a bunch is one JSON array.
type dumped struct {
	Seq      int64   `json:"seq"`
	Metadata string  `json:"metadata"`
	Message  string  `json:"message"`
	Key      *string `json:"key"`
}

// insert returns the seqs that were not there before.
func (s *SQL) insert(ctx context.Context, tx *sqlx.Tx, d Dump) (inserted []int64, err error) {
	rows := make([]dumped, 0, len(d.Records))
	for _, r := range d.Records {
		row := dumped{Seq: r.Seq, Metadata: clean(r.Metadata), Message: r.MessageID}
		if r.Key != nil {
			row.Key = new(clean(*r.Key))
		}
		rows = append(rows, row)
	}
	document, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	err = s.list(ctx, tx, &inserted, `
		INSERT INTO dumped_data (feed, seq, owner, metadata, message_id, business_key, read_at)
		SELECT $1, x.seq, $2, x.metadata, x.message, x.key, clock_timestamp()
		  FROM json_to_recordset($3) AS x(seq bigint, metadata text, message text, key text) WHERE true
		    ON CONFLICT DO NOTHING RETURNING seq`, d.Feed, d.Instance, string(document))
	slices.Sort(inserted)
	return inserted, err
}

// conflict is a defect above high, which no dump has reached yet: what stands there already would hide a new row.
func conflict(d Dump, high int64, inserted []int64) error {
	for _, r := range d.Records {
		if _, found := slices.BinarySearch(inserted, r.Seq); !found && r.Seq > high {
			return &record.Stop{
				Code: record.SourceWentBack,
				Text: fmt.Sprintf("number %d is above %d, the highest that feed %s has ever read, but DUMPED_DATA holds it already", r.Seq, high, d.Feed),
				Remedy: "The source was restored or its numbers began anew, or READ_DATA_INFO was changed by hand.\n" +
					"Nothing was written, and nothing is sent under these numbers.\n" +
					"→ find out which; then give the feed a new name in the file, with start: at the first number to carry",
			}
		}
	}
	return nil
}
