package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

// fill writes rows behind the back of the store: completed ones below, then failed ones, then new ones of the instance.
func (c carrier) fill(b *testing.B, completed, failed, fresh int) {
	b.Helper()
	series := `(WITH RECURSIVE n(i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n WHERE i < $2) SELECT i FROM n) AS n`
	if c.db.DriverName() == "postgres" {
		series = `(SELECT generate_series($1::bigint, $2::bigint) AS i) AS n`
	}
	insert := func(from, to int, fields, values string) {
		if from > to {
			return
		}
		_, err := c.exec(b.Context(), c.db, `
			INSERT INTO dumped_data (feed, seq, metadata, message_id, read_at, owner, `+fields+`)
			SELECT '`+feed+`', i, '{"table":"sales.orders","seq":4711}', 'acme-prod.orders.' || i, clock_timestamp(), '`+c.id+`', `+values+`
			  FROM `+series, from, to)
		require.NoError(b, err)
	}
	insert(1, completed, `status, outcome, finished_at`, `'COMPLETED', 'SENT', clock_timestamp()`)
	insert(completed+1, completed+failed, `status, error_code, error_text, finished_at`, `'FAILED', 'SEND_REJECTED', 'too large', clock_timestamp()`)
	insert(completed+failed+1, completed+failed+fresh, `status`, `'NEW'`)
	c.db.MustExec(`ANALYZE`)
}

func eachBench(b *testing.B, bench func(b *testing.B, c carrier)) {
	for name, w := range map[string]func(testing.TB) world{"PostgreSQL": newPostgresWorld, "SQLite": newSQLiteWorld} {
		b.Run(name, func(b *testing.B) {
			w := w(b)
			w.TTL = time.Hour // nobody gives a sign of life here
			bench(b, newCarrier(b, w.open(b), "one"))
		})
	}
}

func BenchmarkOverviewOfAMillionRows(b *testing.B) {
	eachBench(b, func(b *testing.B, c carrier) {
		c.fill(b, 1_000_000, 2_000, 4_000)
		for b.Loop() {
			_, err := c.Overview(b.Context())
			require.NoError(b, err)
		}
	})
}

func BenchmarkRetryOf700000Rows(b *testing.B) {
	eachBench(b, func(b *testing.B, c carrier) {
		c.fill(b, 0, 700_000, 0)
		b.ResetTimer()
		n, _, err := c.Retry(b.Context(), Filter{Feed: feed}, 0, 50, Audit{})
		require.NoError(b, err)
		require.EqualValues(b, 700_000, n)
		b.ReportMetric(b.Elapsed().Seconds(), "s/retry")
		b.Run("claim of nothing afterwards", func(b *testing.B) {
			for b.Loop() {
				_, err := c.Claim(b.Context(), feed, c.id, 2000, nil)
				require.NoError(b, err)
			}
		})
	})
}

func BenchmarkClaimOfNothingWith4000InFlight(b *testing.B) {
	eachBench(b, func(b *testing.B, c carrier) {
		c.fill(b, 0, 0, 4_000)
		var inFlight []int64
		for i := range int64(4_000) {
			inFlight = append(inFlight, i+1)
		}
		for b.Loop() {
			records, err := c.Claim(b.Context(), feed, c.id, 2000, inFlight)
			require.NoError(b, err)
			require.Empty(b, records)
		}
	})
}

// One row's way through the store: a dump of 1,000 and ten marks of 100.
func BenchmarkDumpAndMarkOf1000Rows(b *testing.B) {
	eachBench(b, func(b *testing.B, c carrier) {
		p, err := c.Position(b.Context(), feed)
		require.NoError(b, err)
		for b.Loop() {
			var records []*record.Record
			var marks []Mark
			for i := range int64(1000) {
				seq := p.LastRead + i + 1
				records = append(records, &record.Record{Seq: seq, Metadata: `{"table":"sales.orders","seq":4711}`, MessageID: "acme.orders.4711"})
				marks = append(marks, sent(seq, 1))
			}
			p, _, err = c.Dump(b.Context(), Dump{Feed: feed, Instance: c.id, Seen: p, LastRead: p.LastRead + 1000, Records: records})
			require.NoError(b, err)
			for i := 0; i < len(marks); i += 100 {
				hit, err := c.Mark(b.Context(), feed, c.id, marks[i:i+100])
				require.NoError(b, err)
				require.Len(b, hit, 100)
			}
		}
	})
}
