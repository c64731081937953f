package process

import (
	"context"
	"slices"
	"time"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
)

// Plan is a pipeline that knows the types of everything. It is safe for concurrent use.
type Plan struct {
	names expression.Names
	steps []step
}

// Prepare compiles the pipeline for rows of these columns and asks the lookups' databases for the types of their results. The
// error is a *record.Stop with CONFIG, or a *record.Outage: then it may be called again. A new plan's caches are empty.
func (p *Pipeline) Prepare(ctx context.Context, columns []record.Column) (*Plan, error) {
	names := expression.Names{Columns: columns}
	if _, faults := p.Offline(names); len(faults) > 0 {
		return nil, record.Misfit(faults...)
	}
	plan := &Plan{}
	for i, item := range p.items {
		s, faults := item.compile(names)
		if len(faults) > 0 {
			return nil, record.Misfit(faults...)
		}
		if item.Lookup != nil {
			l, err := p.prepare(ctx, i, names)
			if err != nil {
				return nil, err
			}
			s.lookup, s.into = l, len(names.Into)
			names.Into = append(names.Into, expression.Binding{Name: item.Lookup.Into, Type: l.resultType()})
		}
		plan.steps = append(plan.steps, s)
	}
	plan.names = names
	return plan, nil
}

// prepare also gives a lookup its cache.
func (p *Pipeline) prepare(ctx context.Context, at int, names expression.Names) (*lookup, error) {
	l, err := p.items[at].prepare(ctx, names)
	if err != nil {
		return nil, err
	}
	if o := p.items[at].Lookup.Cache; o != nil {
		l.cache = newCache(*o, p.now, &p.counts[at])
	}
	return l, nil
}

// Names are what expressions may refer to behind the last item: the columns and what the lookups found.
func (p *Plan) Names() expression.Names { return p.names }

// Asks reports whether a row may have to wait for somebody else's answer.
func (p *Plan) Asks() bool {
	return slices.ContainsFunc(p.steps, func(s step) bool { return s.lookup != nil })
}

// Verdict is what became of a row.
type Verdict struct {
	Filtered bool
	By       string // the name of the filter

	// Of Preview.
	Path    string     // of the filter in the file
	Because string     // the columns that the filter looked at: status = "DRAFT"
	Steps   []StepInfo // every item that was reached, and the one that failed
}

// StepInfo tells of one item, for people.
type StepInfo struct {
	Name string
	Text string // 1 row, not needed, ok, ...
	Took time.Duration
}

// Run takes a row through the steps and fills in s.Into, with an element a lookup. The error is a *record.Failure of
// this row, a *record.Outage of a lookup's database, or the context's.
func (p *Plan) Run(ctx context.Context, s *expression.Scope) (Verdict, error) {
	s.Into = p.nothing()
	for i := range p.steps {
		o, err := p.steps[i].run(ctx, s)
		if err != nil {
			return Verdict{}, err
		}
		if o.dropped {
			return Verdict{Filtered: true, By: p.steps[i].item.Name}, nil
		}
	}
	return Verdict{}, nil
}

// Preview is Run that tells of every step, also beside an error.
func (p *Plan) Preview(ctx context.Context, s *expression.Scope) (v Verdict, err error) {
	s.Into = p.nothing()
	for i := range p.steps {
		name, began := p.steps[i].item.Name, time.Now()
		o, err := p.steps[i].run(ctx, s)
		v.Steps = append(v.Steps, StepInfo{Name: name, Text: o.text(err), Took: time.Since(began)})
		if err != nil {
			return v, err
		}
		if o.dropped {
			v.Filtered, v.By, v.Path, v.Because = true, name, p.steps[i].item.Path, p.steps[i].because(s)
			return v, nil
		}
	}
	return v, nil
}

// nothing is what the lookups have found before the first step.
func (p *Plan) nothing() []record.Value {
	into := make([]record.Value, len(p.names.Into))
	for i := range into {
		into[i] = record.Value{Null: true}
	}
	return into
}
