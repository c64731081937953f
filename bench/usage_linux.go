package bench

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit of processor time in /proc: USER_HZ, which Linux fixes at 100 for everybody who looks from outside the kernel.
const clockTick = time.Second / 100

// CPU is the processor time of a process and of everything below it, ended children that were waited for included. ok is false
// where that cannot be read.
func CPU(pid int) (used time.Duration, ok bool) {
	stats, below := processes()
	if _, ok = stats[pid]; !ok {
		return 0, false
	}
	var sum func(pid int)
	sum = func(pid int) {
		used += stats[pid].used
		for _, child := range below[pid] {
			sum(child)
		}
	}
	sum(pid)
	return used, true
}

// Alone is the processor time of a process without what it has started.
func Alone(pid int) (used time.Duration, ok bool) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return parseStat(data).own, err == nil
}

// OnCPU is the processor time of a process's living threads, to the nanosecond where CPU and Alone count ticks of 10 ms: for what does next to
// nothing. ok is false where that cannot be read.
func OnCPU(pid int) (used time.Duration, ok bool) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, file := range files {
		data, err := os.ReadFile(file)
		fields := strings.Fields(string(data))
		if err != nil || len(fields) == 0 {
			continue // it has ended
		}
		ns, err := strconv.ParseInt(fields[0], 10, 64)
		if err != nil {
			return 0, false
		}
		used, ok = used+time.Duration(ns), true
	}
	return used, ok
}

type stat struct {
	parent    int
	own, used time.Duration // used: with children that were waited for
}

// processes reads all processes, and who started whom.
func processes() (map[int]stat, map[int][]int) {
	stats, below := map[int]stat{}, map[int][]int{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		pid, _ := strconv.Atoi(strings.Split(file, "/")[2])
		s := parseStat(data)
		stats[pid] = s
		below[s.parent] = append(below[s.parent], pid)
	}
	return stats, below
}

// parseStat reads proc(5)'s stat: behind the name, which may hold anything, ppid is the second field and utime, stime, cutime, cstime the 12th to 15th.
func parseStat(data []byte) stat {
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	if len(fields) < 15 {
		return stat{}
	}
	var s stat
	s.parent, _ = strconv.Atoi(fields[1])
	for i, ticks := range fields[11:15] {
		n, _ := strconv.ParseInt(ticks, 10, 64)
		if s.used += time.Duration(n) * clockTick; i == 1 {
			s.own = s.used
		}
	}
	return s
}

// Memory is a process's resident memory in bytes: now, and at most so far. 0 where it cannot be read.
func Memory(pid int) (now, peak int64) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(data)) {
		name, rest, _ := strings.Cut(line, ":")
		fields := strings.Fields(rest)
		if len(fields) != 2 {
			continue
		}
		kib, _ := strconv.ParseInt(fields[0], 10, 64)
		switch name {
		case "VmRSS":
			now = kib << 10
		case "VmHWM":
			peak = kib << 10
		}
	}
	return now, peak
}

// Machine is the processor time that all cores have spent, and how much of it idle, since the start of the machine.
func Machine() (all, idle time.Duration) {
	f, err := os.Open("/proc/stat")
	if err != nil {
		return 0, 0
	}
	defer f.Close()
	line, _ := bufio.NewReader(f).ReadString('\n')
	for i, field := range strings.Fields(line) {
		n, _ := strconv.ParseInt(field, 10, 64) // the first is the word cpu
		if i > 8 {
			break // guests are counted in user already
		}
		all += time.Duration(n) * clockTick
		if i == 4 || i == 5 { // idle, iowait
			idle += time.Duration(n) * clockTick
		}
	}
	return all, idle
}

// Listener finds the process of this machine that listens on host:port, so that what a server uses can be measured. 0: it is on
// another machine, or this user may not look.
func Listener(address string) int {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return 0
	}
	inodes := listening(port)
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	lowest := 0
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil || !inodes[target] {
			continue
		}
		pid, _ := strconv.Atoi(strings.Split(link, "/")[2])
		if lowest == 0 || pid < lowest { // children inherit the socket
			lowest = pid
		}
	}
	return lowest
}

// listening are the sockets that listen on a port, as links of /proc/PID/fd name them.
func listening(port string) map[string]bool {
	const listen = "0A"
	n, _ := strconv.ParseUint(port, 10, 16)
	want := strings.ToUpper(hex.EncodeToString([]byte{byte(n >> 8), byte(n)}))
	inodes := map[string]bool{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		data, _ := os.ReadFile(table)
		for line := range strings.Lines(string(data)) {
			f := strings.Fields(line)
			if len(f) > 9 && f[3] == listen && strings.HasSuffix(f[1], ":"+want) {
				inodes["socket:["+f[9]+"]"] = true
			}
		}
	}
	return inodes
}
