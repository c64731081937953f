package source_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/testbed"
)

// serial is a table whose numbers come from a sequence of its own.
func serial(t *testing.T, definition string) *world {
	db := testbed.SharedPostgres(t).Database(t)
	w := &world{Database: db, t: t, reader: db.Account(t)}
	w.Exec(t, fmt.Sprintf(`CREATE TABLE orders (order_seq %s, kind text DEFAULT 'k')`, definition))
	w.grant("orders")
	return w
}

func evidence(t *testing.T, s source.Source) source.Evidence {
	e, err := s.Evidence(deadline(t))
	require.NoError(t, err)
	require.True(t, e.Valid)
	return e
}

// TestEvidenceShowsWhoeverMayOwnANumber takes a number in every way that PostgreSQL has, and looks with SELECT rights alone.
func TestEvidenceShowsWhoeverMayOwnANumber(t *testing.T) {
	for name, way := range map[string]struct{ take, end []string }{
		"insert":                    {[]string{`INSERT INTO orders DEFAULT VALUES`}, []string{`COMMIT`}},
		"nextval, no xid":           {[]string{`SELECT nextval('orders_order_seq_seq')`}, []string{`ROLLBACK`}},
		"savepoint rolled back":     {[]string{`SAVEPOINT s`, `SELECT nextval('orders_order_seq_seq')`, `ROLLBACK TO s`}, []string{`COMMIT`}},
		"prepared for two phases":   {[]string{`INSERT INTO orders DEFAULT VALUES`, `PREPARE TRANSACTION 'p1'`}, []string{`COMMIT PREPARED 'p1'`}},
		"copied from another table": {[]string{`INSERT INTO orders (kind) SELECT 'k' FROM generate_series(1, 3)`}, []string{`COMMIT`}},
	} {
		t.Run(name, func(t *testing.T) {
			w := serial(t, "bigserial PRIMARY KEY")
			s := w.source()
			d := open(t, s)
			require.Equal(t, source.ByEvidence, d.Numbers.Rule, d.Numbers.Text)
			require.Empty(t, evidence(t, s).Holders)
			conn, err := w.Open(t).Conn(t.Context())
			require.NoError(t, err)
			defer conn.Close()
			run := func(statements ...string) {
				for _, statement := range statements {
					_, err := conn.ExecContext(t.Context(), statement)
					require.NoError(t, err, statement)
				}
			}
			run("BEGIN")
			run(way.take...)
			require.Len(t, evidence(t, s).Holders, 1)
			require.Equal(t, evidence(t, s).Holders, evidence(t, s).Holders, "a writer keeps its name")
			require.Equal(t, evidence(t, s).Server, page1(t, s).Server)
			run(way.end...)
			require.Empty(t, evidence(t, s).Holders)
		})
	}
}

func page1(t *testing.T, s source.Source) source.Page { return read(t, s, 0, page) }

// TestAWriterIsSeenThroughPartitionsAndSlowTriggers: the lock on the root or a partition, and one that is taken before a trigger sleeps.
func TestAWriterIsSeenThroughPartitionsAndSlowTriggers(t *testing.T) {
	w := serial(t, "bigserial")
	w.Exec(t, `DROP TABLE orders`)
	w.Exec(t, `CREATE TABLE orders (order_seq bigserial, kind text) PARTITION BY RANGE (order_seq)`)
	w.Exec(t, `CREATE TABLE orders_low PARTITION OF orders FOR VALUES FROM (0) TO (1000000)`)
	w.grant("orders")
	w.grant("orders_low")
	for _, table := range []string{"orders", "orders_low"} {
		s := w.source(func(o *source.Options) { o.Table = table })
		require.Equal(t, source.ByEvidence, open(t, s).Numbers.Rule)
		for _, target := range []string{"orders", "orders_low"} {
			tx := begin(t, w)
			_, err := tx.Exec(`INSERT INTO ` + target + ` (order_seq) VALUES (7)`)
			require.NoError(t, err)
			require.Len(t, evidence(t, s).Holders, 1, "%s through %s", table, target)
			require.NoError(t, tx.Rollback())
		}
	}
}

func begin(t *testing.T, w *world) *sql.Tx {
	tx, err := w.Open(t).Begin()
	require.NoError(t, err)
	return tx
}

