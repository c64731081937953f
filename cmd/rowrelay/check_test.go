package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const sound = `connections:
  erp: { url: "postgres://erp-db:5432/erp", user: relay_ro, password: "${file:/nowhere/erp}" }
  mq:  { url: "stomp+tls://mq:61613", user: relay, password: "${RELAY_MQ:?ask the broker team}" }
store: { id: acme-prod }
feeds:
  orders:
    source:
      connection: erp
      table: sales.orders
      sequence: order_seq
      start: now
    message: { root: Order }
    sink: { connection: mq, queue: ERP.ORDERS }
`

func TestCheckNamesPlaceAndRemedyOfEveryMistake(t *testing.T) {
	for name, row := range map[string]struct{ from, to, place, text, remedy string }{
		"unknown key":         {"sequence: order", "sequnce: order", ":10:7", "sequnce", `did you mean "sequence"?`},
		"missing key":         {"      start: now\n", "", ":7:5", "start is missing", "start: now"},
		"wrong word":          {"start: now", "start: soon", ":11:14", `"soon"`, "first, now or"},
		"no unit":             {"    source:", "    poll_interval: 2\n    source:", ":7:20", "no unit", "2s"},
		"out of range":        {"    source:", "    workers: 0\n    source:", ":7:14", "not 0", "default is 4"},
		"unknown connection":  {"connection: erp", "connection: epr", ":8:19", `"epr"`, `did you mean "erp"?`},
		"wrong kind":          {"connection: mq", "connection: erp", ":13:25", "postgres", "stomp"},
		"unknown scheme":      {"stomp+tls://", "amqp://", ":3:15", "scheme", "stomp+tls://"},
		"two destinations":    {"queue: ERP.ORDERS", "queue: A, topic: B", ":13:", "queue and topic", "keep one"},
		"planned":             {"    source:", "    on_failure: stop\n    source:", ":7:5", "planned, not in this version", "remove it"},
		"twice":               {"      start: now", "      start: now\n      start: first", ":12:7", "twice", "keep one"},
		"no YAML":             {"store: {", "store: [", ":4:", "YAML", "close it with ]"},
		"password in the url": {"postgres://erp-db", "postgres://me:hunter2@erp-db", ":2:", "url", "password"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, 1, strings.Count(sound, row.from))
			got := rowrelay("check", file(t, "rowrelay.yaml", strings.Replace(sound, row.from, row.to, 1)))
			require.Equal(t, exitConfig, got.code)
			require.Regexp(t, `(?m)^\[fail\] \S+rowrelay.yaml`+row.place, got.out)
			require.Contains(t, got.out, row.text)
			require.Contains(t, got.out, "→ ")
			require.Contains(t, got.out, row.remedy)
			require.NotContains(t, got.out, "hunter2")
			require.Regexp(t, `(?m)^Summary: \d failed`, got.out)
		})
	}
}

func TestCheckNeedsNoSecretsOffline(t *testing.T) {
	t.Setenv("STATE_DIRECTORY", t.TempDir())
	got := rowrelay("check", file(t, "rowrelay.yaml", sound))
	require.Equal(t, exitOK, got.code)
	require.Contains(t, got.out, "[warn] ")
	require.Contains(t, got.out, "${file:/nowhere/erp} cannot be read here")
	require.Contains(t, got.out, "RELAY_MQ")
	require.Contains(t, got.out, "Summary: 0 failed · 2 warnings")
}

func TestCheckWarnsWhileTheFileLacksTheStoresID(t *testing.T) {
	got := rowrelay("check", file(t, "rowrelay.yaml", strings.Replace(sound, "store: { id: acme-prod }\n", "", 1)))
	require.Equal(t, exitOK, got.code)
	require.Contains(t, got.out, "store.id is not set")
}

func TestCheckConnectNeedsTheSecrets(t *testing.T) {
	got := rowrelay("check", "--connect", file(t, "rowrelay.yaml", sound))
	require.Equal(t, exitConfig, got.code)
	require.Contains(t, got.out, "ask the broker team")
}

func TestCheckTakesSeveralFilesAndTheWorstCodeCounts(t *testing.T) {
	t.Setenv("STATE_DIRECTORY", t.TempDir())
	good, empty := file(t, "good.yaml", sound), file(t, "empty.yaml", "")
	got := rowrelay("check", good, empty, "-o", "json")
	require.Equal(t, exitConfig, got.code)
	var found checked
	require.NoError(t, json.Unmarshal([]byte(got.out), &found))
	require.Len(t, found.Files, 2)
	require.Equal(t, good, found.Files[0].File)
	require.Equal(t, 1, found.Failed)
	require.Equal(t, 2, found.Warnings)
	require.Equal(t, levelFail, found.Files[1].Complaints[0].Level)
}

func TestOtherCommandsRefuseABrokenFileAsCheckDoes(t *testing.T) {
	t.Setenv("STATE_DIRECTORY", t.TempDir())
	path := file(t, "rowrelay.yaml", strings.Replace(sound, "sequence: order", "sequnce: order", 1))
	for line, code := range map[string]int{"run": exitConfig, "status": exitAway, "failed": exitAway, "retry orders 7": exitConfig} { // who only looks misses the store
		got := rowrelay(append(strings.Fields(line), "-c", path)...)
		require.Equal(t, code, got.code, line)
		require.Empty(t, got.out, line)
		require.Contains(t, got.err, `did you mean "sequence"?`, line)
	}
}

func TestASecretInTheFileIsNeverPrinted(t *testing.T) {
	open := strings.Replace(sound, "${RELAY_MQ:?ask the broker team}", "hunter2", 1)
	path := file(t, "rowrelay.yaml", strings.Replace(open, "user: relay,", "user: relay, bogus: 1,", 1))
	got := rowrelay("check", path)
	require.Equal(t, exitConfig, got.code)
	require.Contains(t, got.out, "bogus")
	require.NotContains(t, got.out, "hunter2")
}
