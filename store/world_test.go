package store

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/testbed"
)

// TestMain pins what rapid draws; its flags on the command line win.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.seed": "20260901", "rapid.checks": "15", "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	testbed.Main(m)
}

// background is the context of what rapid calls: its own T has another one.
func background() context.Context { return context.Background() }

// world is an empty place for a store, and the options that lead there.
type world struct{ Options }

// each runs a test against every database.
func each(t *testing.T, test func(t *testing.T, w world)) {
	t.Run("PostgreSQL", func(t *testing.T) { test(t, newPostgresWorld(t)) })
	t.Run("SQLite", func(t *testing.T) { test(t, newSQLiteWorld(t)) })
}

func newSQLiteWorld(t testing.TB) world {
	url := "sqlite://" + filepath.Join(t.TempDir(), "rowrelay.db")
	return world{Options{Connection: database.Options{Name: "relaydb", URL: url}}}
}

func newPostgresWorld(t testing.TB) world {
	d := testbed.SharedPostgres(t).Database(t)
	return world{Options{Connection: database.Options{
		Name: "relaydb", URL: fmt.Sprintf("postgres://%s/%s?sslmode=disable", d.Server.Addr, d.Name),
		User: d.Owner.Name, Password: d.Owner.Password,
	}}}
}

// open is a further program on the store, which makes the tables if it is the first.
func (w world) open(t testing.TB) *SQL {
	t.Helper()
	w.Migrate = true
	s, err := Open(t.Context(), w.Options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s.(*SQL)
}

const feed = "orders"

// carrier is an instance with a feed that begins at 0.
type carrier struct {
	t testing.TB
	*SQL
	id string
}

func newCarrier(t testing.TB, s *SQL, name string) carrier {
	t.Helper()
	_, err := s.CreateFeed(t.Context(), feed, Beginning{Start: 0, Identity: []byte(`{}`)})
	require.NoError(t, err)
	id, err := s.Register(t.Context(), name, []byte(`{"pid": 4711, "host": "erp-relay-1"}`))
	require.NoError(t, err)
	return carrier{t, s, id}
}

func bunch(seqs ...int64) (records []*record.Record) {
	for _, seq := range seqs {
		records = append(records, &record.Record{
			Feed: feed, Seq: seq, Metadata: fmt.Sprintf(`{"seq":%d}`, seq), MessageID: fmt.Sprintf("acme.orders.%d", seq),
		})
	}
	return records
}

// dump stores rows of these numbers, in rising order.
func (c carrier) dump(seqs ...int64) {
	c.t.Helper()
	p, err := c.Position(c.t.Context(), feed)
	require.NoError(c.t, err)
	_, inserted, err := c.Dump(c.t.Context(), Dump{
		Feed: feed, Instance: c.id, Seen: p, LastRead: max(p.LastRead, seqs[len(seqs)-1]), Records: bunch(seqs...),
	})
	require.NoError(c.t, err)
	require.Equal(c.t, seqs, dumpedSeqs(inserted))
}

func dumpedSeqs(rows []Dumped) []int64 {
	all := []int64{}
	for _, r := range rows {
		all = append(all, r.Seq)
	}
	return all
}

func (c carrier) claim(limit int, inFlight ...int64) []*record.Record {
	c.t.Helper()
	records, err := c.Claim(c.t.Context(), feed, c.id, limit, inFlight)
	require.NoError(c.t, err)
	return records
}

func (c carrier) mark(marks ...Mark) []int64 {
	c.t.Helper()
	hit, err := c.Mark(c.t.Context(), feed, c.id, marks)
	require.NoError(c.t, err)
	return hit
}

func (c carrier) row(seq int64) Row {
	c.t.Helper()
	row, err := c.Row(c.t.Context(), feed, seq)
	require.NoError(c.t, err)
	return row
}

// expire lets the instance's life lapse, as if it had been silent for longer than the TTL.
func (c carrier) expire() {
	c.t.Helper()
	n, err := c.exec(c.t.Context(), c.db, `UPDATE instance SET alive_until = clock_timestamp() - 1 * interval '1 second' WHERE id = $1`, c.id)
	require.NoError(c.t, err)
	require.EqualValues(c.t, 1, n)
}

func (c carrier) retry(f Filter) int64 {
	c.t.Helper()
	n, _, err := c.Retry(c.t.Context(), f, 0, 0, Audit{Actor: "anna", Origin: "erp-relay-1", Command: "rowrelay retry orders --all"})
	require.NoError(c.t, err)
	return n
}

func seqs(records []*record.Record) []int64 {
	all := []int64{}
	for _, r := range records {
		all = append(all, r.Seq)
	}
	return all
}

func sent(seq int64, claim int) Mark {
	return Mark{Seq: seq, ClaimNo: claim, Status: record.Completed, Outcome: record.Sent}
}

func fails(seq int64, claim int) Mark {
	return Mark{Seq: seq, ClaimNo: claim, Status: record.Failed, Code: record.XMLType, Text: "column amount: NaN", Attempt: true}
}

func again(seq int64, claim int, wait time.Duration) Mark {
	return Mark{Seq: seq, ClaimNo: claim, Status: record.New, Code: record.SendRejected, Text: "too large", Attempt: true, Wait: wait}
}

// How long a test waits for a fact before it gives up, and how often it looks.
const (
	waitAtMost = 20 * time.Second
	pollEvery  = 10 * time.Millisecond
)