func TestTheRuleFollowsFromWhereNumbersComeFrom(t *testing.T) {
	for definition, want := range map[string]source.Numbering{
		"bigserial PRIMARY KEY":                                                 {Rule: source.ByEvidence},
		"bigint GENERATED ALWAYS AS IDENTITY":                                   {Rule: source.ByEvidence},
		"bigint GENERATED ALWAYS AS IDENTITY (INCREMENT BY 50)":                 {Rule: source.ByEvidence, Pooled: true},
		"bigint GENERATED ALWAYS AS IDENTITY (CACHE 20)":                        {Rule: source.ByEvidence, Pooled: true},
		"bigint PRIMARY KEY":                                                    {Rule: source.ByAge},
		"bigint DEFAULT nextval('elsewhere')":                                   {Rule: source.ByEvidence},
		"bigint DEFAULT nextval(('public.elsewhere'::text)::regclass)":          {Rule: source.ByEvidence},
		"bigint DEFAULT nextval(('elsewhere'::text)::regclass)":                 {Rule: source.ByAge}, // of the writer's search_path
		"bigint DEFAULT (extract(epoch FROM clock_timestamp()) * 1000)::bigint": {Rule: source.ByAge},
	} {
		t.Run(definition, func(t *testing.T) {
			w := serial(t, "bigint")
			w.Exec(t, `CREATE SEQUENCE elsewhere`)
			w.Exec(t, `DROP TABLE orders`)
			w.Exec(t, `CREATE TABLE orders (order_seq `+definition+`)`)
			w.grant("orders")
			got := open(t, w.source()).Numbers
			require.Equal(t, want, source.Numbering{Rule: got.Rule, Pooled: got.Pooled}, got.Text)
		})
	}
	w := serial(t, "bigserial")
	w.Exec(t, `CREATE VIEW seen AS SELECT * FROM orders`)
	w.grant("seen")
	for _, edit := range []func(*source.Options){
		func(o *source.Options) { o.Table = "seen" },
		func(o *source.Options) { o.Table, o.Query = "", "SELECT * FROM orders" },
	} {
		require.Equal(t, source.ByAge, open(t, w.source(edit)).Numbers.Rule)
	}
}

func TestWhatWhereLeavesOutIsThereAndNotWanted(t *testing.T) {
	each(t, func(t *testing.T, b bed) {
		b.run(orders)
		b.fill(1, 1, 2, 4, 5, 8)
		s := b.source(withWhere("kind = 'k0'"))
		open(t, s)
		p := read(t, s, 0, page)
		require.Equal(t, []int64{2, 4, 8}, numbers(p.Records))
		require.Equal(t, []int64{1, 2, 4, 5, 8}, p.Numbers)
		p = read(t, s, 0, source.Limit{Rows: 2, Bytes: 1 << 20})
		require.Equal(t, []int64{1, 2, 4}, p.Numbers, "as far as the page came")
		require.True(t, p.Full)
		b.fill(1, 9, 11)
		p = read(t, s, 8, page)
		require.Empty(t, p.Records)
		require.Equal(t, []int64{9, 11}, p.Numbers, "passed by, and not read again")
		rows, seen, err := s.Late(deadline(t), []int64{1, 2}, page)
		require.NoError(t, err)
		require.Equal(t, 2, seen)
		require.Equal(t, []int64{2}, numbers(rows))
		probe, err := s.Numbers(deadline(t), record.Range{Lo: 2, Hi: 8}, 3)
		require.NoError(t, err)
		require.Equal(t, record.Probe{Range: record.Range{Lo: 2, Hi: 8}, Reached: 5,
			Found: []record.Number{{Seq: 2, Wanted: true}, {Seq: 4, Wanted: true}, {Seq: 5}}}, probe)
	})
}

func TestALongStretchThatWhereLeavesOutIsPassedInSteps(t *testing.T) {
	each(t, func(t *testing.T, b bed) {
		b.run(orders)
		for first := int64(1); first <= 25_000; first += 1000 {
			var rows []string
			for n := first; n < first+1000; n++ {
				rows = append(rows, fmt.Sprintf("(%d, '', 'no')", n))
			}
			b.run("INSERT INTO orders VALUES " + strings.Join(rows, ", "))
		}
		b.fill(1, 25_002)
		s := b.source(withWhere("kind <> 'no'"))
		open(t, s)
		after, pages := int64(0), 0
		for {
			p := read(t, s, after, page)
			pages++
			after = p.Numbers[len(p.Numbers)-1]
			if len(p.Records) > 0 {
				require.Equal(t, []int64{25_002}, numbers(p.Records))
				break
			}
			require.True(t, p.Full, "more may wait")
		}
		require.Equal(t, 3, pages)
	})
}

