package proof

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

// measured is what `bench -o json` prints.
type measured struct {
	Machine  string
	Versions []string
	Results  []figures
	Ratios   []struct {
		Of, To           string
		Value, Predicted float64
	}
	Limit string
}

type figures struct {
	Kind  string
	Shape struct {
		Workers, Feeds, Finished int
		Size                     string
	}
	Rows     int
	Seconds  float64
	Rate     float64 `json:"rows_per_second"`
	Adapter  float64 `json:"adapter_us_per_row"`
	Source   float64 `json:"source_us_per_row"`
	Store    float64 `json:"store_us_per_row"`
	Broker   float64 `json:"broker_us_per_row"`
	All      float64 `json:"machine_us_per_row"`
	Idle     float64
	Peak     int64 `json:"peak_bytes"`
	Received int
	Copies   int
}

// benchFile writes a file for the servers, with the password that the store must not lose in a URL.
func benchFile(t *testing.T, source, store *testbed.Postgres, broker *testbed.Broker) string {
	t.Helper()
	connection := func(pg *testbed.Postgres) string {
		return fmt.Sprintf(`{ url: "postgres://%s/postgres?sslmode=disable", user: %q, password: %q }`, pg.Addr, pg.User, pg.Password)
	}
	path := filepath.Join(t.TempDir(), "rowrelay.yaml")
	text := fmt.Sprintf(`
connections:
  erp: %s
  relaydb: %s
  mq: { url: "stomp://%s", user: %q, password: %q }
store: { connection: relaydb, schema: somebody_elses }
feeds:
  orders:
    source: { connection: erp, table: public.orders, sequence: id, start: first }
    message: { root: Order }
    sink: { connection: mq, queue: ORDERS }
`, connection(source), connection(store), broker.STOMP, broker.User, broker.Password)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// runBench runs the command and reads its answer.
func runBench(t *testing.T, file string, args ...string) (m measured) {
	t.Helper()
	out, log, code := runProgram(t, filepath.Dir(file), append([]string{"bench", "-c", file, "--source", "erp", "-o", "json"}, args...)...)
	require.Zero(t, code, log)
	require.NoError(t, json.Unmarshal([]byte(out), &m), out)
	return m
}

// TestBenchMeasuresAndLeavesNothing is the command as a user would call it, on every broker, in small.
func TestBenchMeasuresAndLeavesNothing(t *testing.T) {
	pg := testbed.SharedPostgres(t)
	db := pg.Database(t)
	for _, kind := range testbed.Brokers {
		t.Run(string(kind), func(t *testing.T) {
			broker := testbed.SharedBroker(t, kind)
			file := benchFile(t, pg, pg, broker)
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(string(text), "/postgres?", "/"+db.Name+"?")), 0o600))
			queue := broker.Queue(t)
			only := "raw,relay"
			if kind == testbed.ActiveMQ {
				only = "raw,relay,naive,receipts,statements"
			}
			m := runBench(t, file, "--only", only, "--rows", "2000", "--pairs", "1", "--feeds", "2", "--finished", "1000", "--queue", queue)
			require.Len(t, m.Results, strings.Count(only, ",")+1)
			for _, r := range m.Results {
				require.Positive(t, r.Rate, r.Kind)
				switch r.Kind {
				case "raw", "relay":
					require.Equal(t, []int{2000, 2000, 0}, []int{r.Rows, r.Received, r.Copies}, r.Kind)
				case "naive":
					require.Equal(t, []int{r.Rows, 0}, []int{r.Received, r.Copies})
				default:
					require.Equal(t, 2000, r.Rows, r.Kind)
				}
			}
			require.Len(t, m.Ratios, max(1, strings.Count(only, ",")-1))
			require.Empty(t, column[string](t, db.Open(t), `SELECT nspname FROM pg_namespace WHERE nspname LIKE 'rowrelay_bench%'`))
			_, log, code := runProgram(t, filepath.Dir(file), "bench", "-c", file, "--queue", "ORDERS")
			require.Equal(t, 78, code)
			require.Contains(t, log, "queue ORDERS is that of feed orders")
			show(t, "bench against %s: %d runs, every message of each read back, nothing left; the queue of a feed is refused", m.Versions[2], len(m.Results))
		})
	}
}
