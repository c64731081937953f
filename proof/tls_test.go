package proof

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

// secured is a connection of the file that is turned to TLS: its address as the file has it, and as it will have it for
// a host.
type secured struct {
	connection string
	plain      string
	encrypted  func(host string) string
	ca         string // signed the server's certificate, which is for localhost alone
	stranger   string // another CA
}

// over writes the world's file with the connection turned to TLS, and returns its path.
func (w *world) over(s secured, host, ca string) string {
	w.t.Helper()
	text, err := os.ReadFile(w.config())
	require.NoError(w.t, err)
	was := fmt.Sprintf("{ url: %q", s.plain)
	require.Equal(w.t, 1, strings.Count(string(text), was), "%s\n%s", was, text)
	is := fmt.Sprintf("{ tls: { ca_file: %q }, url: %q", ca, s.encrypted(host))
	path := filepath.Join(w.dir, "tls.yaml")
	require.NoError(w.t, os.WriteFile(path, []byte(strings.Replace(string(text), was, is, 1)), 0o600))
	return path
}

// requireRefused shows that neither the check nor the daemon takes the server, and that both say why.
func (w *world) requireRefused(s secured, host, ca string, said ...string) {
	w.t.Helper()
	path := w.over(s, host, ca)
	said = append(said, "CONN_TLS")
	check := launch(w.t, w.dir, "check", "--connect", "-c", path)
	require.Equal(w.t, 69, check.wait())
	daemon := launch(w.t, w.dir, "run", "-c", path)
	daemon.says("connection=" + s.connection)
	require.Zero(w.t, daemon.stop())
	for _, text := range said {
		require.Contains(w.t, check.log.String(), text)
		require.Contains(w.t, daemon.log.String(), text)
	}
	show(w.t, "%s", lineWith(check.log.String(), "CONN_TLS"))
}

// requireCarried shows that rows arrive through the right certificate; the check says so before.
func (w *world) requireCarried(s secured, rows int) {
	w.t.Helper()
	path := w.over(s, "localhost", s.ca)
	check := launch(w.t, w.dir, "check", "--connect", "-c", path)
	require.Zero(w.t, check.wait(), check.log)
	daemon := launch(w.t, w.dir, "run", "-c", path)
	w.settled(rows)
	require.Zero(w.t, daemon.stop())
	w.requireStoreAgrees(rows)
}

func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

const tlsRows = 500

func TestABrokerMustProveItsName(t *testing.T) {
	postgres := testbed.SharedPostgres(t)
	for _, kind := range brokers {
		t.Run(string(kind), func(t *testing.T) {
			broker := testbed.SharedBroker(t, kind)
			_, port, err := net.SplitHostPort(broker.STOMPTLS)
			require.NoError(t, err)
			w := newWorld(t).to(broker)
			w.fill(1, tlsRows)
			w.requireTLS(secured{
				connection: "mq", plain: "stomp://" + broker.STOMP,
				encrypted: func(host string) string { return "stomp+tls://" + net.JoinHostPort(host, port) },
				ca:        broker.CAFile, stranger: postgres.CAFile,
			}, broker)
		})
	}
}

func TestPostgresMustProveItsName(t *testing.T) {
	broker := testbed.SharedBroker(t, testbed.Artemis)
	for _, connection := range []string{"erp", "relaydb"} {
		t.Run(connection, func(t *testing.T) {
			w := newWorld(t).to(broker)
			w.fill(1, tlsRows)
			database := map[string]*testbed.Database{"erp": w.source, "relaydb": w.store}[connection]
			_, port, err := net.SplitHostPort(database.Server.Addr)
			require.NoError(t, err)
			w.requireTLS(secured{
				connection: connection, plain: fmt.Sprintf("postgres://%s/%s?sslmode=disable", database.Server.Addr, database.Name),
				encrypted: func(host string) string { return fmt.Sprintf("postgres://%s:%s/%s", host, port, database.Name) },
				ca:        database.Server.CAFile, stranger: broker.CAFile,
			}, broker)
		})
	}
}

func (w *world) requireTLS(s secured, broker *testbed.Broker) {
	w.requireRefused(s, "127.0.0.1", s.ca, "certificate is valid for localhost, not 127.0.0.1")
	w.requireRefused(s, "localhost", s.stranger, "CN=rowrelay test CA")
	w.requireCarried(s, tlsRows)
	require.Len(w.t, testbed.Drain(w.t, broker, w.queue, tlsRows), tlsRows)
	show(w.t, "the right name and CA: check --connect finds nothing wrong, %d rows delivered", tlsRows)
}
