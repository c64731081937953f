package sink_test

import (
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sink"
)

// port is a server that says something to whoever comes, and reads on until the peer is gone or,
// with abrupt, hangs up after the first bytes.
func port(t *testing.T, says string, abrupt bool) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte(says))
			for b := make([]byte, 1<<10); err == nil; {
				if _, err = c.Read(b); abrupt {
					break
				}
			}
			c.Close()
		}
	}()
	return l.Addr().String()
}

func probed(t *testing.T, url string) *record.Outage {
	s, err := sink.NewSTOMP(sink.Options{Connection: "mq", Queue: "Q", URLs: []string{url}, ConnectTimeout: 200 * time.Millisecond})
	require.NoError(t, err)
	_, err = s.Probe(t.Context())
	var outage *record.Outage
	require.ErrorAs(t, err, &outage)
	return outage
}

func TestTLSToAPlainPortAsksForTheOtherScheme(t *testing.T) {
	o := probed(t, "stomp+tls://"+port(t, "", false))
	require.Equal(t, record.ConnTLS, o.Code)
	require.ErrorContains(t, o, "the TLS handshake got no answer in time (does this port speak plain STOMP? that is written stomp://)")
	o = probed(t, "stomp+tls://"+port(t, "", true))
	require.Equal(t, record.ConnTLS, o.Code)
	require.ErrorContains(t, o, "does this port speak plain STOMP?")
	o = probed(t, "stomp+tls://"+port(t, "ERROR\n\nwhat is that\x00", false))
	require.Equal(t, record.ConnTLS, o.Code)
	require.ErrorContains(t, o, "stomp://")
}

func TestSTOMPToAnotherPortAsksWhatItSpeaks(t *testing.T) {
	secure := httptest.NewTLSServer(nil)
	t.Cleanup(secure.Close)
	for name, address := range map[string]string{
		"TLS":                         strings.TrimPrefix(secure.URL, "https://"),
		"a port that hangs up":        port(t, "", true),
		"another protocol with lines": port(t, "AMQP\n\n", true),
		"OpenWire":                    port(t, "\x00\x00\x01\x40\x01ActiveMQ\x00\x00\x00\x0c", true),
	} {
		o := probed(t, "stomp://"+address)
		require.Equal(t, record.ConnLost, o.Code, name)
		require.ErrorContains(t, o, "(does this port speak STOMP? with TLS it is stomp+tls://)", name)
	}
	o := probed(t, "stomp://"+port(t, "", false)) // silence is no sign of another protocol
	require.Equal(t, record.ConnTimeout, o.Code)
	require.NotContains(t, o.Error(), "does this port")
}
