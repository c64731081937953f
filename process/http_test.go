package process_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/process"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/web"
)

// service answers every question with the same status and body, and notes what was asked.
type service struct {
	status     int
	kind, body string
	asked      []string
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked = append(s.asked, r.RequestURI)
	w.Header().Set("Content-Type", s.kind)
	w.WriteHeader(s.status)
	fmt.Fprint(w, s.body)
}

// ask is an item that asks a service of its own.
func ask(t *testing.T, handle http.Handler, rows process.Rows, h process.HTTP, edit ...func(*process.Lookup)) process.Item {
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	client, err := web.New(web.Options{Connection: "erp", URL: server.URL, ConnectTimeout: time.Minute, RequestTimeout: time.Minute})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	h.Client = client
	l := &process.Lookup{Into: "rate", Connection: "erp", HTTP: &h, Rows: rows}
	for _, f := range edit {
		f(l)
	}
	return process.Item{Path: "feeds.orders.process[0]", Name: "rate", Lookup: l}
}

// answers asks once for a service that says this.
func answers(t *testing.T, status int, kind, body string, rows process.Rows, h process.HTTP, edit ...func(*process.Lookup)) (record.Value, error) {
	t.Helper()
	h.Get = "/rates/{customer_id}"
	p := prepare(t, ask(t, &service{status: status, kind: kind, body: body}, rows, h, edit...))
	s := order("A-1", "C7", "10.50")
	_, err := p.Run(deadline(t), s)
	return s.Into[0], err
}

// eval evaluates an expression over a result.
func eval(t *testing.T, src string, v record.Value) record.Value {
	t.Helper()
	e, err := expression.Compile(src, expression.Names{Into: []expression.Binding{{Name: "rate", Type: expression.Type{Any: true}}}})
	require.NoError(t, err)
	found, err := e.Eval(&expression.Scope{Into: []record.Value{v}})
	require.NoError(t, err, src)
	return found
}

func TestJSONIsReadExactly(t *testing.T) {
	const body = `{"rate": 1.10, "big": 12345678901234567890123, "tiny": 1e-7, "ok": true, "none": null, "name": "M\u00fcller \ud800",
		"in": {"deep": {"x": [1, "a", {"y": 2}]}}, "odd-name": 1, "UPPER": "u", "twice": 1, "twice": 2}`
	v, err := answers(t, 200, "application/json", body, process.One, process.HTTP{})
	require.NoError(t, err)
	for src, want := range map[string]string{
		"rate.rate": "1.10", "rate.big": "12345678901234567890123", "rate.tiny": "0.0000001", "rate.ok": "true", "rate.name": "Müller \uFFFD",
		"rate.in.deep.x[2].y": "2", `rate["odd-name"]`: "1", "rate.upper": "u", "rate.twice": "2", "rate.rate * 2 + rate.tiny": "2.2000001", "len(rate.in.deep.x)": "3",
	} {
		require.Equal(t, want, eval(t, src, v).Text, src)
	}
	for _, src := range []string{"rate.none", "rate.not_there", "rate.in.nor.here", "rate.not_there.at_all", "rate.in.deep.x[9]"} {
		require.True(t, eval(t, src, v).Null, src)
	}
}

func TestSelectSaysWhatTheResultIs(t *testing.T) {
	const body = `{"rate": 1.10, "rows": [{"no": 1}, {"no": 2}], "one": [{"no": 7}], "none": [], "null": null}`
	for _, c := range []struct {
		rows      process.Rows
		choose    string
		src, want string // of the result, where it is one
		code      record.Code
	}{
		{process.One, "body.rate", "rate", "1.10", ""},
		{process.One, "body.rate * 2", "rate", "2.20", ""},
		{process.Many, "body.rows", "len(rate)", "2", ""},
		{process.Many, "body.rows", "rate[1].no", "2", ""},
		{process.One, "body.one", "rate.no", "7", ""},
		{process.Optional, "body.none", "rate == nil", "true", ""},
		{process.Optional, "body.nope", "rate == nil", "true", ""},
		{process.Many, "body.null", "len(rate)", "0", ""},
		{process.One, "body.none", "", "", record.LookupNotFound},
		{process.One, "body.null", "", "", record.LookupNotFound},
		{process.One, "body.rows", "", "", record.LookupTooMany},
		{process.Many, "body.rate", "", "", record.LookupNotFound},
		{process.One, "body.rate.x", "", "", record.LookupNotFound},
	} {
		v, err := answers(t, 200, "application/json", body, c.rows, process.HTTP{Select: c.choose})
		if c.code != "" {
			f := failure(t, c.code, err)
			require.Equal(t, "feeds.orders.process[0].lookup.http", f.Path)
			continue
		}
		require.NoError(t, err, c.choose)
		require.Equal(t, c.want, eval(t, c.src, v).Text, c.choose)
	}
}

