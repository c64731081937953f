package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const storeFile = `connections:
  erp: { url: "postgres://erp-db:5432/erp", user: relay_ro }
  relaydb: { url: "postgres://relay-db:5432/relay", user: relay }
  mq: { url: "stomp+tls://mq:61613" }
feeds:
  orders:
    source: { connection: erp, table: orders, sequence: id, start: now }
    message: { root: Order }
    sink: { connection: mq, queue: Q }
store: { connection: relaydb, id: acme }
`

// faulty is the file with one edit, as LoadStore reads it.
func faulty(t *testing.T, from, to string) (*File, Complaints) {
	t.Helper()
	require.Contains(t, storeFile, from)
	text := strings.Replace(storeFile, from, to, 1)
	env := environment(nil, map[string]string{"rowrelay.yaml": text})
	_, all := Load("rowrelay.yaml", env, Offline)
	require.Error(t, all.Err(), "the edit must be a fault")
	return LoadStore("rowrelay.yaml", env)
}

func TestTheStoreIsReadFromAFileThatIsFaultyElsewhere(t *testing.T) {
	for name, edit := range map[string][2]string{
		"unknown key in a feed":     {"sequence: id", "sequnce: id"},
		"another connection":        {`"stomp+tls://mq:61613"`, `"amqp://mq:61613"`},
		"a word of the service":     {"feeds:", "log: { level: loud }\nfeeds:"},
		"no YAML in a feed":         {"{ root: Order }", "{ root: Order"},
		"a quote that is left open": {"table: orders", `table: "orders`},
		"a tab in a feed":           {"    message:", "\tmessage:"},
		"no feeds":                  {"  orders:\n", "  - orders:\n"},
	} {
		f, found := faulty(t, edit[0], edit[1])
		require.NoError(t, found.Err(), name)
		require.Equal(t, "relaydb", f.Store.Connection, name)
		require.Equal(t, "acme", f.Store.ID, name)
		require.Equal(t, "postgres://relay-db:5432/relay", f.Connections["relaydb"].URL, name)
	}
}

// Whatever could mean another store than the one that would be opened is refused.
func TestNoStoreIsGuessed(t *testing.T) {
	for name, edit := range map[string][2]string{
		"a mistyped section":         {"store:", "stroe:"},
		"a mistyped key":             {"{ connection: relaydb", "{ conection: relaydb"},
		"a section twice":            {"feeds:", "store: { id: acme-test }\nfeeds:"},
		"no such connection":         {"  relaydb:", "  relay_db:"},
		"its connection":             {`"postgres://relay-db:5432/relay"`, `"amqp://relay-db"`},
		"no YAML in the store":       {"{ connection: relaydb", "{ connection: relaydb ]"},
		"no YAML in the connections": {`{ url: "stomp+tls://mq:61613" }`, `{ url: "stomp+tls://mq:61613 }`},
		"a section without a colon":  {"{ root: Order }", "{ root: Order\nstore { id: x }"},
		"a list":                     {"store: { connection: relaydb, id: acme }", "store: [ relaydb ]"},
	} {
		_, found := faulty(t, edit[0], edit[1])
		require.Error(t, found.Err(), name)
	}
}
