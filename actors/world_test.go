package actors

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sink"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/store"
)

// patience bounds every wait for a fact; it is no expectation of speed.
const (
	patience = 2 * time.Minute
	waitTick = 10 * time.Millisecond
)

// table is a source in memory: numbers only.
type table struct {
	mu   sync.Mutex
	seqs []int64 // rising
	fail error   // returned by every reading while set

	writers  []string // transactions that may still fill a number
	server   string
	timeline int64
	life     string // of the server; "" is 1
	standby  bool
	lags     int // how many times it does not know yet of a late row that it has shown
}

func rows(n int) *table {
	t := &table{}
	for i := range n {
		t.seqs = append(t.seqs, int64(i+1))
	}
	return t
}

func (t *table) set(change func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change()
}

func (t *table) Open(context.Context) (source.Description, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return source.Description{Identity: source.Identity{Relation: "t", Sequence: "id", Server: cmp.Or(t.server, "1"), Timeline: t.timeline},
		Numbers: source.Numbering{Rule: source.ByEvidence}, Standby: t.standby, Life: cmp.Or(t.life, "1")}, t.fail
}

func (t *table) Start(context.Context, source.Start) (source.Beginning, error) {
	return source.Beginning{From: math.MaxInt64}, nil
}

func (t *table) Evidence(context.Context) (source.Evidence, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return source.Evidence{Valid: true, Server: cmp.Or(t.life, "1"), Holders: slices.Clone(t.writers)}, t.fail
}

func (t *table) Read(_ context.Context, q source.Query) (source.Page, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := source.Page{Server: cmp.Or(t.life, "1")}
	for _, s := range t.seqs {
		if s > q.After && len(p.Records) < q.Limit.Rows {
			p.Records = append(p.Records, &record.Record{Seq: s, Metadata: "{}", Bytes: 100})
			p.Numbers = append(p.Numbers, s)
		}
	}
	for _, r := range q.Probes {
		p.Probes = append(p.Probes, t.probe(r))
	}
	p.Full = len(p.Records) == q.Limit.Rows
	if len(p.Numbers) == 0 && len(t.seqs) > 0 {
		p.Highest = new(t.seqs[len(t.seqs)-1])
	}
	return p, t.fail
}

func (t *table) probe(r record.Range) record.Probe {
	p := record.Probe{Range: r, Reached: r.Hi}
	for _, s := range t.seqs {
		if r.Holds(s) {
			p.Found = append(p.Found, record.Number{Seq: s, Wanted: true})
		}
	}
	return p
}

func (t *table) Numbers(_ context.Context, within record.Range, _ int) (record.Probe, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.probe(within), t.fail
}

func (t *table) Late(ctx context.Context, seqs []int64, limit source.Limit) ([]*record.Record, int, error) {
	seqs = seqs[:min(len(seqs), limit.Rows)]
	rows, seen, err := t.Reread(ctx, seqs, limit)
	t.set(func() {
		if t.lags > 0 {
			t.lags--
			rows = rows[1:]
		}
	})
	for _, r := range rows {
		r.Metadata = "{}"
	}
	return rows, seen, err
}

func (t *table) Reread(_ context.Context, seqs []int64, _ source.Limit) ([]*record.Record, int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var found []*record.Record
	for _, s := range seqs {
		if slices.Contains(t.seqs, s) {
			found = append(found, &record.Record{Seq: s, Bytes: 100})
		}
	}
	return found, len(seqs), t.fail
}

func (t *table) Close() error { return nil }

// broker is a sink in memory that counts.
type broker struct {
	mu     sync.Mutex
	sent   map[string]int
	most   int // messages in a batch
	refuse func(id string) error
	block  chan struct{} // while open, publishing waits for it or the context
}

func newBroker() *broker { return &broker{sent: map[string]int{}} }

func (b *broker) Publisher(waiting context.Context) sink.Publisher { return &publisher{b, waiting} }