func TestColumnsGiveTheAnswerTypes(t *testing.T) {
	v, err := answers(t, 200, "application/json", `{"rate": "1.10", "day": "2026-09-01", "open": 1}`, process.One, process.HTTP{}, func(l *process.Lookup) {
		l.Columns = map[string]string{"rate": "decimal", "day": "date", "open": "bool"}
	})
	require.NoError(t, err)
	require.Equal(t, "2.20", eval(t, "rate.rate * 2", v).Text)
	require.Equal(t, "01.09.2026", eval(t, `rate.open ? fmt(rate.day, "dd.MM.yyyy") : ""`, v).Text)
}

func TestWhatAServiceAnswersIsOfTheRowOrOfTheService(t *testing.T) {
	for _, c := range []struct {
		status     int
		kind, body string
		code       record.Code
		away       bool
		text       string
	}{
		{404, "text/html", "<h1>", record.LookupHTTP4XX, false, "lookup rate: 404 Not Found for customer_id = C7"},
		{422, "application/json", `{"error": "geheim"}`, record.LookupHTTP4XX, false, "422"},
		{500, "application/json", "{}", record.ConnHTTP, true, "500"},
		{429, "", "", record.ConnHTTP, true, "429 Too Many Requests"},
		{200, "text/html", "<h1>Maintenance", record.ConnHTTP, true, "no JSON"},
		{200, "application/json", `{"a": 1`, record.LookupNotFound, false, "it ends too early"},
		{200, "application/json", `{"geheim": x}`, record.LookupNotFound, false, "it is broken at byte"},
		{200, "application/json", `{} {}`, record.LookupNotFound, false, "something stands behind its end"},
		{200, "application/json", "", record.LookupNotFound, false, "it ends too early"},
		{200, "application/json", strings.Repeat("[", 1000), record.LookupNotFound, false, "stand in each other"},
		{200, "application/json", `[1e999999999]`, record.LookupNotFound, false, "too long"},
	} {
		_, err := answers(t, c.status, c.kind, c.body, process.One, process.HTTP{})
		if c.away {
			require.Contains(t, outage(t, c.code, err).Error(), c.text)
			continue
		}
		f := failure(t, c.code, err)
		require.Contains(t, f.Text, c.text)
		require.NotContains(t, f.Text, "geheim")
	}
	v, err := answers(t, 404, "text/html", "<h1>", process.Optional, process.HTTP{Missing: []int{404, 410}})
	require.NoError(t, err)
	require.True(t, v.Null)
	_, err = answers(t, 410, "", "", process.One, process.HTTP{Missing: []int{404, 410}})
	require.Equal(t, "lookup rate: no row for customer_id = C7", failure(t, record.LookupNotFound, err).Text)
	v, err = answers(t, 200, "text/plain", "1.50", process.One, process.HTTP{})
	require.NoError(t, err, "many services do not say that it is JSON")
	require.Equal(t, record.Value{Kind: record.Decimal, Text: "1.50"}, v)
}

