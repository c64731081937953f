package testbed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Delivery is a message as the broker's own JMS client saw it.
type Delivery struct {
	Class         string            // TextMessage, BytesMessage, or the client's class for any other
	MessageID     string            // JMSMessageID
	CorrelationID string            // JMSCorrelationID, "" for none
	Type          string            // JMSType, "" for none
	ReplyTo       string            // JMSReplyTo as the client prints it, "" for none
	Priority      int               // JMSPriority
	Expiration    int64             // JMSExpiration: milliseconds since 1970, 0 for never
	DeliveryMode  int               // JMSDeliveryMode: Persistent or 1
	Redelivered   bool              // JMSRedelivered
	Properties    map[string]string // by name, values as strings
	SHA256        string            // of Body, computed by the consumer, in lower-case hex
	Body          []byte            // a TextMessage's text in UTF-8
}

// Persistent is DeliveryMode.PERSISTENT of JMS.
const Persistent = 2

// silence is how long a queue must stay quiet before Drain takes it for empty, and patience for one that still owes.
const silence = time.Second

// Consume reads exactly n messages of a queue through the broker's JMS client, oldest first, and leaves the others there.
// It fails the test when they do not come.
func Consume(t testing.TB, b *Broker, queue string, n int) []Delivery {
	t.Helper()
	return consume(t, b, queue, n, 0)
}

// Drain reads at least n messages of a queue, and then all that follow until a second passes without one: so copies
// that nobody expected are read too.
func Drain(t testing.TB, b *Broker, queue string, n int) []Delivery {
	t.Helper()
	return consume(t, b, queue, n, silence)
}

func consume(t testing.TB, b *Broker, queue string, n int, extra time.Duration) []Delivery {
	t.Helper()
	Require(t, JMS)
	ms := func(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }
	classpath := filepath.Join(jmsFolder(), "classes") + ":" + filepath.Join(jmsFolder(), "lib", "*")
	cmd := exec.CommandContext(t.Context(), "java", "-Xmx512m", "-XX:+UseSerialGC", "-cp", classpath, "consumer.Main",
		string(b.Kind), b.JMS, b.User, b.Password, queue, fmt.Sprint(n), ms(extra), ms(patience/2))
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8") // Java reads its arguments in the locale's encoding
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	deliveries := parse(t, out)
	require.GreaterOrEqual(t, len(deliveries), n, "messages in queue %s: %s", queue, stderr.String())
	return deliveries
}

func parse(t testing.TB, lines []byte) []Delivery {
	t.Helper()
	var all []Delivery
	for d := json.NewDecoder(bytes.NewReader(lines)); d.More(); {
		var one Delivery
		require.NoError(t, d.Decode(&one))
		all = append(all, one)
	}
	return all
}
