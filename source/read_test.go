package source_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/testbed"
)

// bed is a database that the suite runs on: run executes SQL that both dialects understand.
type bed struct {
	run    func(sql string, args ...any)
	source func(edit ...func(*source.Options)) *source.SQL
}

// each runs one test on every database that a source may be.
func each(t *testing.T, test func(*testing.T, bed)) {
	t.Run("postgresql", func(t *testing.T) {
		db := testbed.SharedPostgres(t).Database(t)
		reader := db.Account(t)
		pool := db.Open(t)
		w := &world{Database: db, t: t, reader: reader}
		w.Exec(t, fmt.Sprintf(`ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO "%s"`, reader.Name))
		test(t, bed{source: w.source, run: func(sql string, args ...any) {
			_, err := pool.Exec(sql, args...)
			require.NoError(t, err, sql)
		}})
	})
	t.Run("sqlite", func(t *testing.T) {
		file := "sqlite:" + t.TempDir() + "/erp.db"
		pool, err := database.Open(database.Options{Name: "demo", URL: file})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, pool.Close()) })
		test(t, bed{
			source: func(edit ...func(*source.Options)) *source.SQL {
				o := source.Options{Feed: "orders", Connection: "erp", Table: "orders", Sequence: "order_seq", RequireReadOnly: true}
				return newSource(t, database.Options{Name: "erp", URL: file, ReadOnly: true}, o, edit)
			},
			run: func(sql string, args ...any) {
				_, err := pool.Exec(sql, args...)
				require.NoError(t, err, sql)
			},
		})
	})
}

const orders = `CREATE TABLE orders (order_seq bigint PRIMARY KEY, note text, kind text)`

// fill writes rows in one statement; note is as long as size says.
func (b bed) fill(size int, seqs ...int64) {
	rows := make([]string, len(seqs))
	for i, n := range seqs {
		rows[i] = fmt.Sprintf("(%d, '%s', 'k%d')", n, strings.Repeat("x", size), n%2)
	}
	b.run("INSERT INTO orders VALUES " + strings.Join(rows, ", "))
}

func upTo(n int64) (seqs []int64) {
	for i := range n {
		seqs = append(seqs, i+1)
	}
	return seqs
}

func numbers(records []*record.Record) []int64 {
	seqs := make([]int64, len(records))
	for i, r := range records {
		seqs[i] = r.Seq
	}
	return seqs
}

func read(t testing.TB, s source.Source, after int64, limit source.Limit) source.Page {
	p, err := s.Read(deadline(t), source.Query{After: after, Limit: limit})
	require.NoError(t, err)
	return p
}

func stop(t testing.TB, code record.Code, err error) *record.Stop {
	t.Helper()
	s, ok := errors.AsType[*record.Stop](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, code, s.Code, "%v", err)
	return s
}

func TestReadReturnsWhatIsAboveInRisingOrder(t *testing.T) {
	each(t, func(t *testing.T, b bed) {
		b.run(orders)
		b.fill(1, 5, 3, 9, 7)
		s := b.source()
		open(t, s)
		p := read(t, s, 3, page)
		require.Equal(t, []int64{5, 7, 9}, numbers(p.Records))
		require.False(t, p.Full)
		p = read(t, s, 3, source.Limit{Rows: 2, Bytes: 1 << 20})
		require.Equal(t, []int64{5, 7}, numbers(p.Records))
		require.True(t, p.Full)
		require.Empty(t, read(t, s, 9, page).Records)
	})
}

func TestPageEndsAtTheRowThatTakesItOverTheBytes(t *testing.T) {
	each(t, func(t *testing.T, b bed) {
		b.run(orders)
		b.fill(1000, upTo(100)...)
		s := b.source()
		open(t, s)
		p := read(t, s, 0, source.Limit{Rows: 1000, Bytes: 50_000})
		require.True(t, p.Full)
		sum := 0
		for _, r := range p.Records {
			require.InDelta(t, 1000, r.Bytes, 300)
			sum += r.Bytes
		}
		require.Greater(t, sum, 50_000)
		require.LessOrEqual(t, sum-p.Records[len(p.Records)-1].Bytes, 50_000)
	})
}