func TestValuesAreEscapedAndLeadNowhereElse(t *testing.T) {
	s := &service{status: 200, kind: "application/json", body: `[]`}
	p := prepare(t, ask(t, s, process.Optional, process.HTTP{
		Get:   `/c/{customer_id}/x-{lower(order_no)}`,
		Query: map[string]string{"a": `{row["AMOUNT"]}`, "both": "{customer_id}.{seq}", "table": `{mapvalue(customer_id, {"C7": "}"}, '{"')}`},
	}))
	for customer, want := range map[string]string{
		"C7":      "/c/C7/x-a-1?a=10.50&both=C7.4711&table=%7D",
		"a/../b?": "/c/a%2F..%2Fb%3F/x-a-1?a=10.50&both=a%2F..%2Fb%3F.4711&table=%7B%22",
		"ü &=#":   "/c/%C3%BC%20&=%23/x-a-1?a=10.50&both=%C3%BC+%26%3D%23.4711&table=%7B%22",
		"..":      "", ".": "", "": "",
	} {
		s.asked = nil
		scope := order("A-1", customer, "10.50")
		run(t, p, scope)
		require.True(t, scope.Into[0].Null)
		if want == "" {
			require.Empty(t, s.asked, customer)
			continue
		}
		require.Equal(t, []string{want}, s.asked)
	}
	null := order("A-1", "C7", "1")
	null.Row.Values[3] = record.Value{Kind: record.Decimal, Null: true}
	s.asked = nil
	run(t, p, null)
	require.Equal(t, []string{"/c/C7/x-a-1?both=C7.4711&table=%7D"}, s.asked, "a parameter with a NULL in it is left out")
}

func TestFaultsOfAQuestionPointIntoIt(t *testing.T) {
	item := func(h process.HTTP) process.Item {
		return process.Item{Path: "p", Lookup: &process.Lookup{Into: "x", Rows: process.One, HTTP: &h}}
	}
	for _, c := range []struct {
		h      process.HTTP
		path   string
		column int
		text   string
	}{
		{process.HTTP{Get: "/a/{customer_id}/{nope}"}, "p.lookup.http.get", 19, `unknown name "nope"`},
		{process.HTTP{Get: "/a/{customer_id"}, "p.lookup.http.get", 4, "not closed"},
		{process.HTTP{Get: `/a/{"}`}, "p.lookup.http.get", 4, "not closed"},
		{process.HTTP{Get: "/a", Query: map[string]string{"q": "ü{1 +}"}}, "p.lookup.http.query.q", 5, "ends too early"},
		{process.HTTP{Get: "/a", Select: "body.x + customer_id"}, "p.lookup.http.select", 10, `unknown name "customer_id"`},
		{process.HTTP{Get: "/a", Select: "body.x + seq"}, "p.lookup.http.select", 1, "depends on the row"},
	} {
		_, err := process.New("orders", []process.Item{item(c.h)}).Prepare(deadline(t), columns)
		f := stopped(t, err).Faults[0]
		require.Equal(t, c.path, f.Path)
		require.Equal(t, c.column, f.Column, f.Text)
		require.Contains(t, f.Text, c.text)
		require.NotEmpty(t, f.Remedy)
	}
}

func TestOneQuestionIsUnderWayForAKey(t *testing.T) {
	var asked atomic.Int64
	open := make(chan struct{})
	p := prepare(t, ask(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		<-open
		fmt.Fprint(w, "1")
	}), process.One, process.HTTP{Get: "/{customer_id}"}, cached))
	errs := make(chan error, 20)
	for range cap(errs) {
		go func() {
			_, err := p.Run(deadline(t), order("A-1", "C7", "1"))
			errs <- err
		}()
	}
	close(open)
	for range cap(errs) {
		require.NoError(t, <-errs)
	}
	require.EqualValues(t, 1, asked.Load())
}

func TestARehearsalTakesAServicesAnswerAsItIs(t *testing.T) {
	items := []process.Item{{Path: "p", Lookup: &process.Lookup{Into: "rate", Rows: process.One, HTTP: &process.HTTP{Get: "/x"}}}}
	for given, want := range map[*record.Value]record.Value{
		{Kind: record.Decimal, Text: "1.5"}:                     {Kind: record.Decimal, Text: "1.5"},
		{Kind: record.List, Items: []record.Value{{Text: "a"}}}: {Text: "a"},
	} {
		plan, faults := process.New("orders", items).Rehearse(expression.Names{Open: true}, map[string]record.Value{"rate": *given})
		require.Empty(t, faults)
		s := order("A-1", "C7", "1")
		run(t, plan, s)
		require.Equal(t, want, s.Into[0])
	}
	row := &record.Row{Columns: []record.Column{{Name: "a"}}, Values: []record.Value{{Text: "x"}}}
	plan, _ := process.New("orders", items).Rehearse(expression.Names{Open: true}, map[string]record.Value{"rate": {Kind: record.Object, Row: row}})
	s := order("A-1", "C7", "1")
	run(t, plan, s)
	require.True(t, eval(t, "rate.not_there", s.Into[0]).Null, "as of a service")
}
