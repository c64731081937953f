package process_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/process"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/testbed"
)

const byID = "SELECT name, credit FROM customers WHERE id = :customer_id"

func cached(l *process.Lookup) {
	l.Cache = &process.Cache{TTL: time.Hour, MaxEntries: 10, MissingTTL: time.Hour}
}

func TestLookupOfOneRow(t *testing.T) {
	each(t, func(t *testing.T, e *erp) {
		p := prepare(t, e.lookup("customer", process.One, byID))
		s := order("A-1", "C7", "1")
		run(t, p, s)
		require.Equal(t, record.Object, s.Into[0].Kind)
		require.Equal(t, []string{"name", "credit"}, []string{s.Into[0].Row.Columns[0].Name, s.Into[0].Row.Columns[1].Name})
		require.Equal(t, "Nord AG", s.Into[0].Row.Values[0].Text)
		_, err := p.Run(deadline(t), order("A-1", "C9", "1"))
		f := failure(t, record.LookupNotFound, err)
		require.Equal(t, "lookup customer: no row for customer_id = C9", f.Text)
		require.True(t, f.MayHeal())
		_, err = p.Run(deadline(t), order("A-1", "C8", "1"))
		f = failure(t, record.LookupTooMany, err)
		require.Equal(t, "lookup customer: more than one row for customer_id = C8", f.Text)
		require.False(t, f.MayHeal())
		for _, id := range []string{strings.Repeat("x", 64), "a\nb", "a\x1b"} {
			_, err = p.Run(deadline(t), order("A-1", id, "1"))
			require.Equal(t, "lookup customer: no row for customer_id = (a value that is not shown)", failure(t, record.LookupNotFound, err).Text)
		}
	})
}

func TestLookupOfAnOptionalRow(t *testing.T) {
	each(t, func(t *testing.T, e *erp) {
		p := prepare(t, e.lookup("customer", process.Optional, byID))
		s := order("A-1", "C9", "1")
		run(t, p, s)
		require.Equal(t, record.Value{Kind: record.Object, Null: true}, s.Into[0])
		run(t, p, order("A-1", "C7", "1"))
		_, err := p.Run(deadline(t), order("A-1", "C8", "1"))
		_ = failure(t, record.LookupTooMany, err)
	})
}

func TestLookupOfManyRowsKeepsTheirOrder(t *testing.T) {
	each(t, func(t *testing.T, e *erp) {
		p := prepare(t, e.lookup("lines", process.Many, "SELECT line_no, sku FROM lines WHERE order_no = :order_no ORDER BY line_no -- :nothing"))
		s := order("A-1", "C7", "1")
		run(t, p, s)
		require.Len(t, s.Into[0].Items, 2)
		require.Equal(t, "X", s.Into[0].Items[0].Row.Values[1].Text)
		require.Equal(t, record.Value{Kind: record.Integer, Text: "2"}, s.Into[0].Items[1].Row.Values[0])
		s = order("A-2", "C7", "1")
		run(t, p, s)
		require.Equal(t, record.List, s.Into[0].Kind)
		require.Empty(t, s.Into[0].Items)
	})
}

func TestListIsBounded(t *testing.T) {
	each(t, func(t *testing.T, e *erp) {
		const numbers = "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < :order_seq) SELECT n FROM r"
		p := prepare(t, e.lookup("found", process.Many, numbers))
		s := order("A-1", "C7", "1")
		s.Row.Values[0].Text = "10000"
		run(t, p, s)
		require.Len(t, s.Into[0].Items, 10_000)
		s.Row.Values[0].Text = "10001"
		_, err := p.Run(deadline(t), s)
		require.Equal(t, "lookup found: more than 10000 rows or 8 MiB", failure(t, record.LookupTooMany, err).Text)
		e.exec("CREATE TABLE large (t text); INSERT INTO large VALUES ('" + strings.Repeat("x", 5<<20) + "'); INSERT INTO large SELECT t FROM large")
		p = prepare(t, e.lookup("found", process.Many, "SELECT t FROM large"))
		_, err = p.Run(deadline(t), order("A-1", "C7", "1"))
		_ = failure(t, record.LookupTooMany, err)
	})
}