func TestBiggerRowTravelsAlone(t *testing.T) {
	each(t, func(t *testing.T, b bed) {
		b.run(orders)
		b.fill(10, 1, 2)
		b.fill(90_000, 3)
		b.fill(10, 4)
		s := b.source()
		open(t, s)
		var trips [][]int64
		for after := int64(0); ; {
			p := read(t, s, after, source.Limit{Rows: 1000, Bytes: 50_000})
			if len(p.Records) == 0 {
				break
			}
			trips = append(trips, numbers(p.Records))
			after = p.Records[len(p.Records)-1].Seq
		}
		require.Equal(t, [][]int64{{1, 2}, {3}, {4}}, trips)
	})
}

func TestWhereHoldsForReadButNotForReread(t *testing.T) {
	each(t, func(t *testing.T, b bed) {
		b.run(orders)
		b.fill(1, upTo(6)...)
		s := b.source(withWhere("kind = 'k0' OR orders.kind = 'none' -- even"))
		open(t, s)
		require.Equal(t, []int64{4, 6}, numbers(read(t, s, 3, page).Records))
		records, seen, err := s.Reread(deadline(t), []int64{1, 2, 77}, page)
		require.NoError(t, err)
		require.Equal(t, []int64{1, 2}, numbers(records))
		require.Equal(t, 3, seen)
	})
}

func TestRereadTellsHowFarItCame(t *testing.T) {
	each(t, func(t *testing.T, b bed) {
		b.run(orders)
		b.fill(1000, upTo(20)...)
		s := b.source()
		open(t, s)
		wanted := []int64{-5, 2, 3, 4, 18, 19, 20, 21}
		records, seen, err := s.Reread(deadline(t), wanted, source.Limit{Rows: 100, Bytes: 3500})
		require.NoError(t, err)
		require.Equal(t, []int64{2, 3, 4}, numbers(records)[:3])
		require.Equal(t, records[len(records)-1].Seq, wanted[seen-1])
		require.Less(t, seen, len(wanted))
		records, seen, err = s.Reread(deadline(t), wanted[seen:], source.Limit{Rows: 2, Bytes: 1 << 20})
		require.NoError(t, err)
		require.Equal(t, 2, seen)
		require.Len(t, records, 2)
		records, seen, err = s.Reread(deadline(t), []int64{4, 9, 2, 3}, page)
		require.NoError(t, err)
		require.Equal(t, 2, seen, "numbers that fall are left for the next time")
		require.Equal(t, []int64{4, 9}, numbers(records))
		records, seen, err = s.Reread(deadline(t), nil, page)
		require.NoError(t, err)
		require.Empty(t, records)
		require.Zero(t, seen)
	})
}

func TestQueryIsReadAsATable(t *testing.T) {
	each(t, func(t *testing.T, b bed) {
		b.run(orders)
		b.fill(1, upTo(6)...)
		s := b.source(func(o *source.Options) {
			o.Table, o.Query = "", "SELECT order_seq, kind || '!' AS shout FROM orders WHERE kind = 'k1' ORDER BY 1 DESC -- odd\n;"
		})
		d := open(t, s)
		require.Regexp(t, `^query:[0-9a-f]{16}$`, d.Identity.Relation)
		p := read(t, s, 1, page)
		require.Equal(t, []int64{3, 5}, numbers(p.Records))
		require.Equal(t, "k1!", p.Records[0].Row.Values[1].Text)
		require.Regexp(t, `^{"query":"[0-9a-f]{16}","sequence":"order_seq"}$`, p.Records[0].Metadata)
		records, _, err := s.Reread(deadline(t), []int64{5}, page)
		require.NoError(t, err)
		require.Equal(t, []int64{5}, numbers(records))
	})
}

