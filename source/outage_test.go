package source_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/testbed"
)

func outage(t testing.TB, err error) *record.Outage {
	t.Helper()
	o, ok := errors.AsType[*record.Outage](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, "erp", o.Connection)
	return o
}

func TestSourceThatIsAwayIsWaitedFor(t *testing.T) {
	server := testbed.StartPostgres(t)
	db := server.Database(t)
	w := &world{Database: db, t: t, reader: db.Account(t)}
	w.Exec(t, `CREATE TABLE orders (order_seq bigint PRIMARY KEY, order_no text, amount numeric, created_at timestamptz)`)
	w.grant("orders")
	w.fill(1, 3)
	s := w.source()
	before := open(t, s)
	server.Stop(t)
	_, err := s.Read(deadline(t), source.Query{After: 0, Limit: page})
	_ = outage(t, err)
	_, err = s.Open(deadline(t))
	require.Equal(t, record.ConnRefused, outage(t, err).Code)
	server.Start(t)
	require.Equal(t, before.Identity, open(t, s).Identity)
	require.Len(t, read(t, s, 0, page).Records, 3)
}

// TestStatementThatFailsOnItsDataIsWaitedFor: the row may be corrected, and until then nothing is passed over.
func TestStatementThatFailsOnItsDataIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	w.fill(1, 3)
	s := w.source(withWhere("10 / (order_seq - 2) <> 77"))
	open(t, s)
	_, err := s.Read(deadline(t), source.Query{After: 0, Limit: page})
	o := outage(t, err)
	require.Equal(t, record.SourceStatement, o.Code)
	require.ErrorContains(t, o, "division by zero")
	w.Exec(t, `DELETE FROM orders WHERE order_seq = 2`)
	require.Equal(t, []int64{1, 3}, numbers(read(t, s, 0, page).Records))
}

func TestTableThatChangesUnderTheFeedIsNoticed(t *testing.T) {
	w := newWorld(t)
	w.fill(1, 3)
	s := w.source()
	open(t, s)
	w.Exec(t, `ALTER TABLE orders ADD COLUMN later text DEFAULT 'x'`)
	require.Len(t, read(t, s, 0, page).Records[0].Row.Values, 4)
	w.Exec(t, `ALTER TABLE orders ALTER COLUMN created_at TYPE text USING 'soon'`)
	_, err := s.Read(deadline(t), source.Query{After: 0, Limit: page})
	require.ErrorContains(t, outage(t, err), `column "created_at", of type timestamp with time zone when the source was opened`)
	require.Len(t, open(t, s).Columns, 5)
	require.Equal(t, "soon", read(t, s, 0, page).Records[0].Row.Values[3].Text)
	w.Exec(t, `ALTER TABLE orders DROP COLUMN order_no`)
	_, err = s.Read(deadline(t), source.Query{After: 0, Limit: page})
	require.Contains(t, stop(t, record.ConfigInvalid, err).Text, "order_no")
}

func TestCancelledReadingIsNoOutage(t *testing.T) {
	w := newWorld(t)
	w.fill(1, 3)
	s := w.source(withWhere("pg_sleep(60) IS NOT NULL"))
	open(t, s)
	ctx, cancel := context.WithCancel(deadline(t))
	var watched sync.WaitGroup
	watched.Go(func() {
		defer cancel()
		w.waitForSleeper(ctx)
	})
	_, err := s.Read(ctx, source.Query{After: 0, Limit: page})
	watched.Wait()
	require.Equal(t, context.Canceled, err)
}

// waitForSleeper returns when the server sleeps in a statement of this database.
func (w *world) waitForSleeper(ctx context.Context) {
	const query = `SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`
	db, err := sql.Open("postgres", w.Server.URL(w.Name)) // others do not see what a role waits for
	require.NoError(w.t, err)
	defer db.Close()
	for n := 0; n == 0 && ctx.Err() == nil; {
		if err := db.QueryRowContext(ctx, query).Scan(&n); err != nil {
			w.t.Error(err)
			return
		}
	}
}

