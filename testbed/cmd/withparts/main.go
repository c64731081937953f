// Command withparts runs a command, as a rule `go test ./...`, and lends its test packages one set of real servers:
// each is started when it is first needed, and all are gone when the command ends, however it ends.
package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/rowrelay/rowrelay/testbed"
)

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: withparts [--] COMMAND [ARGUMENT]...")
		os.Exit(64)
	}
	missing := report()
	if missing > 0 && testbed.RealRequired() {
		fmt.Fprintln(os.Stderr, "withparts: REQUIRE_REAL=1 makes a missing part a failure")
		os.Exit(1)
	}
	code, err := lend(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "withparts:", err)
	}
	report() // again, where the reader looks first
	os.Exit(code)
}

// report names every part that this machine lacks and counts them.
func report() int {
	n := 0
	for _, p := range testbed.Parts {
		if err := testbed.Missing(p); err != nil {
			fmt.Fprintln(os.Stderr, "withparts:", err)
			n++
		}
	}
	return n
}

// lend runs the command with the shared servers on offer and returns its exit code.
func lend(args []string) (int, error) {
	dir, err := os.MkdirTemp("", "rowrelay-withparts-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "socket")
	l, err := net.Listen("unix", socket)
	if err != nil {
		return 1, err
	}
	defer l.Close()
	servers := &testbed.Shared{}
	defer servers.Close()
	go servers.Lend(l)
	return run(args, append(os.Environ(), testbed.SocketVariable+"="+socket))
}

// run starts the command in a process group of its own, hands SIGINT and SIGTERM on to all of it, and kills all of it at
// the second signal.
func run(args, env []string) (int, error) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return 127, err
	}
	go func() {
		next := (<-signals).(syscall.Signal)
		for {
			_ = syscall.Kill(-cmd.Process.Pid, next) // a group that is gone needs no signal
			<-signals
			next = syscall.SIGKILL
		}
	}()
	err := cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return max(exit.ExitCode(), 1), nil // -1: ended by a signal
	}
	return 0, err
}
