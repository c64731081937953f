package store

import (
	"context"
	"time"
)

// Overview implements Control. It reads partial indexes only, so COMPLETED rows cost nothing however many there are:
// LastFinished and LastSent are therefore looked for among the rows with the highest numbers.
func (s *SQL) Overview(ctx context.Context) (Overview, error) {
	o, err := s.overview(ctx)
	return o, s.trouble(ctx, "read the overview", err)
}

func (s *SQL) overview(ctx context.Context) (o Overview, err error) {
	var now moment
	if err := s.get(ctx, s.db, &now, `SELECT clock_timestamp()`); err != nil {
		return o, err
	}
	o.Now = now.Time
	if o.Instances, err = s.instances(ctx); err != nil {
		return o, err
	}
	o.Feeds, err = s.counts(ctx, o.Now)
	return o, err
}

// counted is a feed's line as it is scanned.
type counted struct {
	Feed string
	position
	Failed   int64  `db:"n_failed"`
	Finished moment `db:"finished"`
	Sent     moment `db:"sent"`
	Gaps     int64  `db:"n_gaps"`
	Born     moment `db:"oldest_gap"`
}

func (s *SQL) counts(ctx context.Context, now time.Time) ([]FeedCounts, error) {
	var rows []counted
	err := s.list(ctx, s.db, &rows, `
		SELECT f.feed, `+positionColumns+`,
		       (SELECT count(*) FROM sequence_gap g WHERE g.feed = f.feed) AS n_gaps,
		       (SELECT min(born_at) FROM sequence_gap g WHERE g.feed = f.feed) AS oldest_gap,
		       (SELECT count(*) FROM dumped_data d WHERE d.feed = f.feed AND d.error_code IS NOT NULL AND d.status = 'FAILED') AS n_failed,
		       (SELECT max(finished_at) FROM (SELECT finished_at FROM dumped_data d WHERE d.feed = f.feed
		                                       ORDER BY seq DESC LIMIT 5000) AS top) AS finished,
		       (SELECT max(finished_at) FROM (SELECT finished_at, outcome FROM dumped_data d WHERE d.feed = f.feed
		                                       ORDER BY seq DESC LIMIT 5000) AS top WHERE outcome = 'SENT') AS sent
		  FROM read_data_info f
		 ORDER BY f.feed`)
	if err != nil {
		return nil, err
	}
	backlogs, err := s.backlogs(ctx)
	feeds := make([]FeedCounts, 0, len(rows))
	for _, r := range rows {
		n := backlogs[r.Feed]
		c := FeedCounts{Feed: r.Feed, Position: Position(r.position), New: n.Rows, Failed: r.Failed, LastFinished: r.Finished.Time, LastSent: r.Sent.Time}
		c.Gaps = r.Gaps
		if !r.Born.IsZero() {
			c.OldestGap = max(0, now.Sub(r.Born.Time))
		}
		if !n.Oldest.IsZero() {
			c.OldestUnsent = max(0, now.Sub(n.Oldest.Time))
		}
		feeds = append(feeds, c)
	}
	return feeds, err
}

// backlog is a feed's NEW rows.
type backlog struct {
	Rows   int64
	Oldest moment // READ_AT
}

func (s *SQL) backlogs(ctx context.Context) (map[string]backlog, error) {
	fronts, err := s.fronts(ctx, s.db)
	all := make(map[string]backlog, len(fronts))
	for _, f := range fronts {
		var w backlog
		if err := s.get(ctx, s.db, &w, `SELECT count(*) AS rows, min(read_at) AS oldest FROM `+unfinished, f.Feed, f.From); err != nil {
			return nil, err
		}
		all[f.Feed] = w
	}
	return all, err
}
