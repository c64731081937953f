package proof

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// writers fill the source in every way in which numbers become visible out of order.
type writers struct {
	w      *world
	shapes []shape
	slow   time.Duration // the longest pause inside a transaction

	mu     sync.Mutex
	times  map[int64]time.Time // when the commit of a row was answered
	rolled int                 // rows that were rolled back
	stop   context.CancelFunc
	all    sync.WaitGroup
}

// shape is one way to take a number and to insert its row. It returns the numbers whose rows are committed.
type shape func(ctx context.Context, w *writer) ([]int64, error)

// writer is one connection.
type writer struct {
	*rand.Rand
	of   *writers
	conn *sql.Conn
	name string
	n    int
}

// sequenced gives the world's table a sequence, and a trigger that is slow for some rows.
func (w *world) sequenced(options string) *world {
	w.source.Exec(w.t, `CREATE SEQUENCE orders_seq `+options+` OWNED BY orders.id`)
	w.source.Exec(w.t, `ALTER TABLE orders ALTER id SET DEFAULT nextval('orders_seq'), ALTER key DROP NOT NULL`)
	w.source.Exec(w.t, `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN NEW.key := 'A-' || NEW.id; IF NEW.note LIKE 'slow %' THEN PERFORM pg_sleep(substr(NEW.note, 6)::float8); END IF; RETURN NEW; END $$`)
	w.source.Exec(w.t, `CREATE TRIGGER slow BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION slow()`)
	return w
}

// everyShape is what the transactions of an ordinary system look like, all with numbers of their own sequence.
var everyShape = []shape{plain, plain, plain, waiting, waiting, savepoint, rolledBack, twoPhases, severalRows, slowTrigger}

// write starts n writers; halt stops them and returns what is committed.
func (w *world) write(n int, slow time.Duration, shapes ...shape) *writers {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	all := &writers{w: w, shapes: shapes, slow: slow, times: map[int64]time.Time{}, stop: cancel}
	db := w.source.Open(w.t)
	db.SetMaxOpenConns(n)
	for i := range n {
		conn, err := db.Conn(ctx)
		require.NoError(w.t, err)
		one := &writer{Rand: randomly(1000 + i), of: all, conn: conn, name: fmt.Sprintf("writer %d of %s", i, w.source.Name)}
		all.all.Go(func() { one.work(ctx) })
	}
	w.t.Cleanup(func() { all.halt() })
	return all
}

// halt lets every transaction end.
func (a *writers) halt() {
	a.stop()
	a.all.Wait()
}

// committed are the numbers of all rows, lowest first: what is there is what was committed.
func (w *world) committed() []int64 {
	w.t.Helper()
	return column[int64](w.t, w.source.Open(w.t), `SELECT id FROM orders ORDER BY id`)
}

func (w *writer) work(ctx context.Context) {
	defer w.conn.Close()
	for ctx.Err() == nil {
		act := w.of.shapes[w.IntN(len(w.of.shapes))]
		ids, err := act(context.WithoutCancel(ctx), w)
		if err != nil {
			w.of.w.t.Errorf("%s: %v", w.name, err)
			return
		}
		w.note(ids)
		time.Sleep(time.Duration(w.IntN(20)) * time.Millisecond)
	}
}

func (w *writer) note(ids []int64) {
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	if ids == nil {
		w.of.rolled++
	}
	for _, id := range ids {
		w.of.times[id] = time.Now()
	}
}

// pause is inside a transaction.
func (w *writer) pause() { time.Sleep(time.Duration(w.Int64N(int64(w.of.slow)))) }

