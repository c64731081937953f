package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

// breaks edits this world's file so that it is refused.
func (w *world) breaks(from, to string) {
	w.t.Helper()
	require.Contains(w.t, sound, from)
	require.NoError(w.t, os.WriteFile(w.path, []byte(strings.Replace(sound, from, to, 1)), 0o600))
	require.Equal(w.t, exitConfig, w.types("check "+w.path).code)
}

func TestAFaultyFileKeepsNobodyFromLooking(t *testing.T) {
	for name, edit := range map[string][2]string{
		"a mistyped key":     {"sequence:", "sequnce:"},
		"no YAML":            {"{ root: Order }", "{ root: Order"},
		"another connection": {"stomp+tls://", "amqp://"},
		"a wrong expression": {"    message:", "    process: [{ filter: '(note' }]\n    message:"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.fails("orders", 1, 3, record.XMLInvalidChar)
			w.breaks(edit[0], edit[1])
			got := w.types("status")
			require.Equal(t, exitOK, got.code, got.err)
			require.Regexp(t, `(?m)^orders +idle +- +3 +0 +3 `, got.out)
			require.Regexp(t, `(?m)^\[fail\] \S+rowrelay.yaml:\d+:\d+  `, got.err)
			require.Contains(t, got.err, "1 fault in the file: rowrelay -c "+w.path+" check")
			require.Regexp(t, `(?m)^orders +XML_INVALID_CHAR +3 `, w.types("failed").out)
			require.Contains(t, w.types("failed show orders 2").out, "acme-prod.orders.2")
			require.Equal(t, exitConfig, w.types("retry orders --all --yes").code, "what changes rows needs a sound file")

			var found survey
			require.NoError(t, json.Unmarshal([]byte(w.types("status -o json").out), &found))
			require.Len(t, found.Faults, 1)
			require.NotZero(t, found.Faults[0].Line)
		})
	}
}

func TestAFileThatHidesItsStoreSaysHowToLook(t *testing.T) {
	w := newWorld(t)
	w.breaks("store:", "stroe:")
	got := w.types("status")
	require.Equal(t, exitConfig, got.code)
	require.Empty(t, got.out)
	require.Contains(t, got.err, "a daemon that runs goes on with the file that it has read")
	require.Contains(t, got.err, "rowrelay status -c COPY")
	require.Contains(t, got.err, `did you mean "store"?`)
}

func TestAVariableThatIsNotSetStandsForNoOtherStore(t *testing.T) {
	t.Setenv("STATE_DIRECTORY", t.TempDir())
	for _, store := range []string{
		`store: { id: acme-prod, connection: "${NOWHERE_CONNECTION}" }`,
		"store: { id: acme-prod, connection: relaydb }",
	} {
		text := strings.Replace(sound, "store: { id: acme-prod }", store, 1)
		text = strings.Replace(text, "connections:", "connections:\n  relaydb: { url: \"${NOWHERE_URL}\" }", 1)
		for _, line := range []string{"status", "failed", "retry orders --all --yes"} {
			got := rowrelay(append(strings.Fields(line), "-c", file(t, "rowrelay.yaml", text))...)
			require.Equal(t, exitConfig, got.code, got.err)
			require.Contains(t, got.err, "where the store is cannot be told")
			require.Contains(t, got.err, "${NOWHERE_")
		}
	}
}
