package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/rowrelay/rowrelay/bench"
)

var errEnded = errors.New("the daemon has ended")

// relayed is a daemon of this program in a process of its own, so that its processor time and its memory are its own.
type relayed struct {
	cmd   *exec.Cmd
	log   bytes.Buffer
	ended chan struct{}
}

func (w *benchWork) start(path string, flags ...string) (*relayed, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	r := &relayed{cmd: exec.Command(self, append([]string{"run", "-c", path}, flags...)...), ended: make(chan struct{})}
	r.cmd.Stderr = &r.log
	r.cmd.Env = append(os.Environ(), "ROWRELAY_CONFIG=")
	if err := r.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(r.ended)
		_ = r.cmd.Wait() // how it ended is told by its log
	}()
	return r, nil
}

func (r *relayed) pid() int { return r.cmd.Process.Pid }

// stop ends the daemon, at once where it does not end by itself.
func (r *relayed) stop() {
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-r.ended:
	case <-time.After(time.Minute):
		_ = r.cmd.Process.Kill()
		<-r.ended
	}
}

// failed is an error of a run, with what the daemon has said.
func (r *relayed) failed(err error) error {
	if r.log.Len() == 0 {
		return err
	}
	select {
	case <-r.ended: // only now nobody writes to the log
		return fmt.Errorf("%w; it said:\n%s", err, r.log.String())
	default:
		return err
	}
}

// relay is a run end to end: the daemon is up and idle, the rows are committed, and the time ends with the last mark. A receiver other
// than nil takes the broker's place.
func (w *benchWork) relay(ctx context.Context, kind string, s shape, rows int, receiver *bench.Receipts) (benchResult, error) {
	address := ""
	if receiver != nil {
		address = receiver.Addr()
	}
	path, _, err := w.write(s, address)
	if err != nil {
		return benchResult{}, err
	}
	if err := w.ground.tables(ctx, s.Feeds); err != nil {
		return benchResult{}, err
	}
	above := w.ground.last
	d, err := w.start(path, "--no-watch") // whoever edits the file is not measured
	if err != nil {
		return benchResult{}, err
	}
	defer d.stop()
	result, err := w.through(ctx, d, kind, s, rows)
	if err != nil {
		d.stop()
		return result, d.failed(err)
	}
	d.stop() // what is under way ends, so that the queue holds what the store says
	if receiver != nil {
		return result, nil
	}
	sent, _, err := w.ground.outcome(ctx, s, above)
	if err != nil {
		return result, err
	}
	return result, w.agree(ctx, &result, sent)
}

// through lets rows pass and reads the meters before and after.
func (w *benchWork) through(ctx context.Context, d *relayed, kind string, s shape, rows int) (benchResult, error) {
	if err := w.ground.ready(ctx, s.Feeds, d.ended); err != nil {
		return benchResult{}, err
	}
	if err := w.ground.age(ctx, s.Finished); err != nil {
		return benchResult{}, err
	}
	above := w.ground.last
	committed, err := w.ground.fill(ctx, s, rows)
	if err != nil {
		return benchResult{}, err
	}
	before := w.meters.read(d.pid())
	if err := w.ground.finished(ctx, s, above, rows, w.For, d.ended); err != nil {
		return benchResult{}, err
	}
	used := w.meters.read(d.pid()).since(before)
	_, peak := bench.Memory(d.pid())
	sent, last, err := w.ground.outcome(ctx, s, above)
	if err != nil {
		return benchResult{}, err
	}
	if sent != rows && w.For == 0 {
		return benchResult{}, &problem{exitNo, fmt.Sprintf("%s: of %d rows %d were SENT", kind, rows, sent), "try one by hand: rowrelay preview, and look what the broker says"}
	}
	r := newResult(kind, s, sent, last.Sub(committed), used, used.adapter)
	r.Peak = peak
	if kind == kindReceipts {
		r.Broker = perRow(used.self, sent)
	}
	return r, nil
}

// agree reads the queue empty: what has a receipt is what a consumer gets.
func (w *benchWork) agree(ctx context.Context, r *benchResult, sent int) error {
	got, twice, err := w.drain(ctx, sent)
	if err != nil {
		return err
	}
	r.Received, r.Copies = got, twice
	if got != sent {
		return &problem{exitNo, fmt.Sprintf("%s: %d messages have a receipt, and the consumer got %d of them", r.Kind, sent, got), "look whether somebody else reads " + w.Queue + ", or whether the broker drops messages"}
	}
	return nil
}
