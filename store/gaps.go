package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/record"
)

// gapRow is a row of SEQUENCE_GAP as it is scanned. Its age is the difference of two times of the store's clock.
type gapRow struct {
	Lo, Hi int64
	Dirty  bool
	Born   moment `db:"born_at"`
	Now    moment `db:"now"`
}

const selectGaps = `SELECT lo, hi, dirty, born_at, clock_timestamp() AS now FROM sequence_gap WHERE feed = $1`

func gaps(rows []gapRow) []Gap {
	found := make([]Gap, len(rows))
	for i, r := range rows {
		found[i] = Gap{Range: record.Range{Lo: r.Lo, Hi: r.Hi}, Age: max(0, r.Now.Sub(r.Born.Time)), Dirty: r.Dirty}
	}
	return found
}

// Gaps implements Feeds.
func (s *SQL) Gaps(ctx context.Context, feed string) ([]Gap, error) {
	var rows []gapRow
	err := s.list(ctx, s.db, &rows, selectGaps+` ORDER BY lo`, feed)
	return gaps(rows), s.trouble(ctx, "read the gaps of "+feed, err)
}

// changeGaps writes the ledger's change of a dump.
func (s *SQL) changeGaps(ctx context.Context, tx *sqlx.Tx, d Dump) error {
	if len(d.Gone) > 0 {
		if _, err := s.exec(ctx, tx, `DELETE FROM sequence_gap WHERE feed = $1 AND lo = ANY($2)`, d.Feed, s.dialect.list(d.Gone)); err != nil {
			return err
		}
	}
	return s.addGaps(ctx, tx, d.Feed, d.Gaps)
}

// newGap is a gap as it travels to the database.
type newGap struct {
	Lo    int64   `json:"lo"`
	Hi    int64   `json:"hi"`
	Age   float64 `json:"age"` // seconds
	Dirty int     `json:"dirty"`
}

func (s *SQL) addGaps(ctx context.Context, tx *sqlx.Tx, feed string, gaps []Gap) error {
	if len(gaps) == 0 {
		return nil
	}
	rows := make([]newGap, len(gaps))
	for i, g := range gaps {
		rows[i] = newGap{Lo: g.Lo, Hi: g.Hi, Age: g.Age.Round(time.Millisecond).Seconds()}
		if g.Dirty {
			rows[i].Dirty = 1
		}
	}
	document, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, tx, `
		INSERT INTO sequence_gap (feed, lo, hi, born_at, dirty)
		SELECT $1, x.lo, x.hi, clock_timestamp() - x.age * interval '1 second', x.dirty = 1
		  FROM json_to_recordset($2) AS x(lo bigint, hi bigint, age float8, dirty int)`, feed, string(document))
	return err
}

// StopFeed implements Feeds. The new version lets every other instance's next dump fail, and look.
func (s *SQL) StopFeed(ctx context.Context, feed string, version int64, stop *record.Stop) error {
	n, err := s.exec(ctx, s.db, `
		UPDATE read_data_info SET stop_code = $2, stop_text = $3, version = version + 1, updated_at = clock_timestamp()
		 WHERE feed = $1 AND version = $4`, feed, string(stop.Code), cut(clean(stop.Text), errorTextLength), version)
	if err == nil && n == 0 {
		err = ErrStale
	}
	return s.trouble(ctx, "note that "+feed+" is stopped", err)
}
