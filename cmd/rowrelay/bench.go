package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/config"
)

// benchCmd measures what this machine, these databases and this broker carry.
type benchCmd struct {
	Rows        int           `default:"100000" help:"Rows of one run; they are committed to the source in one transaction."`
	Pairs       int           `default:"3" help:"How often every run is repeated, all in turn; the run of the median rate is shown."`
	Workers     []int         `default:"4" help:"feeds.NAME.workers; several, as in 1,4,16, are compared."`
	Size        []config.Size `default:"300B" placeholder:"SIZE" help:"About what a row holds; several are compared."`
	Feeds       []int         `default:"1" help:"How many feeds share the rows; several are compared."`
	Finished    []int         `default:"0" placeholder:"ROWS" help:"Rows that stand finished in DUMPED_DATA before a run; several are compared."`
	Connections int           `default:"2" help:"sink.connections."`
	Batch       int           `default:"400" help:"sink.batch.max."`
	For         time.Duration `default:"0s" help:"End every run after so long, however many rows are left."`
	Latency     []int         `placeholder:"RATE" help:"Instead: commit so many rows a second one by one, for 20 s each, and show how long they take to a consumer."`
	Idle        time.Duration `default:"0s" help:"Instead: watch the daemon for so long while there is nothing to do."`
	Only        []string      `enum:"raw,relay,naive,receipts,statements" default:"raw,relay,naive,receipts,statements" help:"Which runs: raw (the sender alone, with ready-made messages), relay (end to end), naive (row by row), receipts (end to end into a server that only confirms), statements (the same SQL without the rest)."`
	Source      string        `placeholder:"NAME" help:"Connection of the file for the table that is read; the account must be able to create a schema. The store's unless written."`
	Broker      string        `placeholder:"NAME" help:"Connection of the file for the broker; needed where the file names several."`
	Queue       string        `default:"ROWRELAY.BENCH" help:"A queue for this alone; it is read empty."`
}

// Help says what is touched.
func (benchCmd) Help() string {
	return `Takes the connections of the store and of the broker from the file; no feed of the file is touched. It works in schemas of its own, rowrelay_bench and
rowrelay_bench_source, which are made anew and removed at the end, and in a queue of its own, which is read empty after every run: rows, receipts and
what the consumer read must agree. Servers on this machine are found by their port, and what they use of the processors is shown as microseconds a row.`
}

// Run implements the command.
func (b benchCmd) Run(ctx context.Context, g *globals) error {
	ctx, stop := untilSignal(ctx)
	defer stop()
	w, err := b.open(ctx, g)
	if err != nil {
		return err
	}
	defer w.close()
	switch {
	case b.Idle > 0:
		return w.idle(ctx)
	case len(b.Latency) > 0:
		return w.latencies(ctx)
	}
	return w.compare(ctx)
}

// bench is one call of the command: where it works, and what it has measured.
type benchWork struct {
	benchCmd
	g         *globals
	dir       string // of the files that are written
	names     benchNames
	text      string // the user's file
	ground    *ground
	meters    meters
	versions  []string // of source, store and broker
	model     []byte   // a message as the relay made it, of modelSize
	modelSize config.Size
	results   []benchResult
}

// benchNames are the connections' names in the file.
type benchNames struct{ source, store, broker string }

func (b benchCmd) open(ctx context.Context, g *globals) (*benchWork, error) {
	path, err := g.path()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &problem{exitConfig, fmt.Sprintf("%s cannot be read: %v", path, err), "name the file with -c"}
	}
	file, found := config.Load(path, config.Process(), config.Run)
	if found.Err() != nil {
		return nil, found.Err()
	}
	w := &benchWork{benchCmd: b, g: g, text: string(text)}
	if w.names, err = b.choose(file); err != nil {
		return nil, err
	}
	if w.ground, err = newGround(ctx, file, w.names); err != nil {
		return nil, err
	}
	if w.dir, err = os.MkdirTemp("", "rowrelay-bench-"); err != nil {
		w.ground.close()
		return nil, err
	}
	w.meters = newMeters(file, w.names)
	if err := w.greet(ctx); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// greet learns what is measured: the databases' versions and the broker's.
func (w *benchWork) greet(ctx context.Context) error {
	for _, db := range []*sqlx.DB{w.ground.source, w.ground.store} {
		var version string
		if err := db.GetContext(ctx, &version, `SELECT 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1)`); err != nil {
			return err
		}
		w.versions = append(w.versions, version)
	}
	dst, err := w.target(w.base())
	if err != nil {
		return err
	}
	answer, err := dst.Probe(ctx)
	peer, _, _ := strings.Cut(answer, " at ")
	w.versions = append(w.versions, peer)
	return err
}

// base is the shape of what varies in nothing.
func (w *benchWork) base() shape {
	return shape{Workers: w.Workers[0], Size: w.Size[0], Feeds: w.Feeds[0], Finished: w.Finished[0], poll: "100ms"}
}

func (w *benchWork) close() {
	w.ground.close()
	_ = os.RemoveAll(w.dir)
}

// choose finds the connections, and refuses what could touch a feed.
func (b benchCmd) choose(f *config.File) (benchNames, error) {
	wrong := func(text, next string) (benchNames, error) { return benchNames{}, &problem{exitConfig, text, next} }
	n := benchNames{source: cmp.Or(b.Source, f.Store.Connection), store: f.Store.Connection, broker: b.Broker}
	if n.store == "" {
		return wrong("the store is a SQLite file, and a measurement needs PostgreSQL", "name a PostgreSQL database as store.connection in a copy of the file, and that copy with -c")
	}
	var brokers []string
	for name, c := range f.Connections {
		if len(c.Addresses()) > 0 && strings.HasPrefix(c.Addresses()[0], "stomp") {
			brokers = append(brokers, name)
		}
	}
	slices.Sort(brokers)
	if n.broker == "" && len(brokers) == 1 {
		n.broker = brokers[0]
	}
	if !slices.Contains(brokers, n.broker) {
		return wrong(fmt.Sprintf("--broker %q is none of the file's brokers", n.broker), "name one with --broker: "+strings.Join(brokers, ", "))
	}
	for name, feed := range f.Feeds {
		if feed.Sink.Queue == b.Queue {
			return wrong(fmt.Sprintf("queue %s is that of feed %s", b.Queue, name), "name another with --queue: it is read empty")
		}
	}
	for _, name := range []string{n.source, n.store} {
		if c, ok := f.Connections[name]; !ok || !strings.HasPrefix(c.URL, "postgres") {
			return wrong(fmt.Sprintf("connection %q is no PostgreSQL database of the file", name), "name one with --source, or as store.connection")
		}
	}
	return n, nil
}

// write makes the file of a run and reads it back.
func (w *benchWork) write(s shape, receiver string) (path string, file *config.File, err error) {
	text, err := benchFile(w.text, w.names, w.benchCmd, s, receiver)
	if err != nil {
		return "", nil, err
	}
	path = filepath.Join(w.dir, "rowrelay.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", nil, err
	}
	file, found := config.Load(path, config.Process(), config.Run)
	return path, file, found.Err()
}

// untilSignal ends the context at SIGINT and SIGTERM, so that what was made is removed.
func untilSignal(ctx context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
}