// publisher takes a blocked broker for one that is away.
type publisher struct {
	*broker
	waiting context.Context
}

func (p *publisher) Close() error { return nil }

func (p *publisher) Publish(_ context.Context, batch []sink.Message) []error {
	return p.publishAll(p.waiting, batch)
}

func (b *broker) publishAll(ctx context.Context, batch []sink.Message) []error {
	b.mu.Lock()
	b.most = max(b.most, len(batch))
	b.mu.Unlock()
	results := make([]error, len(batch))
	for i, m := range batch {
		results[i] = b.publish(ctx, m)
	}
	return results
}

func (b *broker) publish(ctx context.Context, m sink.Message) error {
	b.mu.Lock()
	block, refuse := b.block, b.refuse
	b.mu.Unlock()
	if block != nil {
		select {
		case <-block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if refuse != nil {
		if err := refuse(m.ID); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sent[m.ID]++
	return nil
}

func (b *broker) counts() (ids, copies int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range b.sent {
		ids++
		copies += n - 1
	}
	return ids, copies
}

// world is one feed on a store of its own.
type world struct {
	t      *testing.T
	store  store.Store
	broker *broker
	table  *table
	feed   *Feed
	daemon *Daemon
	log    *slog.Logger
}

// rendering is a single step that makes bodies.
type rendered func(*record.Record) ([]byte, error)

func rendering(f rendered) Prepare {
	return func(context.Context, []record.Column) (Steps, error) { return f, nil }
}

func (f rendered) Asks() bool { return false }

func (f rendered) Carry(_ context.Context, r *record.Record) (Carried, error) {
	body, err := f(r)
	return Carried{Body: body}, err
}

func newWorld(t *testing.T, rows *table) *world {
	s, err := store.Open(t.Context(), store.Options{
		Connection: database.Options{Name: "store", URL: "sqlite://" + filepath.Join(t.TempDir(), "store.db")},
		ID:         "test", Migrate: true,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	w := &world{t: t, store: s, broker: newBroker(), table: rows, log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	w.feed = &Feed{
		Name: "orders", Source: rows, Sink: w.broker, Start: source.Start{Mode: "first"},
		Prepare:    rendering(func(*record.Record) ([]byte, error) { return []byte("<Order/>"), nil }),
		SourceName: "erp", SinkName: "mq", StoreName: "store", SinkConnections: 2, BatchMax: 10,
		Settings: Settings{Workers: 4, PollInterval: 10 * time.Millisecond, MaxInFlight: 400, Bunch: 50,
			Retry: Retry{MaxAttempts: 3, Initial: time.Millisecond, Max: 10 * time.Millisecond, Factor: 2}},
	}
	return w
}

// start runs the daemon and returns what stops it and says how it ended.
func (w *world) start(s store.Store) (stop func() error) {
	w.daemon = &Daemon{Store: s, Name: "relay-1", Feeds: []*Feed{w.feed}, Log: w.log, Grace: 10 * time.Second,
		Board: NewBoard(w.log, record.InstanceState{})}
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.daemon.Run(ctx) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	w.t.Cleanup(func() { _ = stop() })
	return stop
}

// counts reads how many rows are NEW and FAILED, and how many were ever dumped.
func (w *world) counts() (newRows, failed, lastRead int64) {
	o, err := w.store.Overview(w.t.Context())
	require.NoError(w.t, err)
	if len(o.Feeds) == 0 {
		return 0, 0, 0
	}
	return o.Feeds[0].New, o.Feeds[0].Failed, o.Feeds[0].Position.LastRead
}

// settled waits until all rows up to last have ended.
func (w *world) settled(last int64) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		n, _, read := w.counts()
		return n == 0 && read == last
	}, patience, 10*time.Millisecond, "rows did not settle")
}

func (w *world) status(seq int64) store.Row {
	r, err := w.store.Row(w.t.Context(), "orders", seq)
	require.NoError(w.t, err)
	return r
}
