package main

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

func TestADaemonWithoutAProcessIsNotShownAsRunning(t *testing.T) {
	gone := exec.Command("true")
	require.NoError(t, gone.Run())
	host, err := os.Hostname()
	require.NoError(t, err)
	says := func(host string, pid int) string {
		s := survey{Now: now}
		return s.silence(surveyedDaemon{Name: "relay-1", Alive: true, LastSeen: now.Add(-time.Second), InstanceState: record.InstanceState{Host: host, PID: pid}})
	}
	require.Regexp(t, `^, but there is no process \d+ here any more$`, says(host, gone.Process.Pid))
	require.Empty(t, says(host, os.Getpid()))
	require.Empty(t, says("another."+host, gone.Process.Pid))
	require.Empty(t, says(host, 0), "an older version's, which named none")
}
