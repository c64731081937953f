package proof

import (
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// run runs a command on the file that config has written and returns what it printed and its exit code.
func (w *world) run(args ...string) (stdout, stderr string, code int) {
	w.t.Helper()
	return runProgram(w.t, w.dir, append(args, "-c", w.path())...)
}

// runProgram runs a command in a folder.
func runProgram(t *testing.T, dir string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, problem strings.Builder
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &problem
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return out.String(), problem.String(), cmd.ProcessState.ExitCode()
}

// status is what the proofs read of `status -o json`.
type status struct {
	Now       time.Time
	Instances []struct {
		ID, Name string
		Alive    bool
		PID      int
		LastSeen time.Time `json:"last_seen"`
		File     struct{ Hash, Refused string }
		Feeds    map[string]struct {
			Workers  int
			Dropped  int64     `json:"bunches_dropped"`
			Replayed int64     `json:"rows_replayed"`
			LateRows int64     `json:"late_rows"`
			LastPoll time.Time `json:"last_poll"`
		}
	}
	Feeds []struct {
		Feed, State string
		WaitingFor  string `json:"waiting_for"`
		Code        string
		New, Failed int64
	}
}

// status runs `status -o json`, which must succeed.
func (w *world) status() status {
	w.t.Helper()
	out, problem, code := w.run("status", "-o", "json")
	require.Zero(w.t, code, problem)
	var s status
	require.NoError(w.t, json.Unmarshal([]byte(out), &s), out)
	return s
}

// statusNames waits until `status` says that the feed waits for the connection.
func (w *world) statusNames(connection string) {
	w.t.Helper()
	w.until("status names "+connection, func() bool {
		s := w.status()
		return len(s.Feeds) == 1 && s.Feeds[0].State == "waiting" && s.Feeds[0].WaitingFor == connection
	})
}

// until waits for a fact on the test's own goroutine, so that looking for it may fail the test.
func (w *world) until(what string, fact func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(patience); !fact(); time.Sleep(tick) {
		require.False(w.t, time.Now().After(deadline), "still not so: %s", what)
	}
}
