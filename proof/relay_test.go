package proof

import (
	"bytes"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// relay is a running daemon.
type relay struct {
	t      *testing.T
	cmd    *exec.Cmd
	log    *safeBuffer
	exited chan struct{}
}

// start runs the program on the world's file.
func (w *world) start(flags ...string) *relay {
	w.t.Helper()
	return launch(w.t, w.dir, append([]string{"run", "-c", w.config()}, flags...)...)
}

func launch(t *testing.T, dir string, args ...string) *relay {
	t.Helper()
	r := &relay{t: t, cmd: exec.Command(program, args...), log: &safeBuffer{}, exited: make(chan struct{})}
	r.cmd.Dir = dir
	r.cmd.Stderr, r.cmd.Stdout = r.log, r.log
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, r.cmd.Start())
	go func() {
		_ = r.cmd.Wait() // the exit code is read from ProcessState
		close(r.exited)
	}()
	t.Cleanup(func() {
		r.kill()
		if t.Failed() {
			t.Logf("log of %s:\n%s", strings.Join(args, " "), tail(r.log.String(), 6000))
		}
	})
	return r
}

// kill is kill -9.
func (r *relay) kill() {
	_ = r.cmd.Process.Kill() // it may have ended already
	<-r.exited
}

// stop is SIGTERM; it returns the exit code.
func (r *relay) stop() int {
	r.t.Helper()
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	return r.wait()
}

// wait waits for the end; it returns the exit code.
func (r *relay) wait() int {
	r.t.Helper()
	select {
	case <-r.exited:
	case <-time.After(patience):
		require.Fail(r.t, "the program did not end", tail(r.log.String(), 4000))
	}
	return r.cmd.ProcessState.ExitCode()
}

// says waits until the log holds the text.
func (r *relay) says(text string) {
	r.t.Helper()
	require.Eventually(r.t, func() bool { return strings.Contains(r.log.String(), text) }, patience, tick, "the log does not say %q", text)
}

func tail(s string, n int) string {
	return s[max(0, len(s)-n):]
}

// safeBuffer may be read while the program writes.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func (r *relay) pid() string { return strconv.Itoa(r.cmd.Process.Pid) }

// line returns the last line of the log that holds the text, or "".
func (r *relay) line(text string) string {
	for _, line := range slices.Backward(strings.Split(r.log.String(), "\n")) {
		if strings.Contains(line, text) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}
