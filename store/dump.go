package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/record"
)

// Dump implements Feeds.
func (s *SQL) Dump(ctx context.Context, d Dump) (Position, []Dumped, error) {
	var before, after Position
	var inserted []Dumped
	err := s.tx(ctx, func(tx *sqlx.Tx) (err error) {
		if before, err = s.position(ctx, tx, d.Feed, ` FOR UPDATE`); err != nil {
			return err
		}
		if after, err = s.advance(ctx, tx, d, before); err != nil {
			return err
		}
		if inserted, err = s.insert(ctx, tx, d, before.High); err != nil {
			return err
		}
		if err = conflict(d, before.High, inserted); err != nil {
			return err
		}
		return s.changeGaps(ctx, tx, d)
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

// insert returns the rows that were not there before, and those that are to be sent again.
func (s *SQL) insert(ctx context.Context, tx *sqlx.Tx, d Dump, high int64) (inserted []Dumped, err error) {
	if len(d.Records) == 0 {
		return nil, nil
	}
	table, args := s.dialect.dumped(4, travelling(d.Records))
	inserted, err = s.inserted(ctx, tx, fmt.Sprintf(insert, table), append([]any{d.Feed, d.Instance, high}, args...)...)
	slices.SortFunc(inserted, func(a, b Dumped) int { return cmp.Compare(a.Seq, b.Seq) }) // RETURNING has no order
	return inserted, err
}

// insert: a number that was recorded is left alone, save where a person has ordered COMPLETED rows to be sent again. What lies below
// the highest number so far is put aside: nobody looks for it there.
const insert = `
	INSERT INTO dumped_data AS d (feed, seq, owner, aside, metadata, message_id, business_key, read_at)
	SELECT $1, x.seq, $2, x.seq <= $3, x.metadata, x.message, x.key, clock_timestamp()
	  FROM %s WHERE true
	    ON CONFLICT (feed, seq) DO UPDATE
	   SET status = 'NEW', aside = true, outcome = NULL, error_code = NULL, error_text = NULL, attempts = 0, crashes = 0, finished_at = NULL,
	       metadata = excluded.metadata, message_id = excluded.message_id || '.r' || (d.resends + 1), resends = d.resends + 1,
	       business_key = excluded.business_key, owner = excluded.owner, claim_no = d.claim_no + 1, read_at = excluded.read_at
	 WHERE ` + ordered + `
	RETURNING seq, claim_no, CASE WHEN claim_no > 1 THEN message_id END`

// inserted scans what insert returns.
func (s *SQL) inserted(ctx context.Context, tx *sqlx.Tx, statement string, args ...any) (all []Dumped, err error) {
	rows, err := tx.QueryContext(ctx, s.dialect.sql(statement), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var row Dumped
		var again *string
		if err := rows.Scan(&row.Seq, &row.ClaimNo, &again); err != nil {
			return nil, err
		}
		if again != nil {
			row.MessageID = *again
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// ordered tells whether a row of feed $1 is to be sent again when its number is read again.
const ordered = `d.status = 'COMPLETED' AND d.seq > (SELECT resend_above FROM read_data_info WHERE feed = $1)
	AND d.finished_at <= (SELECT resend_before FROM read_data_info WHERE feed = $1)`

// dumped is a record as it travels to the database.
type dumped struct {
	Seq      int64   `json:"seq"`
	Metadata string  `json:"metadata"`
	Message  string  `json:"message"`
	Key      *string `json:"key"`
}

func travelling(records []*record.Record) []dumped {
	rows := make([]dumped, 0, len(records))
	for _, r := range records {
		row := dumped{Seq: r.Seq, Metadata: clean(r.Metadata), Message: r.MessageID}
		if r.Key != nil {
			row.Key = new(clean(*r.Key))
		}
		rows = append(rows, row)
	}
	return rows
}

// conflict is a defect above high, which no dump has reached yet: what stands there already would hide a new row.
func conflict(d Dump, high int64, inserted []Dumped) error {
	for _, r := range d.Records {
		_, found := slices.BinarySearchFunc(inserted, r.Seq, func(row Dumped, seq int64) int { return cmp.Compare(row.Seq, seq) })
		if !found && r.Seq > high {
			return &record.Stop{
				Code: record.SourceWentBack,
				Text: fmt.Sprintf("number %d is above %d, the highest that feed %s has ever read, but DUMPED_DATA holds it already", r.Seq, high, d.Feed),
				Remedy: "The source was restored or its numbers began anew, or READ_DATA_INFO was changed by hand.\n" +
					"Nothing was written, and nothing is sent under these numbers.\n" +
					"→ find out which; then go on from a number that is surely right: rowrelay rewind " + d.Feed + " --to N --resend completed --reason ...",
			}
		}
	}
	return nil
}
