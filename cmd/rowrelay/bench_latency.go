package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rowrelay/rowrelay/bench"
)

// latencyTime is how long rows are committed at each rate.
const latencyTime = 20 * time.Second

// clocks are when each row's commit returned, and when its message came.
type clocks struct {
	mu        sync.Mutex
	committed map[int64]time.Time
	arrived   map[int64]time.Time
}

func (c *clocks) commit(seq int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.committed[seq] = time.Now()
}

// arrive notes a message by its id, which ends with the row's number.
func (c *clocks) arrive(id string, _ []byte) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if seq, err := strconv.ParseInt(id[strings.LastIndexByte(id, '.')+1:], 10, 64); err == nil && c.arrived[seq].IsZero() {
		c.arrived[seq] = now
	}
}

func (c *clocks) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.arrived)
}

// delays are from the return of the commit to the arrival; a message may come before the commit's answer.
func (c *clocks) delays() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]time.Duration, 0, len(c.arrived))
	for seq, at := range c.arrived {
		all = append(all, max(0, at.Sub(c.committed[seq])))
	}
	return all
}

// latencies shows how long a row takes from its commit to a consumer, at each rate.
func (w *benchWork) latencies(ctx context.Context) error {
	s := w.base()
	s.Feeds = 1
	path, _, err := w.write(s, "")
	if err != nil {
		return err
	}
	if err := w.ground.tables(ctx, 1); err != nil {
		return err
	}
	if _, _, err := w.drain(ctx, 0); err != nil {
		return err
	}
	d, err := w.start(path)
	if err != nil {
		return err
	}
	defer d.stop()
	if err := w.ground.ready(ctx, 1, d.ended); err != nil {
		return d.failed(err)
	}
	t := table{columns: []column{{"ROWS/S", true}, {"ROWS", true}, {"ARRIVED", true}, {"P50", true}, {"P99", true}, {"MAX", true}}}
	for _, rate := range append([]int{w.Latency[0]}, w.Latency...) { // the first warms everything up
		c, rows, err := w.atRate(ctx, rate)
		if err != nil {
			return err
		}
		delays := c.delays()
		t.add(nil, strconv.Itoa(rate), strconv.Itoa(rows), strconv.Itoa(len(delays)),
			millis(bench.Percentile(delays, 50)), millis(bench.Percentile(delays, 99)), millis(bench.Percentile(delays, 100)))
	}
	t.rows = t.rows[1:]
	w.g.console.out.printf("From the commit of a row to a consumer, poll_interval %s, %s a rate:\n", s.poll, latencyTime)
	t.print(w.g.console.out)
	return nil
}

// atRate commits rows one by one, and waits for their messages.
func (w *benchWork) atRate(ctx context.Context, rate int) (*clocks, int, error) {
	dst, err := w.target(w.base())
	if err != nil {
		return nil, 0, err
	}
	c := &clocks{committed: map[int64]time.Time{}, arrived: map[int64]time.Time{}}
	listening, stop := context.WithCancel(ctx)
	heard := make(chan error, 1)
	go func() { heard <- dst.Consume(listening, c.arrive) }()
	rows, err := w.trickle(ctx, rate, c)
	for deadline := time.Now().Add(30 * time.Second); err == nil && c.count() < rows && time.Now().Before(deadline); {
		nap(ctx, 50*time.Millisecond)
	}
	stop()
	if failed := <-heard; err == nil {
		err = failed
	}
	return c, rows, err
}

func (w *benchWork) trickle(ctx context.Context, rate int, c *clocks) (rows int, err error) {
	insert, err := w.ground.source.PrepareContext(ctx, insertOrders(benchTable(0)))
	if err != nil {
		return 0, err
	}
	defer insert.Close()
	begin := time.Now()
	for ; ctx.Err() == nil && time.Since(begin) < latencyTime; rows++ {
		nap(ctx, time.Until(begin.Add(time.Duration(rows)*time.Second/time.Duration(rate))))
		w.ground.last++
		if _, err := insert.ExecContext(ctx, w.ground.last, w.ground.last, max(1, int(w.Size[0])-fixed)); err != nil {
			return rows, err
		}
		c.commit(w.ground.last)
	}
	return rows, ctx.Err()
}

// idle watches a daemon that has nothing to do.
func (w *benchWork) idle(ctx context.Context) error {
	s := w.base()
	s.poll = "1s"
	path, _, err := w.write(s, "")
	if err != nil {
		return err
	}
	if err := w.ground.tables(ctx, w.Feeds[0]); err != nil {
		return err
	}
	d, err := w.start(path)
	if err != nil {
		return err
	}
	defer d.stop()
	if err := w.ground.ready(ctx, w.Feeds[0], d.ended); err != nil {
		return d.failed(err)
	}
	nap(ctx, 2*time.Second)
	before := w.meters.read(d.pid())
	shares, err := idleShares(ctx, d.pid(), w.Idle)
	if err != nil {
		return err
	}
	after := w.meters.read(d.pid())
	used, passed := after.since(before), after.at.Sub(before.at)
	now, peak := bench.Memory(d.pid())
	w.g.console.out.printf("Nothing to do for %s, poll_interval 1s, %s: %.2f %% of a core (the median of %d stretches; %.2f to %.2f %%), and %.2f %% of one in the databases; resident memory %s, at most %s\n",
		w.Idle, counted(w.Feeds[0], "feed"), bench.Median(shares), idleStretches, slices.Min(shares), slices.Max(shares), 100*(used.source+used.store).Seconds()/passed.Seconds(), mib(now), mib(peak))
	return nil
}

// idleStretches: the same few statements take several times as long where others have just used the processors' caches, so one figure would tell of the others.
const idleStretches = 6

// idleShares are the percents of a core that a process uses in each stretch of the time.
func idleShares(ctx context.Context, pid int, during time.Duration) (shares []float64, err error) {
	for range idleStretches {
		begin := time.Now()
		before, ok := bench.OnCPU(pid)
		nap(ctx, during/idleStretches)
		after, still := bench.OnCPU(pid)
		if !ok || !still {
			return nil, &problem{exitNo, "the daemon's processor time cannot be read", "measure on Linux, under the account that runs it"}
		}
		shares = append(shares, 100*(after-before).Seconds()/time.Since(begin).Seconds())
	}
	return shares, ctx.Err()
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
func mib(n int64) string            { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