// TestFailureThatLiesInTheRow: other rows go on.
func TestFailureThatLiesInTheRow(t *testing.T) {
	pg, lite := newPostgres(t, func(*database.Options) {}), newSQLite(t)
	for _, c := range []struct {
		e         *erp
		sql, text string
	}{
		{pg, "SELECT 1 AS n WHERE 1 = CAST(:customer_id AS integer)", `invalid input syntax for type integer: "C7"`},
		{pg, "SELECT (SELECT 1 FROM customers WHERE name <> :customer_id) AS n", "more than one row"},
		{pg, "SELECT 1 / (:order_seq - 4711) AS n", "division by zero"},
		{lite, "SELECT value FROM json_each(:customer_id)", "malformed JSON"},
	} {
		_, err := prepare(t, c.e.lookup("found", process.Optional, c.sql)).Run(deadline(t), order("A-1", "C7", "1"))
		f := failure(t, record.LookupNotFound, err)
		require.Contains(t, f.Text, "lookup found: the statement fails on this row: ")
		require.Contains(t, f.Text, c.text)
	}
}

func TestStatementThatNoLongerFitsIsWaitedFor(t *testing.T) {
	each(t, func(t *testing.T, e *erp) {
		p := prepare(t, e.lookup("customer", process.One, byID))
		e.exec("ALTER TABLE customers RENAME COLUMN credit TO kredit")
		_, err := p.Run(deadline(t), order("A-1", "C7", "1"))
		require.ErrorContains(t, outage(t, record.SourceStatement, err), "lookup customer: ")
		e.exec("ALTER TABLE customers RENAME COLUMN kredit TO credit")
		run(t, p, order("A-1", "C7", "1"))
	})
}

func TestLookupCannotWrite(t *testing.T) {
	e := newPostgres(t, func(o *database.Options) { o.ReadOnly = false })
	e.exec("CREATE SEQUENCE s")
	_, err := prepare(t, e.lookup("n", process.One, "SELECT nextval('s') AS n")).Run(deadline(t), order("A-1", "C7", "1"))
	require.ErrorContains(t, outage(t, record.SourceStatement, err), "read-only transaction")
}

func TestOutageIsOfTheConnection(t *testing.T) {
	server := testbedPostgres(t)
	p := prepare(t, server.lookup("fresh", process.One, "SELECT 1 AS n"))
	kept := prepare(t, server.lookup("kept", process.One, "SELECT :customer_id AS id", cached))
	run(t, kept, order("A-1", "C7", "1"))
	server.stop()
	_, err := p.Run(deadline(t), order("A-1", "C7", "1"))
	require.Contains(t, []record.Code{record.ConnLost, record.ConnRefused}, outageOf(t, err).Code)
	s := order("A-1", "C7", "1")
	run(t, kept, s)
	require.Equal(t, "C7", s.Into[0].Row.Values[0].Text, "what is kept needs no database")
	_, err = kept.Run(deadline(t), order("A-1", "C8", "1"))
	_ = outageOf(t, err)
	server.start()
	run(t, p, order("A-1", "C7", "1"))
	run(t, kept, order("A-1", "C8", "1"))
}

func TestSlowStatementIsTheRowsTimeout(t *testing.T) {
	const endless = "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) AS n FROM r"
	small := func(o *database.Options) { o.MaxOpen = 1 }
	ours := func(l *process.Lookup) { l.Timeout = 200 * time.Millisecond }
	server := newPostgres(t, func(o *database.Options) { o.RequestTimeout, o.MaxOpen = 200*time.Millisecond, 1 })
	for name, i := range map[string]process.Item{
		"the server's":      server.lookup("slow", process.One, "SELECT 1 AS n FROM pg_sleep(60)"),
		"ours, of a server": newPostgres(t, small).lookup("slow", process.One, "SELECT 1 AS n FROM pg_sleep(60)", ours),
		"ours, of a file":   newSQLite(t).lookup("slow", process.One, endless, ours),
	} {
		t.Run(name, func(t *testing.T) {
			p := prepare(t, i)
			for range 2 { // the connection is as good as before
				_, err := p.Run(deadline(t), order("A-1", "C7", "1"))
				require.Equal(t, "lookup slow: the statement took too long", failure(t, record.LookupTimeout, err).Text)
			}
		})
	}
}

