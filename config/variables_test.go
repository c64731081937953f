package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVariablesAreFilledIn(t *testing.T) {
	env := environment(
		map[string]string{"A": "one", "EMPTY": "", "NESTED": "${A}", "YAML": "x: 1 # no comment"},
		map[string]string{"/one": "secret\n", "/two": "secret\n\n", "/dos": "secret\r\n", "/bare": "secret", "/large": strings.Repeat("x", largestFile+1)})
	for _, c := range []struct{ written, want string }{
		{"plain", "plain"},
		{"${A}", "one"},
		{"<${A}-${A}>", "<one-one>"},
		{"${EMPTY}", ""},
		{"${EMPTY:-x}", "x"},
		{"${NONE:-}", ""},
		{"${NONE:-a b:c-d}", "a b:c-d"},
		{"${A:-x}", "one"},
		{"${A:?must be there}", "one"},
		{"${NESTED}", "${A}"},
		{"${YAML}", "x: 1 # no comment"},
		{"$A costs 5$", "$A costs 5$"},
		{"$${A}", "${A}"},
		{"$${A} ${A} $$", "${A} one $$"},
		{"${file:/one}", "secret"},
		{"${file:/two}", "secret\n"},
		{"${file:/dos}", "secret"},
		{"${file:/bare}!", "secret!"},
	} {
		f := env.fill(c.written)
		require.Empty(t, f.faults, c.written)
		require.Empty(t, f.absent, c.written)
		require.Equal(t, c.want, f.text, c.written)
	}
	for _, odd := range []string{"${", "${A", "${}", "${1A}", "${A B}", "${A:+x}", "${A:-${A}}", "${file:one}", "${file:}", "${file:/large}", "${cred:mq}"} {
		require.NotEmpty(t, env.fill(odd).faults, odd)
	}
	for _, gone := range []string{"${NONE}", "${NONE:?m}", "${EMPTY:?m}", "${file:/none}"} {
		require.NotEmpty(t, env.fill(gone).absent, gone)
	}
}

func TestFilledInValueTakesTheKeysTypeAndIsNotParsedAgain(t *testing.T) {
	text := strings.NewReplacer("{ workers: 4 }", `{ workers: "${W}", enabled: "${E}", poll_interval: '${P}' }`,
		"password: one", `password: "${S}"`, "table: orders", `query: "${Q}"`).Replace(compared)
	env := environment(map[string]string{"W": "16", "E": "false", "P": "2h", "S": "null # ${W} { [", "Q": "SELECT '$${x}' AS a"}, nil)
	f, complaints := Parse("rowrelay.yaml", []byte("# ${NOT_LOOKED_AT}\n"+text), env, Run)
	require.Empty(t, complaints)
	orders := f.Feeds["orders"]
	require.Equal(t, 16, orders.Workers)
	require.False(t, orders.Enabled)
	require.Equal(t, "2h", orders.PollInterval.String())
	require.Equal(t, "null # ${W} { [", f.Connections["mq"].Password.Reveal())
	require.Equal(t, "SELECT '$${x}' AS a", orders.Source.Query)
}

func TestMissingVariablesAreErrorsInRunAndWarningsOffline(t *testing.T) {
	running := breakage(t, "broken/missing-variables.yaml", Run)
	require.Len(t, running.Failures(), 4)
	offline := breakage(t, "broken/missing-variables.yaml", Offline)
	require.NoError(t, offline.Err())
	var got []string
	for _, c := range offline {
		got = append(got, c.String())
	}
	require.Equal(t, []string{
		"rowrelay.yaml  store.id is not set",
		"rowrelay.yaml:2:51  ${DB_USER} is not set here (needed by run)",
		"rowrelay.yaml:3:45  ${MQ_USER} is not set here: ask the broker team (needed by run)",
		"rowrelay.yaml:3:90  ${file:/run/secrets/nothing} cannot be read here (needed by run)",
		"rowrelay.yaml:10:14  ${BUNCH} is not set here (needed by run)",
	}, got)
}
