package source_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/source"
)

// BenchmarkRead reads 200,000 rows of about 300 bytes in pages of 1,000.
func BenchmarkRead(b *testing.B) {
	const rows = 200_000
	w := newWorld(b)
	w.Exec(b, `CREATE TABLE wide AS SELECT n::bigint AS order_seq, 'A-' || n AS order_no, n % 1000 AS customer_id, 'RELEASED' AS status,
		(n + 0.50)::numeric(12,2) AS amount, timestamptz '2026-09-01 12:00:00Z' + n * interval '1 second' AS created_at, date '2026-09-01' AS due_on,
		repeat('plain words ', 18) AS note FROM generate_series(1, 200000) n; ALTER TABLE wide ADD PRIMARY KEY (order_seq)`)
	w.grant("wide")
	s := w.source(func(o *source.Options) { o.Table, o.BusinessKey, o.Created = "wide", "order_no", "created_at" })
	open(b, s)
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		require.Equal(b, rows, readAll(b, s))
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(rows*b.N), "B/row")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(rows*b.N), "allocs/row")
}

// BenchmarkReadLarge reads 200 rows of 1 MB in pages of 8 MiB and reports the highest heap.
func BenchmarkReadLarge(b *testing.B) {
	w := newWorld(b)
	w.Exec(b, `INSERT INTO orders SELECT n, repeat('0123456789', 100000), n FROM generate_series(1, 200) n`)
	s := w.source()
	open(b, s)
	for b.Loop() {
		require.Equal(b, 200, readAll(b, s))
	}
	b.ReportMetric(float64(200*b.N)/b.Elapsed().Seconds(), "rows/s")
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapSys-m.HeapReleased)/(1<<20), "MiB-heap")
}

func readAll(b *testing.B, s source.Source) (n int) {
	for after := int64(0); ; {
		p := read(b, s, after, page)
		if len(p.Records) == 0 {
			return n
		}
		n += len(p.Records)
		after = p.Records[len(p.Records)-1].Seq
	}
}