func TestLookupThatIsCalledOffIsNoOutage(t *testing.T) {
	e := newPostgres(t, func(*database.Options) {})
	p := prepare(t, e.lookup("slow", process.One, "SELECT 1 AS n FROM pg_sleep(60)"))
	ctx, cancel := context.WithTimeout(deadline(t), 300*time.Millisecond)
	defer cancel()
	_, err := p.Run(ctx, order("A-1", "C7", "1"))
	require.Equal(t, context.DeadlineExceeded, err)
}

func TestSmallPoolIsSharedByManyWorkers(t *testing.T) {
	for name, edit := range map[string]func(*process.Lookup){"cached": cached, "not cached": func(*process.Lookup) {}} {
		t.Run(name, func(t *testing.T) {
			e := newPostgres(t, func(o *database.Options) { o.MaxOpen = 1 })
			p := prepare(t, e.lookup("a", process.One, byID, edit), e.lookup("b", process.Many, "SELECT :order_no AS no", edit))
			errs := make(chan error, 16)
			for w := range 16 {
				go func() {
					errs <- func() error {
						for n := range 10 {
							s := order(fmt.Sprintf("A-%d", w*n), "C7", "1")
							if _, err := p.Run(deadline(t), s); err != nil {
								return err
							}
							if got := s.Into[1].Items[0].Row.Values[0].Text; got != s.Row.Values[1].Text {
								return fmt.Errorf("got %s for %s", got, s.Row.Values[1].Text)
							}
						}
						return nil
					}()
				}()
			}
			for range 16 {
				require.NoError(t, <-errs)
			}
		})
	}
}

func TestStatsCountHitsAndMissesAcrossPlans(t *testing.T) {
	each(t, func(t *testing.T, e *erp) {
		p := process.New("orders", []process.Item{filter("true"), e.lookup("customer", process.Optional, byID, cached), e.lookup("lines", process.Many, byID)})
		for range 2 {
			plan, err := p.Prepare(deadline(t), columns)
			require.NoError(t, err)
			for _, id := range []string{"C7", "C9", "C7", "C9"} {
				run(t, plan, order("A-1", id, "1"))
			}
		}
		require.Equal(t, []process.Stats{{Name: "customer", Hits: 4, Misses: 4}}, p.Stats())
	})
}

func TestRowThatIsNotThereIsKeptAsMissing(t *testing.T) {
	each(t, func(t *testing.T, e *erp) {
		p := process.New("orders", []process.Item{e.lookup("customer", process.One, byID, cached)})
		plan, err := p.Prepare(deadline(t), columns)
		require.NoError(t, err)
		for range 2 {
			_, err = plan.Run(deadline(t), order("A-1", "C9", "1"))
			require.Contains(t, failure(t, record.LookupNotFound, err).Text, "C9")
		}
		require.Equal(t, int64(1), p.Stats()[0].Hits)
	})
}

// server is a PostgreSQL of the test's own, which may be away.
type server struct {
	*erp
	stop, start func()
}

func testbedPostgres(t testing.TB) server {
	p := testbed.StartPostgres(t)
	d := p.Database(t)
	return server{
		erp:  &erp{t: t, db: openAs(t, d.Owner, func(*database.Options) {}), exec: func(s string) { d.Exec(t, s) }},
		stop: func() { p.Stop(t) }, start: func() { p.Start(t) },
	}
}

func outageOf(t testing.TB, err error) *record.Outage {
	t.Helper()
	o, ok := err.(*record.Outage)
	require.True(t, ok, "%v", err)
	return o
}
