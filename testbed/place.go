package testbed

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

const placePrefix = "rowrelay-parts-"

// newPlace makes a temporary folder that everybody may enter and that names our pid, and clears away those of dead
// programs, which had no chance to do so.
func newPlace() (string, error) {
	sweep()
	dir, err := os.MkdirTemp("", fmt.Sprintf("%s%d-", placePrefix, os.Getpid()))
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755) // PostgreSQL runs as a user of its own
}

func sweep() {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), placePrefix+"*"))
	for _, dir := range dirs {
		name := strings.TrimPrefix(filepath.Base(dir), placePrefix)
		digits, _, _ := strings.Cut(name, "-")
		pid, err := strconv.Atoi(digits)
		if err == nil && syscall.Kill(pid, 0) == syscall.ESRCH {
			_ = os.RemoveAll(dir) // another sweeper may be at it
		}
	}
}

// freePort finds a loopback port nobody listens on, below the range from which systems take the ports of outgoing
// connections (32768 and up on Linux): a killed server must find its port free again.
func freePort() (int, error) {
	for range 100 {
		port := 20000 + rand.IntN(12000)
		l, err := net.Listen("tcp", loopback(port))
		if err != nil {
			continue
		}
		return port, l.Close()
	}
	return 0, fmt.Errorf("no free loopback port between 20000 and 32000")
}

// freePorts finds n different ones.
func freePorts(n int) ([]int, error) {
	ports := make([]int, 0, n)
	for len(ports) < n {
		p, err := freePort()
		if err != nil {
			return nil, err
		}
		if !slices.Contains(ports, p) {
			ports = append(ports, p)
		}
	}
	return ports, nil
}

// portTaken tells a server that another process was quicker to take a port from, as each of them words it.
func portTaken(err error) bool {
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "address already in use") || strings.Contains(text, "eaddrinuse")
}

// onFreePorts starts a server, and again on other ports where somebody was quicker.
func onFreePorts[S any](start func() (S, error)) (s S, err error) {
	for range 3 {
		if s, err = start(); err == nil || !portTaken(err) {
			return s, err
		}
	}
	return s, err
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func accepts(addr string) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	return c.Close()
}
