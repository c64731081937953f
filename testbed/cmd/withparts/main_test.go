package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rowrelay/rowrelay/testbed"
	"github.com/stretchr/testify/require"
)

// withparts is the program, built for these tests.
var withparts string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "withparts-test-")
	if err != nil {
		panic(err)
	}
	withparts = filepath.Join(dir, "withparts")
	if out, err := exec.Command("go", "build", "-o", withparts, ".").CombinedOutput(); err != nil {
		panic(string(out))
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func command(args ...string) *exec.Cmd {
	cmd := exec.Command(withparts, args...)
	cmd.Env = append(os.Environ(), "REQUIRE_REAL=")
	return cmd
}

func TestExitCodeIsTheCommands(t *testing.T) {
	for _, want := range []int{0, 3} {
		cmd := command("--", "sh", "-c", fmt.Sprintf("exit %d", want))
		_ = cmd.Run() // the code tells
		require.Equal(t, want, cmd.ProcessState.ExitCode())
	}
}

func TestMissingPartIsNamedAndFailsWhereRealPartsAreRequired(t *testing.T) {
	cmd := command("true")
	cmd.Env = append(cmd.Env, "ROWRELAY_PARTS=/nonexistent")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err)
	require.Contains(t, string(out), "artemis is missing")
	cmd = command("true")
	cmd.Env = append(cmd.Env, "ROWRELAY_PARTS=/nonexistent", "REQUIRE_REAL=1")
	out, err = cmd.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "make deps")
}

// TestBorrow is what the next test has withparts run: it borrows a server, says where, and may stay until its input ends.
func TestBorrow(t *testing.T) {
	if os.Getenv("BORROW") == "" {
		t.Skip("only below the other tests")
	}
	fmt.Println("server", testbed.SharedPostgres(t).Addr)
	if os.Getenv("BORROW") == "stay" {
		_, _ = io.Copy(io.Discard, os.Stdin)
	}
}

func TestServersAreGoneHoweverTheRunEnds(t *testing.T) {
	testbed.Require(t, testbed.PostgreSQL)
	for end, signal := range map[string]syscall.Signal{"done": 0, "interrupted": syscall.SIGINT, "killed": syscall.SIGKILL} {
		t.Run(end, func(t *testing.T) {
			stay := "stay"
			if signal == 0 {
				stay = "go"
			}
			cmd := command("--", os.Args[0], "-test.run=TestBorrow", "-test.v")
			cmd.Env = append(cmd.Env, "BORROW="+stay)
			in, err := cmd.StdinPipe()
			require.NoError(t, err)
			defer in.Close()
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			addr := announced(t, bufio.NewScanner(out))
			require.NoError(t, cmd.Process.Signal(signal))
			require.Equal(t, signal == 0, cmd.Wait() == nil)
			require.Eventually(t, func() bool {
				c, err := net.Dial("tcp", addr)
				if err == nil {
					_ = c.Close() // PostgreSQL does not end while somebody is about to log in
				}
				return errors.Is(err, syscall.ECONNREFUSED)
			}, time.Minute, 20*time.Millisecond)
		})
	}
}

func announced(t *testing.T, lines *bufio.Scanner) string {
	for lines.Scan() {
		if addr, ok := strings.CutPrefix(lines.Text(), "server "); ok {
			return addr
		}
	}
	require.Fail(t, "no server was announced")
	return ""
}
