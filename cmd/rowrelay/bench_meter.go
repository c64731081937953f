package main

import (
	"context"
	"net"
	"net/url"
	"os"
	"time"

	"github.com/rowrelay/rowrelay/bench"
	"github.com/rowrelay/rowrelay/config"
)

// meters knows the servers' processes, as far as they run on this machine; 0 where they do not.
type meters struct{ source, store, broker int }

func newMeters(f *config.File, n benchNames) meters {
	at := func(address, port string) int {
		u, err := url.Parse(address)
		if err != nil {
			return 0
		}
		if u.Port() != "" {
			port = u.Port()
		}
		return bench.Listener(net.JoinHostPort(u.Hostname(), port))
	}
	return meters{
		source: at(f.Connections[n.source].URL, "5432"), store: at(f.Connections[n.store].URL, "5432"),
		broker: at(f.Connections[n.broker].Addresses()[0], "61613"),
	}
}

// spent is processor time so far.
type spent struct {
	adapter, self, source, store, broker time.Duration
	all, idle                            time.Duration // of the machine
	at                                   time.Time
}

// read takes the meters' state; adapter is the daemon's process, or 0 where this process does its work.
func (m meters) read(adapter int) spent {
	cpu := func(pid int) time.Duration {
		if pid == 0 {
			return 0
		}
		used, _ := bench.CPU(pid)
		return used
	}
	u := spent{adapter: cpu(adapter), source: cpu(m.source), store: cpu(m.store), broker: cpu(m.broker), at: time.Now()}
	u.self = selfCPU()
	if m.source == m.store { // one server: what it uses cannot be told apart
		u.source = 0
	}
	u.all, u.idle = bench.Machine()
	return u
}

// selfCPU is this process alone; below it are servers and daemons that are counted apart.
func selfCPU() time.Duration {
	used, _ := bench.Alone(os.Getpid())
	return used
}

func (u spent) since(v spent) spent {
	return spent{
		adapter: u.adapter - v.adapter, self: u.self - v.self, source: u.source - v.source, store: u.store - v.store,
		broker: u.broker - v.broker, all: u.all - v.all, idle: u.idle - v.idle,
	}
}

// rest waits until the servers have done what the run before has left them to do, such as a journal that is tidied up; not for ever: others may use them.
func (m meters) rest(ctx context.Context) {
	const look = time.Second / 2
	for before, n := m.read(0), 0; n < 40 && ctx.Err() == nil; n++ {
		nap(ctx, look)
		now := m.read(0)
		if used := now.since(before); used.source+used.store+used.broker < look/10 {
			return
		}
		before = now
	}
}
