package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// relativePaths are the warnings of a file with relative paths that is read by this name.
func relativePaths(t *testing.T, name, here string) []string {
	t.Helper()
	env := environment(nil, map[string]string{"ca.pem": "x"})
	env.Here = here
	text := strings.Replace(storeFile, `"postgres://relay-db:5432/relay", user: relay }`, `"sqlite:relay.db" }`, 1)
	text = strings.Replace(text, `"stomp+tls://mq:61613" }`, `"stomp+tls://mq:61613", tls: { ca_file: ca.pem } }`, 1)
	_, found := Parse(name, []byte(text), env, Run)
	require.NoError(t, found.Err())
	var said []string
	for _, c := range found.Warnings() {
		require.NotZero(t, c.Line)
		said = append(said, c.Text)
	}
	return said
}

func TestARelativePathIsToldWhereItLeadsIfTheFileLiesElsewhere(t *testing.T) {
	for _, name := range []string{"/etc/rowrelay/rowrelay.yaml", "conf/rowrelay.yaml", "../rowrelay.yaml"} {
		said := relativePaths(t, name, "/home/anna")
		require.Len(t, said, 2, name)
		require.Contains(t, said[0], `"/home/anna/relay.db"`)
		require.Contains(t, said[1], `"/home/anna/ca.pem"`)
	}
	for _, name := range []string{"rowrelay.yaml", "./rowrelay.yaml", "/home/anna/rowrelay.yaml", "/home/anna/x/../rowrelay.yaml"} {
		require.Empty(t, relativePaths(t, name, "/home/anna"), name)
	}
	require.Empty(t, relativePaths(t, "/etc/rowrelay.yaml", ""), "the working directory is not known")
}