func TestStartIsResolvedFromTheNumbersThatAreThere(t *testing.T) {
	each(t, func(t *testing.T, b bed) {
		b.run(orders)
		s := b.source(withWhere("kind = 'k0'"))
		open(t, s)
		start := func(mode string) int64 {
			b, err := s.Start(deadline(t), source.Start{Mode: mode, At: 42})
			require.NoError(t, err)
			return b.After
		}
		require.Equal(t, []int64{0, 0, 42}, []int64{start("first"), start("now"), start("number")}, "empty")
		b.fill(1, 3, 7)
		require.Equal(t, []int64{0, 7, 42}, []int64{start("first"), start("now"), start("number")}, "positive")
		b.fill(1, 0)
		require.Equal(t, []int64{math.MinInt64, 7}, []int64{start("first"), start("now")}, "zero is below first's 0")
		b.fill(1, -9)
		require.Equal(t, []int64{0}, numbers(read(t, s, start("first"), page).Records))
	})
}

func TestNumbersReachBothEndsOfInt64(t *testing.T) {
	each(t, func(t *testing.T, b bed) {
		b.run(orders)
		b.run("INSERT INTO orders VALUES ($1, 'low', ''), ($2, 'high', '')", int64(math.MinInt64), int64(math.MaxInt64))
		b.run("INSERT INTO orders VALUES ($1, 'low', '')", int64(math.MinInt64+1))
		s := b.source()
		open(t, s)
		require.Equal(t, []int64{math.MinInt64 + 1, math.MaxInt64}, numbers(read(t, s, math.MinInt64, page).Records))
		require.Empty(t, read(t, s, math.MaxInt64, page).Records)
		records, _, err := s.Reread(deadline(t), []int64{math.MinInt64, math.MaxInt64}, page)
		require.NoError(t, err)
		require.Len(t, records, 2)
		_, err = s.Start(deadline(t), source.Start{Mode: "first"})
		require.Contains(t, stop(t, record.ConfigInvalid, err).Text, "feeds.orders.source.start")
	})
}

func TestNumbersThatRepeatStopTheFeed(t *testing.T) {
	each(t, func(t *testing.T, b bed) {
		b.run(orders)
		b.fill(1, 1, 2, 3)
		b.run("CREATE TABLE twins (n bigint)")
		b.run("INSERT INTO twins VALUES (1), (2), (2), (3)")
		s := b.source(func(o *source.Options) { o.Table, o.Query = "", "SELECT * FROM orders JOIN twins ON n = order_seq" })
		open(t, s)
		_, err := s.Read(deadline(t), source.Query{After: 0, Limit: page})
		require.Contains(t, stop(t, record.SequenceNotUnique, err).Text, "2 comes after 2")
		_, err = s.Read(deadline(t), source.Query{After: 0, Limit: source.Limit{Rows: 2, Bytes: 1 << 20}})
		_ = stop(t, record.SequenceNotUnique, err) // the twin lies beyond the page
		_, _, err = s.Reread(deadline(t), []int64{1, 2}, page)
		_ = stop(t, record.SequenceNotUnique, err)
		p := read(t, s, 0, source.Limit{Rows: 1, Bytes: 1 << 20})
		require.Equal(t, []int64{1}, numbers(p.Records))
	})
}