func TestProbesAndNewRowsAreOfOneSnapshot(t *testing.T) {
	w := serial(t, "bigserial")
	w.Exec(t, `INSERT INTO orders (order_seq) SELECT n FROM generate_series(1, 100) n WHERE n NOT IN (7, 8, 50)`)
	s := w.source()
	open(t, s)
	p, err := s.Read(deadline(t), source.Query{After: 90, Limit: page, Probes: []record.Range{{Lo: 6, Hi: 9}, {Lo: 50, Hi: 50}, {Lo: 200, Hi: 1 << 40}}})
	require.NoError(t, err)
	require.Len(t, p.Records, 10)
	require.Equal(t, []record.Probe{
		{Range: record.Range{Lo: 6, Hi: 9}, Reached: 9, Found: []record.Number{{Seq: 6, Wanted: true}, {Seq: 9, Wanted: true}}},
		{Range: record.Range{Lo: 50, Hi: 50}, Reached: 50},
		{Range: record.Range{Lo: 200, Hi: 1 << 40}, Reached: 1 << 40},
	}, p.Probes)
	require.Nil(t, p.Highest)
	p = read(t, s, 100, page)
	require.EqualValues(t, 100, *p.Highest)
}

func TestABeginningInTheMiddleLooksBack(t *testing.T) {
	w := serial(t, "bigserial")
	w.Exec(t, `INSERT INTO orders (order_seq, kind) SELECT n, 'k' || n % 2 FROM generate_series(1, 20000) n WHERE n <> 15000`)
	s := w.source(withWhere("kind = 'k0'"))
	open(t, s)
	b, err := s.Start(deadline(t), source.Start{Mode: "now"})
	require.NoError(t, err)
	require.EqualValues(t, 20000, b.After)
	require.EqualValues(t, 10001, b.From)
	require.Len(t, b.Known, 9999)
	require.Equal(t, record.Number{Seq: 10002, Wanted: true}, b.Known[1])
	require.Equal(t, record.Number{Seq: 10003}, b.Known[2])
}

// TestATableMayBeNamedLikeAnAlias: the probe joins the table with its ranges.
func TestATableMayBeNamedLikeAnAlias(t *testing.T) {
	w := serial(t, "bigserial")
	for _, name := range []string{"p", "n", "q"} {
		w.Exec(t, `CREATE TABLE `+name+` (order_seq bigserial, lo int); INSERT INTO `+name+` (lo) VALUES (1), (2)`)
		w.grant(name)
		s := w.source(func(o *source.Options) { o.Table, o.Where = name, "lo > 1" })
		open(t, s)
		probe, err := s.Numbers(deadline(t), record.Range{Lo: 1, Hi: 9}, 10)
		require.NoError(t, err)
		require.Equal(t, []record.Number{{Seq: 1}, {Seq: 2, Wanted: true}}, probe.Found)
	}
}

// TestWhoMayNotSeeLocksIsReadByAge: a right that is missing costs evidence, not rows; one that is revoked later closes no gap.
func TestWhoMayNotSeeLocksIsReadByAge(t *testing.T) {
	w := serial(t, "bigserial")
	s := w.source()
	require.Equal(t, source.ByEvidence, open(t, s).Numbers.Rule)
	w.ExecSuper(t, `REVOKE SELECT ON pg_catalog.pg_locks FROM PUBLIC`)
	e, err := s.Evidence(deadline(t))
	require.NoError(t, err)
	require.False(t, e.Valid)
	require.Equal(t, source.ByAge, open(t, s).Numbers.Rule)
	require.Empty(t, evidence(t, s).Holders)
}

// TestASubscriptionsTableIsReadByAge: its writers sit on the publisher, where nobody here can see them.
func TestASubscriptionsTableIsReadByAge(t *testing.T) {
	w := serial(t, "bigserial")
	w.ExecSuper(t, `INSERT INTO pg_subscription_rel (srsubid, srrelid, srsubstate) VALUES (4711, 'orders'::regclass, 'r')`)
	d := open(t, w.source())
	require.Equal(t, source.ByAge, d.Numbers.Rule)
	require.Contains(t, d.Numbers.Text, "subscription")
}
