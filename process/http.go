package process

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/web"
)

// HTTP asks a web service by GET; its answer is JSON. In Get and Query {expression} stands for a value, escaped.
type HTTP struct {
	Get     string            // the path below the service's address; where a value in it is NULL or empty nobody is asked, and there is no row
	Query   map[string]string // parameters; one with a NULL in it is left out
	Select  string            // an expression over the answer, body, and nothing else: what is kept must not depend on the row; "" is body
	Missing []int             // statuses that mean "no row"
	Client  *web.Client       // which stays the caller's; nil is enough for Offline and Rehearse
}

// request is an HTTP that is ready to ask.
type request struct {
	HTTP
	path   template
	query  []parameterTemplate // by name
	choose *expression.Expr    // nil: the body as it is
}

type parameterTemplate struct {
	name string
	template
}

// request compiles the expressions. Those that have a fault make it useless.
func (i Item) request(names expression.Names) (r request, faults []record.Fault) {
	h := i.Lookup.HTTP
	r.HTTP = *h
	var err error
	compile := func(key, text string) template {
		t, err := compileTemplate(text, names)
		if err != nil {
			faults = append(faults, i.fault(key, err))
		}
		return t
	}
	r.path = compile("lookup.http.get", h.Get)
	for name, text := range sorted(h.Query) {
		r.query = append(r.query, parameterTemplate{name, compile("lookup.http.query."+name, text)})
	}
	if h.Select != "" {
		if r.choose, err = selection(h.Select); err != nil {
			faults = append(faults, i.fault("lookup.http.select", err))
		}
	}
	return r, faults
}

// selection compiles `select`.
func selection(src string) (*expression.Expr, error) {
	e, err := expression.Compile(src, expression.Names{Vars: []expression.Binding{{Name: "body", Type: expression.Type{Any: true}}}})
	if err == nil && slices.ContainsFunc(e.References(), func(name string) bool { return name != "body" }) {
		return nil, &expression.Error{Line: 1, Column: 1, Text: "it depends on the row, and not on the answer alone", Remedy: "use body, the answer; a later step has the row and the result"}
	}
	return e, err
}

// values are all that goes into the question, in the order of the path and then of the parameters' names.
func (r *request) values(s *expression.Scope) ([]record.Value, error) {
	all, err := r.path.values(nil, s)
	for i := 0; i < len(r.query) && err == nil; i++ {
		all, err = r.query[i].values(all, s)
	}
	return all, err
}

// named is what a message for people calls the values.
func (r *request) named() []string {
	names := r.path.spelled()
	for _, p := range r.query {
		names = append(names, p.spelled()...)
	}
	return names
}

// address fills the values in. It is not ok where a value that the path needs is not there.
func (r *request) address(values []record.Value) (path string, query url.Values, ok bool) {
	path, values, ok = r.path.fill(values, segment)
	query = url.Values{}
	for _, p := range r.query {
		var text string
		var whole bool
		if text, values, whole = p.fill(values, written); whole {
			query.Set(p.name, text)
		}
	}
	return path, query, ok
}

// askService asks, and chooses from the answer.
func (l *lookup) askService(ctx context.Context, values []record.Value) (answer, error) {
	path, query, ok := l.request.address(values)
	if !ok {
		return answer{value: l.none()}, nil
	}
	a, err := l.request.Client.Get(ctx, path, query)
	switch {
	case errors.Is(err, web.ErrSlow):
		return answer{}, l.fail(record.LookupTimeout, "%v", err)
	case errors.Is(err, web.ErrTooLarge):
		return answer{}, l.fail(record.LookupTooMany, "%v", err)
	case err != nil:
		return answer{}, err
	case slices.Contains(l.request.Missing, a.Status):
		return answer{value: l.none()}, nil
	case a.Status >= 500:
		return answer{}, l.fail(record.LookupHTTP5XX, "%d %s for %s, again and again; other questions are answered", a.Status, http.StatusText(a.Status), l.describe(values))
	case a.Status >= 400:
		return answer{}, l.fail(record.LookupHTTP4XX, "%d %s for %s", a.Status, http.StatusText(a.Status), l.describe(values))
	}
	return l.understood(a)
}

// understood makes the lookup's result of an answer.
func (l *lookup) understood(a web.Answer) (answer, error) {
	body, err := fromJSON(a.Body)
	switch {
	case err != nil && !a.JSON:
		return answer{}, l.request.Client.NotTheService("it answers with something that is no JSON, and does not call it so")
	case err != nil:
		return answer{}, l.fail(record.LookupNotFound, "the answer is no JSON: %v", err)
	}
	if l.request.choose != nil {
		if body, err = l.request.choose.Eval(&expression.Scope{Vars: []record.Value{body}}); err != nil {
			return answer{}, l.fail(record.LookupNotFound, "select: %v", err)
		}
	}
	return l.chosen(body)
}

// chosen gives what was selected the form that the file asks for: NULL is no row, and a list is as many rows as it has items.
func (l *lookup) chosen(v record.Value) (answer, error) {
	v = l.typed(v)
	switch {
	case v.Null:
		return answer{value: l.none()}, nil
	case v.Kind == record.List && l.Rows == Many:
		if len(v.Items) > maxRows {
			return answer{}, l.fail(record.LookupTooMany, "more than %d rows", maxRows)
		}
		return answer{value: v, rows: len(v.Items)}, nil
	case v.Kind == record.List && len(v.Items) > 1:
		return answer{}, l.fail(record.LookupTooMany, "the answer has %d rows", len(v.Items))
	case v.Kind == record.List && len(v.Items) == 1:
		return answer{value: v.Items[0], rows: 1}, nil
	case v.Kind == record.List:
		return answer{value: l.none()}, nil
	case l.Rows == Many:
		return answer{}, l.fail(record.LookupNotFound, "the answer is no list")
	}
	return answer{value: v, rows: 1}, nil
}
