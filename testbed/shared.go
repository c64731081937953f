package testbed

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// SocketVariable is the environment variable by which a program that owns the shared servers (cmd/withparts) tells the
// test packages below it where to ask for them.
const SocketVariable = "ROWRELAY_TESTBED_SOCKET"

// own holds the shared servers of a test package that nobody lends any.
var own Shared

// Main runs the tests of a package, then stops the shared servers that the package had to start for itself. Call it
// from TestMain; it does not return.
func Main(m interface{ Run() int }) {
	code := m.Run()
	own.Close()
	os.Exit(code)
}

// SharedPostgres is the PostgreSQL server of all tests, started when it is first needed. Never stop it; work in a
// Database of it.
func SharedPostgres(t testing.TB) *Postgres {
	t.Helper()
	p := &Postgres{}
	shared(t, PostgreSQL, p)
	return p
}

// SharedBroker is the broker of all tests, started when it is first needed. Never stop it; work in a Queue of it.
func SharedBroker(t testing.TB, kind Part) *Broker {
	t.Helper()
	b := &Broker{}
	shared(t, kind, b)
	return b
}

func shared(t testing.TB, part Part, into any) {
	t.Helper()
	Require(t, part)
	ask := own.ask
	if path := os.Getenv(SocketVariable); path != "" {
		ask = func(p Part) (json.RawMessage, error) { return borrow(path, p) }
	}
	address, err := ask(part)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(address, into))
}

// reply is what a lender answers to the name of a part.
type reply struct {
	Server json.RawMessage
	Error  string
}

// borrow asks the lender at the socket for a server, which may have to start first.
func borrow(path string, part Part) (json.RawMessage, error) {
	c, err := net.Dial("unix", path)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if _, err := fmt.Fprintln(c, part); err != nil {
		return nil, err
	}
	var r reply
	if err := json.NewDecoder(c).Decode(&r); err != nil {
		return nil, fmt.Errorf("ask for %s: %w", part, err)
	}
	if r.Error != "" {
		return nil, errors.New(r.Error)
	}
	return r.Server, nil
}

// Lend answers test packages that connect to the listener until it is closed.
func (s *Shared) Lend(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go s.answer(c)
	}
}

func (s *Shared) answer(c net.Conn) {
	defer c.Close()
	lines := bufio.NewScanner(c)
	if !lines.Scan() {
		return
	}
	var r reply
	server, err := s.ask(Part(lines.Text()))
	if err != nil {
		r.Error = err.Error()
	} else {
		r.Server = server
	}
	_ = json.NewEncoder(c).Encode(r) // a package that went away needs no answer
}