func TestColumnsAreTheMessagesAndOthersAreReadBeside(t *testing.T) {
	each(t, func(t *testing.T, b bed) {
		b.run(`CREATE TABLE orders (order_seq bigint PRIMARY KEY, order_no text, "Odd ""Name" text, born text)`)
		b.run(`INSERT INTO orders VALUES (1, 'A-1', 'x', '2026-09-01T14:00:00+02:00'), (2, NULL, NULL, NULL)`)
		s := b.source(func(o *source.Options) {
			o.Columns, o.BusinessKey, o.Created = []string{`Odd "Name`, "order_no"}, "order_no", "born"
		})
		require.Len(t, open(t, s).Columns, 2)
		p := read(t, s, 0, page)
		one, two := p.Records[0], p.Records[1]
		require.Equal(t, []record.Value{{Text: "x"}, {Text: "A-1"}}, one.Row.Values)
		require.Equal(t, `Odd "Name`, one.Row.Columns[0].Name)
		require.Equal(t, "A-1", *one.Key)
		require.Equal(t, "2026-09-01 12:00:00 +0000 UTC", one.Created.String())
		require.JSONEq(t, `{"table":"orders","sequence":"order_seq","created":"2026-09-01T12:00:00Z"}`, one.Metadata)
		require.Nil(t, two.Key)
		require.Nil(t, two.Created)
		require.JSONEq(t, `{"table":"orders","sequence":"order_seq"}`, two.Metadata)
		require.True(t, two.Row.Values[0].Null)
	})
}

func TestMetadataIsWrittenForPeople(t *testing.T) {
	each(t, func(t *testing.T, b bed) {
		b.run(`CREATE TABLE "r&d <x>" ("a>b" bigint PRIMARY KEY)`)
		b.run(`INSERT INTO "r&d <x>" VALUES (1)`)
		s := b.source(func(o *source.Options) { o.Table, o.Sequence = `"r&d <x>"`, "a>b" })
		open(t, s)
		require.Equal(t, `{"table":"\"r&d <x>\"","sequence":"a>b"}`, read(t, s, 0, page).Records[0].Metadata)
	})
}

func TestFileAndDatabaseMustAgree(t *testing.T) {
	each(t, func(t *testing.T, b bed) {
		b.run(orders)
		for _, c := range []struct {
			name, text, remedy string
			edit               func(*source.Options)
		}{
			{"almost a table", "there is no table ordesr", "orders? check the name", func(o *source.Options) { o.Table = "ordesr" }},
			{"no such table", "there is no table customers", "check the name", func(o *source.Options) { o.Table = "customers" }},
			{"a name of three parts", "no table name", "schema.table", func(o *source.Options) { o.Table = "a.b.c" }},
			{"no such column", `feeds.orders.source.sequence: orders has no column "sequnce"`, "order_seq", func(o *source.Options) { o.Sequence = "sequnce" }},
			{"almost a column", `has no column "ordr_seq"`, `did you mean "order_seq"?`, func(o *source.Options) { o.Sequence = "ordr_seq" }},
			{"a sequence of text", "feeds.orders.source.sequence", "bigint", func(o *source.Options) { o.Sequence = "note" }},
			{"a listed column", `feeds.orders.source.columns[1]: orders has no column "nope"`, "it has order_seq, note, kind",
				func(o *source.Options) { o.Columns = []string{"note", "nope"} }},
			{"a created that is no time", "feeds.orders.source.created", "timestamp", func(o *source.Options) { o.Created = "order_seq" }},
			{"bad where", "feeds.orders.source.where", "", func(o *source.Options) { o.Where = "kind ==== 1" }},
			{"a where that breaks out", "feeds.orders.source.where", "", func(o *source.Options) { o.Where = "1 = 1) OR (1 = 1" }},
			{"a where of two statements", "feeds.orders.source.where", "", func(o *source.Options) { o.Where = "1 = 1; DELETE FROM orders" }},
			{"a where with an open comment", "feeds.orders.source.where", "", func(o *source.Options) { o.Where = "1 = 1 /* " }},
			{"a query that breaks out", "feeds.orders.source.query", "",
				func(o *source.Options) { o.Table, o.Query = "", "SELECT * FROM orders) a, (SELECT 1" }},
			{"a query of two statements", "feeds.orders.source.query", "",
				func(o *source.Options) { o.Table, o.Query = "", "SELECT * FROM orders; DELETE FROM orders" }},
			{"a query that writes", "feeds.orders.source.query", "",
				func(o *source.Options) { o.Table, o.Query = "", "DELETE FROM orders RETURNING order_seq" }},
		} {
			t.Run(c.name, func(t *testing.T) {
				_, err := b.source(c.edit).Open(deadline(t))
				s := stop(t, record.ConfigInvalid, err)
				require.Contains(t, s.Text, c.text)
				require.Contains(t, s.Remedy, c.remedy)
				require.NotEmpty(t, s.Remedy)
			})
		}
	})
}