func TestAnotherServerUnderTheSameAddressStopsTheFeed(t *testing.T) {
	w, other := newWorld(t), testbed.StartPostgres(t)
	superuser(t, other, "postgres", fmt.Sprintf(`CREATE DATABASE %q`, w.Name))
	superuser(t, other, w.Name, fmt.Sprintf(`CREATE TABLE orders (order_seq bigint PRIMARY KEY, order_no text, amount numeric, created_at timestamptz);
		CREATE ROLE %q LOGIN PASSWORD '%s'; GRANT SELECT ON orders TO PUBLIC`, w.reader.Name, w.reader.Password))
	w.fill(1, 3)
	switched := newSwitch(t, w.Server.Addr)
	s := w.sourceAs(w.through(switched))
	was := open(t, s)
	switched.turn(other.Addr)
	_, err := s.Read(deadline(t), source.Query{After: 0, Limit: page})
	if _, lost := errors.AsType[*record.Outage](err); lost { // of the old connection
		_, err = s.Read(deadline(t), source.Query{After: 0, Limit: page})
	}
	require.Contains(t, stop(t, record.SourceWentBack, err).Text, "connections.erp now answers as server")
	require.NotEqual(t, was.Identity.Server, open(t, s).Identity.Server, "whether that is the feed's server its position tells")
}

func TestLargeRowsAreNotSentForNothing(t *testing.T) {
	w := newWorld(t)
	w.Exec(t, `INSERT INTO orders SELECT n, repeat('0123456789', 100000), n FROM generate_series(1, 40) n`)
	counted := newSwitch(t, w.Server.Addr)
	s := w.sourceAs(w.through(counted))
	open(t, s)
	first := read(t, s, 0, page)
	require.Len(t, first.Records, 9)
	require.Less(t, counted.received.Load(), int64(17<<20), "of an unknown size, sixteen rows are asked for")
	before := counted.received.Load()
	require.Len(t, read(t, s, 9, page).Records, 9)
	require.Less(t, counted.received.Load()-before, int64(10<<20))
}

func TestNoTransactionStaysOpen(t *testing.T) {
	w := newWorld(t)
	w.fill(1, 3)
	s := w.source(withWhere("10 / (order_seq - 2) <> 77"))
	open(t, s)
	_, err := s.Read(deadline(t), source.Query{After: 0, Limit: page})
	_ = outage(t, err)
	_, err = s.Read(deadline(t), source.Query{After: 2, Limit: page})
	require.NoError(t, err)
	db, err := sql.Open("postgres", w.Server.URL(w.Name))
	require.NoError(t, err)
	defer db.Close()
	var idle, inTransaction int
	require.NoError(t, db.QueryRow(`SELECT count(*) FILTER (WHERE state = 'idle'), count(*) FILTER (WHERE state <> 'idle')
		FROM pg_stat_activity WHERE usename = $1`, w.reader.Name).Scan(&idle, &inTransaction))
	require.Equal(t, []int{1, 0}, []int{idle, inTransaction})
}

// through is the reader's account at the switch.
func (w *world) through(s *switched) testbed.Account {
	a := w.reader
	a.URL = strings.Replace(a.URL, w.Server.Addr, s.Addr().String(), 1)
	return a
}

func superuser(t testing.TB, p *testbed.PostgresProcess, name, statements string) {
	db, err := sql.Open("postgres", p.URL(name))
	require.NoError(t, err)
	defer db.Close()
	_, err = db.Exec(statements)
	require.NoError(t, err)
}

// switched forwards connections to the server of the moment.
type switched struct {
	net.Listener
	mu     sync.Mutex
	target string
	open   []net.Conn

	received atomic.Int64 // bytes that servers sent
}

func (s *switched) Write(b []byte) (int, error) {
	s.received.Add(int64(len(b)))
	return len(b), nil
}

func newSwitch(t testing.TB, target string) *switched {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &switched{Listener: l, target: target}
	t.Cleanup(func() { _ = l.Close(); s.turn("") })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.forward(c)
		}
	}()
	return s
}

func (s *switched) forward(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to, err := net.Dial("tcp", s.target)
	if err != nil {
		_ = c.Close()
		return
	}
	s.open = append(s.open, c, to)
	go func() { _, _ = io.Copy(to, c) }()
	go func() { _, _ = io.Copy(c, io.TeeReader(to, s)) }()
}

// turn cuts what is open and sends what comes next elsewhere.
func (s *switched) turn(target string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.target = target
	for _, c := range s.open {
		_ = c.Close()
	}
	s.open = nil
}
