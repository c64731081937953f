package source

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/record"
)

// SQL is a table or query of a database.
type SQL struct {
	o       Options
	db      *sqlx.DB
	dialect dialect
	plan    *plan // what Open learnt
	server  string
	rule    Rule
	mean    int  // bytes of a row in the last page; 0 before
	quiet   bool // the last page was empty
}

var _ Source = (*SQL)(nil)

// Open is described at Source.
func (s *SQL) Open(ctx context.Context) (d Description, err error) {
	s.plan, s.quiet = nil, false // who it was is not who it must be: whether this is the feed's server, its position tells
	err = s.view(ctx, func(tx *sqlx.Tx, who peer) error {
		r, p, err := s.learn(ctx, tx)
		if err != nil {
			return err
		}
		s.plan, s.server, s.rule = p, who.server, r.numbers.Rule
		d = Description{
			Identity: Identity{Relation: p.relation, Sequence: s.o.Sequence, Server: who.server, Timeline: r.timeline},
			Columns:  p.columns, Server: r.server, Notes: r.notes, Numbers: r.numbers, Standby: r.standby, Life: who.life,
		}
		return nil
	})
	return d, err
}

func (s *SQL) learn(ctx context.Context, tx *sqlx.Tx) (*relation, *plan, error) {
	if s.o.Query != "" { // alone, before it is wrapped: no parenthesis of its own may close ours
		if err := s.dialect.compile(ctx, tx, s.o.Query); err != nil {
			return nil, nil, err
		}
	}
	r, err := s.dialect.locate(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	p, err := newPlan(s.o, s.dialect, r)
	if err != nil {
		return nil, nil, err
	}
	if err := s.dialect.inspect(ctx, tx, r, p.fields[p.seq]); err != nil {
		return nil, nil, err
	}
	if err := s.dialect.numbering(ctx, tx, r, p.fields[p.seq]); err != nil {
		return nil, nil, err
	}
	p.unique = r.unique
	return r, p, p.try(ctx, tx, s.o)
}

// noTwin looks for a second row with the number a full page ended at: the next page would begin
// above it, and nobody would see the row.
func (s *SQL) noTwin(ctx context.Context, tx *sqlx.Tx, seq int64) error {
	var n int
	if err := tx.QueryRowxContext(ctx, s.plan.twins(), s.dialect.numbers([]int64{seq})).Scan(&n); err != nil {
		return err
	}
	if n > 1 {
		return s.o.notRising(seq, seq)
	}
	return nil
}

// Reread is described at Source. It looks at seqs as far as they rise.
func (s *SQL) Reread(ctx context.Context, seqs []int64, limit Limit) ([]*record.Record, int, error) {
	return s.named(ctx, s.plan.again(), seqs, limit)
}

// Late is described at Source.
func (s *SQL) Late(ctx context.Context, seqs []int64, limit Limit) ([]*record.Record, int, error) {
	return s.named(ctx, s.plan.late(), seqs, limit)
}

func (s *SQL) named(ctx context.Context, query string, seqs []int64, limit Limit) ([]*record.Record, int, error) {
	if seqs = rising(seqs[:min(len(seqs), limit.Rows)]); len(seqs) == 0 {
		return nil, 0, nil
	}
	p := s.newPage(limit)
	err := s.view(ctx, func(tx *sqlx.Tx, _ peer) error {
		return s.dialect.each(ctx, tx, query, s.dialect.numbers(seqs), p)
	})
	if err != nil {
		return nil, 0, err
	}
	if !p.full {
		return p.records, len(seqs), nil
	}
	at, _ := slices.BinarySearch(seqs, p.last)
	return p.records, at + 1, nil
}

// rising is the beginning of seqs whose numbers rise strictly: only there does a row tell how far a
// reading came.
func rising(seqs []int64) []int64 {
	for i := 1; i < len(seqs); i++ {
		if seqs[i] <= seqs[i-1] {
			return seqs[:i]
		}
	}
	return seqs
}

// Close is described at Source.
func (s *SQL) Close() error { return s.db.Close() }

// view runs f in a read-only transaction on the server that Open saw, and sorts what went wrong.
func (s *SQL) view(ctx context.Context, f func(*sqlx.Tx, peer) error) error {
	tx, who, err := s.dialect.begin(ctx, s.db)
	if err != nil {
		return s.trouble(ctx, err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	if s.plan != nil && who.server != s.server {
		return s.o.wentBack(s.server, who.server)
	}
	if err := f(tx, who); err != nil {
		return s.trouble(ctx, err)
	}
	if err := tx.Commit(); err != nil {
		return s.trouble(ctx, fmt.Errorf("end the reading: %w", err))
	}
	return nil
}

func (s *SQL) newPage(limit Limit) *page {
	return &page{o: &s.o, plan: s.plan, limit: limit, guess: s.mean}
}
