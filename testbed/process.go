package testbed

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// patience bounds every start and stop of a server, on a machine that is busy with other things.
const patience = 2 * time.Minute

// process is a server that runs as a child of this program, in a process group of its own, and dies with it.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the child has ended
	log  string        // the file that holds what it prints
}

// start runs cmd, appends what it prints to the file log, and on Linux has the kernel send it onDeath when we die.
func start(cmd *exec.Cmd, log string, onDeath syscall.Signal) (*process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true // a Ctrl-C in the terminal is ours to handle
	dieWithUs(cmd.SysProcAttr, onDeath)
	p := &process{cmd: cmd, done: make(chan struct{}), log: log}
	started := make(chan error)
	go p.run(started)
	return p, <-started
}

// run keeps its thread until the child has ended: Linux tells the child of the death of the thread that started it.
func (p *process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err == nil {
		_ = p.cmd.Wait() // how a server ends is no news: the tests kill them
		close(p.done)
	}
}

// ready waits until probe succeeds, and fails with the end of the log when the server ends before or takes too long.
func (p *process) ready(probe func() error) error {
	deadline := time.Now().Add(patience)
	for {
		err := probe()
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("%s ended at its start: %s", p.cmd.Path, last(p.log))
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s not ready in %v: %w: %s", p.cmd.Path, patience, err, last(p.log))
		}
	}
}

// end sends sig to the server and waits until it is gone; it kills the whole group when that takes too long.
func (p *process) end(sig syscall.Signal) error {
	if err := p.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.done:
	case <-time.After(patience):
		p.kill()
	}
	return nil
}

// kill ends the server and its children at once, as a power cut would.
func (p *process) kill() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // gone already is what we want
	<-p.done
}

// tail is what the log holds from an offset on, "" while there is no log.
func tail(path string, offset int) string {
	b, _ := os.ReadFile(path)
	return string(b[min(offset, len(b)):])
}

// last is the end of a log that a person can read at a glance.
func last(path string) string {
	s := tail(path, 0)
	return s[max(0, len(s)-3000):]
}