func (w *writer) exec(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if _, err := w.conn.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// ids runs a statement that returns numbers.
func (w *writer) ids(ctx context.Context, statement string, args ...any) ([]int64, error) {
	rows, err := w.conn.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", statement, err)
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

const (
	insertOne   = `INSERT INTO orders (note) VALUES ('plain') RETURNING id`
	insertNamed = `INSERT INTO orders (id, note) VALUES ($1, 'named') RETURNING id`
)

func plain(ctx context.Context, w *writer) ([]int64, error) { return w.ids(ctx, insertOne) }

func severalRows(ctx context.Context, w *writer) ([]int64, error) {
	return w.ids(ctx, `INSERT INTO orders (note) SELECT 'several' FROM generate_series(1, 5) RETURNING id`)
}

func slowTrigger(ctx context.Context, w *writer) ([]int64, error) {
	return w.ids(ctx, `INSERT INTO orders (note) VALUES ($1) RETURNING id`, fmt.Sprintf("slow %.3f", w.Float64()*w.of.slow.Seconds()))
}

// inside runs a shape's middle in a transaction that ends as end says.
func (w *writer) inside(ctx context.Context, end string, middle func() ([]int64, error)) ([]int64, error) {
	if err := w.exec(ctx, `BEGIN`); err != nil {
		return nil, err
	}
	ids, err := middle()
	if err != nil {
		return nil, err
	}
	if end == `ROLLBACK` {
		ids = nil
	}
	return ids, w.exec(ctx, end)
}

// waiting takes its number, waits, and inserts then.
func waiting(ctx context.Context, w *writer) ([]int64, error) {
	return w.inside(ctx, `COMMIT`, func() ([]int64, error) {
		ids, err := w.ids(ctx, `SELECT nextval('orders_seq')`)
		if err != nil {
			return nil, err
		}
		w.pause()
		return w.ids(ctx, insertNamed, ids[0])
	})
}

// savepoint takes its number in a subtransaction that is rolled back, and uses it all the same.
func savepoint(ctx context.Context, w *writer) ([]int64, error) {
	return w.inside(ctx, `COMMIT`, func() ([]int64, error) {
		if err := w.exec(ctx, `SAVEPOINT s`); err != nil {
			return nil, err
		}
		ids, err := w.ids(ctx, `SELECT nextval('orders_seq')`)
		if err != nil {
			return nil, err
		}
		if err := w.exec(ctx, `ROLLBACK TO s`); err != nil {
			return nil, err
		}
		w.pause()
		return w.ids(ctx, insertNamed, ids[0])
	})
}

func rolledBack(ctx context.Context, w *writer) ([]int64, error) {
	return w.inside(ctx, `ROLLBACK`, func() ([]int64, error) {
		ids, err := w.ids(ctx, insertOne)
		w.pause()
		return ids, err
	})
}

func twoPhases(ctx context.Context, w *writer) ([]int64, error) {
	w.n++
	id := fmt.Sprintf("'%s %d'", w.name, w.n)
	ids, err := w.inside(ctx, `PREPARE TRANSACTION `+id, func() ([]int64, error) { return w.ids(ctx, insertOne) })
	if err != nil {
		return nil, err
	}
	w.pause()
	if w.IntN(4) == 0 {
		return nil, w.exec(ctx, `ROLLBACK PREPARED `+id)
	}
	return ids, w.exec(ctx, `COMMIT PREPARED `+id)
}

// pooled takes its number in one transaction and uses it in a later one: nobody can see it in between.
func pooled(ctx context.Context, w *writer) ([]int64, error) {
	ids, err := w.ids(ctx, `SELECT nextval('orders_seq')`)
	if err != nil {
		return nil, err
	}
	w.pause()
	return w.ids(ctx, insertNamed, ids[0])
}

// naive is the rule of everybody else, `id > last`, run beside the daemon on the same rows.
type naive struct {
	seen map[int64]time.Time
	stop context.CancelFunc
	done chan error
}

func (w *world) naively(every time.Duration) *naive {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	n := &naive{seen: map[int64]time.Time{}, stop: cancel, done: make(chan error, 1)}
	db := w.source.Open(w.t)
	go func() { n.done <- n.poll(ctx, db, every) }()
	return n
}

func (n *naive) poll(ctx context.Context, db *sql.DB, every time.Duration) error {
	pace := time.NewTicker(every)
	defer pace.Stop()
	for last := int64(0); ; <-pace.C {
		ending := ctx.Err() != nil
		rows, err := db.Query(`SELECT id FROM orders WHERE id > $1 ORDER BY id`, last)
		if err != nil {
			return err
		}
		for rows.Next() {
			if err := rows.Scan(&last); err != nil {
				return err
			}
			n.seen[last] = time.Now()
		}
		if err := rows.Close(); err != nil || ending {
			return err
		}
	}
}

// lost stops the naive reader after a last look and returns how many of the committed rows it has never seen.
func (n *naive) lost(t *testing.T, committed []int64) (lost int) {
	t.Helper()
	n.stop()
	require.NoError(t, <-n.done)
	for _, id := range committed {
		if _, ok := n.seen[id]; !ok {
			lost++
		}
	}
	return lost
}

// requireComplete holds what was delivered against what is committed: lost, unexpected and copies must all be none.
func requireComplete(t *testing.T, committed []int64, delivered map[int64]int) {
	t.Helper()
	var lost, unexpected, double []int64
	for _, id := range committed {
		if delivered[id] == 0 {
			lost = append(lost, id)
		}
	}
	for id, n := range delivered {
		if _, found := slices.BinarySearch(committed, id); !found {
			unexpected = append(unexpected, id)
		}
		if n > 1 {
			double = append(double, id)
		}
	}
	require.Empty(t, lost, "lost")
	require.Empty(t, unexpected, "delivered and never committed")
	require.Empty(t, double, "delivered more than once")
}