func TestATableOfAnotherSchemaIsNamed(t *testing.T) {
	w := newWorld(t)
	w.Exec(t, "CREATE SCHEMA sales; CREATE TABLE sales.invoices (id bigint PRIMARY KEY)")
	for _, table := range []string{"invoices", "invoice", "sale.invoices"} {
		_, err := w.source(func(o *source.Options) { o.Table = table }).Open(deadline(t))
		require.Contains(t, stop(t, record.ConfigInvalid, err).Remedy, "did you mean sales.invoices? ", table)
	}
}

func TestASQLiteViewThatIsBrokenIsNoTableThatIsMissing(t *testing.T) {
	each(t, func(t *testing.T, b bed) {
		if !strings.HasSuffix(t.Name(), "sqlite") {
			t.Skip("PostgreSQL keeps views whole")
		}
		b.run("CREATE VIEW open_orders AS SELECT * FROM gone")
		_, err := b.source(func(o *source.Options) { o.Table = "open_orders" }).Open(deadline(t))
		require.Contains(t, stop(t, record.ConfigInvalid, err).Text, "no such table: main.gone")
	})
}

// TestSQLiteValuesAreReadByWhatTheyAre: a column's declared type is only a wish there, and dates are text.
func TestSQLiteValuesAreReadByWhatTheyAre(t *testing.T) {
	file := "sqlite:" + t.TempDir() + "/erp.db"
	pool, err := database.Open(database.Options{Name: "demo", URL: file})
	require.NoError(t, err)
	defer pool.Close()
	_, err = pool.Exec(`CREATE TABLE orders (order_seq INTEGER PRIMARY KEY, made DATETIME, flag BOOLEAN, day DATE, price DECIMAL(10,2), bin BLOB, any);
		INSERT INTO orders VALUES (1, '2026-09-01 12:00:00', 1, '2026-09-01', 10.50, x'00ff', 1e300), (2, 1756728000, 'no', NULL, 'n/a', 'text', -9e999)`)
	require.NoError(t, err)
	s := newSource(t, database.Options{Name: "erp", URL: file, ReadOnly: true},
		source.Options{Feed: "orders", Connection: "erp", Table: "orders", Sequence: "order_seq", Created: "made", RequireReadOnly: true}, nil)
	d := open(t, s)
	require.True(t, strings.HasSuffix(d.Identity.Server, "/erp.db") && strings.HasPrefix(d.Identity.Server, "/"), d.Identity.Server)
	p := read(t, s, 0, page)
	value := func(kind record.Kind, text string) record.Value { return record.Value{Kind: kind, Text: text} }
	require.Equal(t, []record.Value{
		value(record.Integer, "1"), value(record.Text, "2026-09-01 12:00:00"), value(record.Integer, "1"), value(record.Text, "2026-09-01"),
		value(record.Float, "10.5"), value(record.Bytes, "\x00\xff"), value(record.Float, "1E300"),
	}, p.Records[0].Row.Values)
	require.Equal(t, []record.Value{
		value(record.Integer, "2"), value(record.Integer, "1756728000"), value(record.Text, "no"), {Null: true},
		value(record.Text, "n/a"), value(record.Text, "text"), value(record.Float, "-INF"),
	}, p.Records[1].Row.Values)
	require.Equal(t, "2026-09-01 12:00:00 +0000 UTC", p.Records[0].Created.String())
	require.Nil(t, p.Records[1].Created)
}
