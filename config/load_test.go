package config

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// environment is one that tests know everything about.
func environment(variables, files map[string]string) Environment {
	return Environment{
		Lookup: func(name string) (string, bool) { v, ok := variables[name]; return v, ok },
		ReadFile: func(path string) ([]byte, error) {
			if content, ok := files[path]; ok {
				return []byte(content), nil
			}
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		},
		Hostname: "relay-1",
		Folder:   "/var/lib/rowrelay",
	}
}

func TestMinimalFileLoadsAsItIs(t *testing.T) {
	env := environment(nil, map[string]string{
		"/run/secrets/erp": "p@ss#1\n",
		"/run/secrets/mq":  "two\nlines\n",
		"rowrelay.yaml":    golden(t, "minimal.yaml"),
	})
	f, complaints := Load("rowrelay.yaml", env, Run)
	require.Empty(t, complaints)
	require.Equal(t, "p@ss#1", f.Connections["erp"].Password.Reveal())
	require.Equal(t, "two\nlines", f.Connections["mq"].Password.Reveal())
	require.Equal(t, "stomp+tls", f.Connections["mq"].Scheme())
	orders := f.Feeds["orders"]
	require.Equal(t, Start{Mode: "now"}, orders.Source.Start)
	require.Equal(t, 4, orders.Workers)
	require.Equal(t, Duration(time.Second), orders.PollInterval)
	require.Equal(t, "/var/lib/rowrelay/rowrelay.db", f.Store.Path)
	require.Equal(t, []string{"/run/secrets/erp", "/run/secrets/mq"}, f.Uses())
}

func TestFullFileIsPlannedOnly(t *testing.T) {
	env := environment(map[string]string{"RATES_TOKEN": "x"}, map[string]string{"/run/secrets/erp": "a", "/run/secrets/relaydb": "b"})
	_, complaints := Parse("rowrelay.yaml", []byte(golden(t, "full.yaml")), env, Offline)
	require.NotEmpty(t, complaints.Failures())
	for _, c := range complaints.Failures() {
		require.Contains(t, c.Text, "planned, not in this version")
	}
	for _, c := range complaints.Warnings() {
		require.True(t, strings.HasSuffix(c.Text, "here (needed by run)"), c.Text)
	}
}

func TestFileThatCannotBeReadSaysWhy(t *testing.T) {
	for path, want := range map[string]string{
		"/nowhere.yaml": "/nowhere.yaml  cannot be read: no such file or directory",
		"testdata":      "testdata  cannot be read: is a directory",
		"/dev/zero":     "/dev/zero  is longer than 1MiB",
	} {
		f, complaints := Load(path, Process(), Run)
		require.Nil(t, f)
		require.EqualError(t, complaints.Err(), want)
		require.NotEmpty(t, complaints[0].Remedy)
	}
}
