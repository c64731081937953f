package process

import (
	"context"
	"fmt"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// step is an item that is ready to run.
type step struct {
	item   Item
	when   *expression.Expr // nil: always
	filter *expression.Expr // nil: it is a lookup
	lookup *lookup
	into   int // of the lookup's result in Scope.Into
}

// outcome is what a step did.
type outcome struct {
	dropped   bool
	notNeeded bool
	looked    bool
	rows      int
	cached    bool
}

func (s *step) run(ctx context.Context, scope *expression.Scope) (outcome, error) {
	if s.when != nil {
		needed, err := s.isTrue("when", s.when, scope)
		if err != nil || !needed {
			s.skip(scope)
			return outcome{notNeeded: true}, err
		}
	}
	if s.lookup == nil {
		passes, err := s.isTrue("filter", s.filter, scope)
		return outcome{dropped: !passes}, err
	}
	found, cached, err := s.lookup.run(ctx, scope)
	if err != nil {
		return outcome{looked: true}, err
	}
	scope.Into[s.into] = found.value
	return outcome{looked: true, rows: found.rows, cached: cached}, nil
}

// skip: a list that was not needed is empty, so that what goes through it finds nothing.
func (s *step) skip(scope *expression.Scope) {
	if s.lookup != nil {
		scope.Into[s.into] = s.lookup.none()
	}
}

// isTrue evaluates a condition. What fails there lies in the row and the expression alone.
func (s *step) isTrue(key string, e *expression.Expr, scope *expression.Scope) (bool, error) {
	ok, err := e.True(scope)
	if err != nil {
		f := record.Fail(record.FilterExpr, "%s (%s.%s): %v", s.item.Name, s.item.Path, key, err)
		f.Path = s.item.Path + "." + key
		return false, f
	}
	return ok, nil
}

// text is the outcome for people.
func (o outcome) text(err error) string {
	switch {
	case err != nil:
		return err.Error()
	case o.notNeeded:
		return "not needed"
	case o.dropped:
		return "drops the row"
	case !o.looked:
		return "ok"
	}
	text := fmt.Sprintf("%d rows", o.rows)
	switch o.rows {
	case 0:
		text = "no row"
	case 1:
		text = "1 row"
	}
	if o.cached {
		text += ", from the cache"
	}
	return text
}
