package source

import (
	"context"
	"math"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/record"
)

const (
	// lookBack is how many numbers below a beginning in the middle of the table are watched: a transaction that was open
	// then may still fill them.
	lookBack = 10_000
	// scanned bounds the numbers of rows that one page with a `where` passes by.
	scanned = 10_000
	// probed bounds the numbers that one reading finds in all its probes together, and probedRange in one of them.
	probed, probedRange = 32_000, 5_000
)

// Start is described at Source. It looks at all rows, whatever `where` says: what is below the
// highest number is not new.
func (s *SQL) Start(ctx context.Context, at Start) (Beginning, error) {
	if at.Mode == "number" {
		return Beginning{After: at.At, From: math.MaxInt64}, nil
	}
	b := Beginning{From: math.MaxInt64}
	err := s.view(ctx, func(tx *sqlx.Tx, _ peer) (err error) {
		var low, high *int64
		if err = tx.QueryRowxContext(ctx, s.plan.bounds()).Scan(&low, &high); err != nil {
			return err
		}
		if at.Mode == "now" && high != nil {
			b.After = *high
			return s.lookBack(ctx, tx, &b)
		}
		b.After, err = s.first(low)
		return err
	})
	return b, err
}

// first is the number below the lowest row there is or can be.
func (s *SQL) first(low *int64) (int64, error) {
	switch {
	case low == nil || *low > 0:
		return 0, nil
	case *low == math.MinInt64:
		return 0, s.o.belowEverything()
	}
	return s.plan.fields[s.plan.seq].Lowest, nil
}

// lookBack fills in what there is among the last numbers below a beginning.
func (s *SQL) lookBack(ctx context.Context, tx *sqlx.Tx, b *Beginning) error {
	if s.rule == InOrder {
		return nil
	}
	b.From = max(b.After, math.MinInt64+lookBack) - lookBack + 1
	probes, err := s.probe(ctx, tx, []record.Range{{Lo: b.From, Hi: b.After}}, lookBack)
	if err == nil && len(probes) == 1 {
		b.Known = probes[0].Found
	}
	return err
}

// Read is described at Source.
func (s *SQL) Read(ctx context.Context, q Query) (Page, error) {
	quiet := s.quiet && len(q.Probes) == 0
	s.quiet = false
	if quiet {
		if page, ok, err := s.glance(ctx, q); ok || err != nil {
			return page, err
		}
	}
	var page Page
	err := s.view(ctx, func(tx *sqlx.Tx, who peer) (err error) {
		page.Server = who.life
		if err = s.above(ctx, tx, q, &page); err != nil {
			return err
		}
		page.Probes, err = s.probe(ctx, tx, q.Probes, min(probedRange, probed/max(1, len(q.Probes))))
		return err
	})
	if err != nil {
		return Page{}, err
	}
	s.quiet = len(page.Numbers) == 0
	return page, nil
}

// glance makes an empty page of the highest number alone, where that says that there is nothing new: so it is at most polls of most feeds.
func (s *SQL) glance(ctx context.Context, q Query) (page Page, ok bool, err error) {
	who, highest, ok, err := s.dialect.glance(ctx, s.db, s.plan.highest())
	switch {
	case err != nil:
		return Page{}, false, s.trouble(ctx, err)
	case !ok || highest != nil && *highest > q.After:
		return Page{}, false, nil
	case who.server != s.server:
		return Page{}, false, s.o.wentBack(s.server, who.server)
	}
	s.quiet = true
	return Page{Server: who.life, Highest: highest}, true, nil
}

// above reads the new rows.
func (s *SQL) above(ctx context.Context, tx *sqlx.Tx, q Query, page *Page) error {
	end := int64(math.MaxInt64)
	if s.o.Where != "" {
		if err := tx.SelectContext(ctx, &page.Numbers, s.plan.numbers(scanned), q.After); err != nil {
			return err
		}
		if len(page.Numbers) == scanned {
			end, page.Full = page.Numbers[scanned-1], true
		}
	}
	p := s.newPage(q.Limit)
	p.last, p.rising = q.After, true
	if err := s.dialect.each(ctx, tx, s.plan.page(q.Limit.Rows, end), q.After, p); err != nil {
		return err
	}
	s.mean = p.mean()
	if p.full = p.full || len(p.records) == q.Limit.Rows; p.full && !s.plan.unique {
		if err := s.noTwin(ctx, tx, p.last); err != nil {
			return err
		}
	}
	page.Records, page.Full = p.records, page.Full || p.full
	if page.Numbers = s.existing(p, page.Numbers); len(page.Numbers) == 0 {
		return s.highest(ctx, tx, page)
	}
	return nil
}

// existing are the numbers of the rows; with a `where`, those of all rows as far as the page came.
func (s *SQL) existing(p *page, all []int64) []int64 {
	if s.o.Where == "" {
		all = make([]int64, len(p.records))
		for i, r := range p.records {
			all[i] = r.Seq
		}
		return all
	}
	if !p.full {
		return all
	}
	n := 0
	for n < len(all) && all[n] <= p.last {
		n++
	}
	return all[:n]
}

func (s *SQL) highest(ctx context.Context, tx *sqlx.Tx, page *Page) error {
	var top []int64
	if err := tx.SelectContext(ctx, &top, s.plan.highest()); err != nil {
		return err
	}
	if len(top) > 0 {
		page.Highest = &top[0]
	}
	return nil
}

// probe looks which numbers there are in ranges, and stops in each after limit of them.
func (s *SQL) probe(ctx context.Context, tx *sqlx.Tx, ranges []record.Range, limit int) ([]record.Probe, error) {
	if len(ranges) == 0 {
		return nil, nil
	}
	los, his := make([]int64, len(ranges)), make([]int64, len(ranges))
	probes := make([]record.Probe, len(ranges))
	for i, r := range ranges {
		los[i], his[i] = r.Lo, r.Hi
		probes[i] = record.Probe{Range: r, Reached: r.Hi}
	}
	rows, err := tx.QueryxContext(ctx, s.plan.probe(limit), s.dialect.numbers(los), s.dialect.numbers(his))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var i int
		var n record.Number
		if err := rows.Scan(&i, &n.Seq, &n.Wanted); err != nil {
			return nil, err
		}
		if err := s.found(&probes[i], n, limit); err != nil {
			return nil, err
		}
	}
	return probes, rows.Err()
}

// Numbers is described at Source.
func (s *SQL) Numbers(ctx context.Context, within record.Range, limit int) (p record.Probe, err error) {
	err = s.view(ctx, func(tx *sqlx.Tx, _ peer) error {
		probes, err := s.probe(ctx, tx, []record.Range{within}, limit)
		if err == nil {
			p = probes[0]
		}
		return err
	})
	return p, err
}

// found adds a number to its probe.
func (s *SQL) found(p *record.Probe, n record.Number, limit int) error {
	if last := len(p.Found) - 1; last >= 0 && p.Found[last].Seq >= n.Seq {
		return s.o.notRising(p.Found[last].Seq, n.Seq)
	}
	if p.Found = append(p.Found, n); len(p.Found) == limit {
		p.Reached = n.Seq
	}
	return nil
}

// Evidence is described at Source.
func (s *SQL) Evidence(ctx context.Context) (Evidence, error) {
	e, err := s.dialect.evidence(ctx, s.db)
	switch {
	case err == nil || isRefused(err): // a right that was revoked: no gap is closed, but rows go on
		return e, nil
	default:
		return Evidence{}, s.trouble(ctx, err)
	}
}
