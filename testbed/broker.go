package testbed

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Broker is a running message broker. Whoever logs in may do everything; queues come into being when they are used.
type Broker struct {
	Kind     Part   // ActiveMQ, Artemis or RabbitMQ
	STOMP    string // 127.0.0.1:PORT
	STOMPTLS string // localhost:PORT; the certificate is for that host alone, signed by the CA in CAFile
	JMS      string // the URL that the broker's own JMS client takes
	User     string
	Password string
	CAFile   string
}

// BrokerProcess is a broker of one test, which may kill and start it.
type BrokerProcess struct {
	*Broker
	dir     string
	recipe  recipe
	beside  *process // RabbitMQ's epmd; nil elsewhere
	process *process
}

// StartBroker starts a broker for this test alone and ends it when the test ends. RabbitMQ takes about ten seconds.
func StartBroker(t testing.TB, kind Part) *BrokerProcess {
	t.Helper()
	return startBroker(t, kind, small)
}

// StartShipped is StartBroker with the memory that the broker's makers give it, for measurements: the heap of StartBroker, small so that
// several brokers fit beside each other, makes a JVM collect garbage most of its time once 100,000 messages lie in a queue.
func StartShipped(t testing.TB, kind Part) *BrokerProcess {
	t.Helper()
	return startBroker(t, kind, shipped[kind])
}

func startBroker(t testing.TB, kind Part, memory []string) *BrokerProcess {
	t.Helper()
	Require(t, kind)
	b, err := newBroker(kind, memory)
	require.NoError(t, err)
	t.Cleanup(b.remove)
	return b
}

func newBroker(kind Part, memory []string) (*BrokerProcess, error) {
	return onFreePorts(func() (*BrokerProcess, error) { return tryBroker(kind, memory) })
}

func tryBroker(kind Part, memory []string) (*BrokerProcess, error) {
	cook, ok := recipes[kind]
	if !ok {
		return nil, fmt.Errorf("%q is no broker", kind)
	}
	dir, err := newPlace()
	if err != nil {
		return nil, err
	}
	b := &BrokerProcess{dir: dir}
	if err := b.prepare(kind, cook, memory); err != nil {
		b.remove()
		return nil, fmt.Errorf("start %s: %w", kind, err)
	}
	return b, nil
}

func (b *BrokerProcess) prepare(kind Part, cook func(settings) recipe, memory []string) error {
	ports, err := freePorts(5)
	if err != nil {
		return err
	}
	certs, err := newCertificates(b.dir)
	if err != nil {
		return err
	}
	s := settings{
		Dir: b.dir, User: "rowrelay", Password: "relay.pass",
		STOMP: ports[0], STOMPTLS: ports[1], JMS: ports[2], EPMD: ports[3], Dist: ports[4], memory: memory,
	}
	b.recipe = cook(s)
	b.Broker = &Broker{
		Kind: kind, STOMP: loopback(s.STOMP), STOMPTLS: fmt.Sprintf("localhost:%d", s.STOMPTLS), JMS: b.recipe.jms,
		User: s.User, Password: s.Password, CAFile: certs.ca,
	}
	if err := b.recipe.write(s, certs); err != nil {
		return err
	}
	return b.launch()
}

func (b *BrokerProcess) launch() error {
	var err error
	log := filepath.Join(b.dir, "log")
	if b.recipe.beside != nil && b.beside == nil {
		if b.beside, err = start(b.recipe.beside(), log, syscall.SIGKILL); err != nil {
			return err
		}
		if err := b.beside.ready(func() error { return accepts(b.recipe.besideAddr) }); err != nil {
			return err
		}
	}
	before := tail(log, 0)
	if b.process, err = start(b.recipe.server(), log, syscall.SIGKILL); err != nil {
		return err
	}
	return b.process.ready(func() error {
		if !strings.Contains(tail(log, len(before)), b.recipe.started) {
			return fmt.Errorf("%q is not in its log", b.recipe.started)
		}
		return b.connect()
	})
}

// connect proves that the broker lets us in over STOMP and that its other two ports are open.
func (b *BrokerProcess) connect() error {
	for _, addr := range []string{b.STOMPTLS, b.recipe.jmsAddr} {
		if err := accepts(addr); err != nil {
			return err
		}
	}
	c, err := net.DialTimeout("tcp", b.STOMP, time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(c, "CONNECT\naccept-version:1.2\nhost:/\nlogin:%s\npasscode:%s\n\n\x00", b.User, b.Password); err != nil {
		return err
	}
	command, err := bufio.NewReader(c).ReadString('\n')
	if err == nil && command != "CONNECTED\n" {
		err = fmt.Errorf("the answer to CONNECT was %q", command)
	}
	return err
}

// WroteDown waits until the broker would still know a new queue after a kill. RabbitMQ 3.10 confirms messages up to two seconds before
// that; killed meanwhile, it comes back without the queue and without them.
func (b *BrokerProcess) WroteDown(t testing.TB, queue string) {
	t.Helper()
	if b.Kind == RabbitMQ {
		require.Eventually(t, func() bool { return b.keeps(queue) }, patience, 20*time.Millisecond, "queue %s is not written down", queue)
	}
}

// Kill ends the broker at once, as a power cut of its process would; Start brings it back on the same ports and data.
func (b *BrokerProcess) Kill(t testing.TB) {
	t.Helper()
	b.process.kill()
}

// Start brings a killed broker back and returns when it takes STOMP logins.
func (b *BrokerProcess) Start(t testing.TB) {
	t.Helper()
	require.NoError(t, b.launch())
}

func (b *BrokerProcess) remove() {
	for _, p := range []*process{b.process, b.beside} {
		if p != nil {
			p.kill()
		}
	}
	_ = os.RemoveAll(b.dir)
}

// Queue returns a queue name that no other test uses.
func (b *Broker) Queue(testing.TB) string { return "queue." + suffix() }
