package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// overdue is the age at which a daemon's word is no longer of now: it reports every two seconds.
const overdue = 5 * time.Second

// silence tells of a daemon that has ended without a word, or how old its word is, where that is more than usual.
func (s *survey) silence(i surveyedDaemon) string {
	if vanished(i) {
		return fmt.Sprintf(", but there is no process %d here any more", i.PID)
	}
	if age := s.Now.Sub(i.LastSeen); age >= overdue {
		return ", as of " + upFor(age) + " ago"
	}
	return ""
}

// vanished tells that a daemon of this host has no process any more, as after a kill: the store takes it for alive until its
// sign of life has lapsed. Two machines or containers may share a name, so nothing but words hangs on it.
func vanished(i surveyedDaemon) bool {
	host, err := os.Hostname()
	if err != nil || i.Host != host || i.PID <= 0 {
		return false
	}
	p, err := os.FindProcess(i.PID)
	return err == nil && errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone)
}
