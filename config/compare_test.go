package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const compared = `connections:
  erp: { url: "sqlite:orders.db" }
  mq: { url: "stomp://mq:61613", user: relay, password: one }
defaults: { workers: 4 }
feeds:
  orders:
    source: { connection: erp, table: orders, sequence: seq, start: now }
    message: { root: Order }
    sink: { connection: mq, queue: ERP.ORDERS }
`

func parsed(t *testing.T, text string) *File {
	t.Helper()
	f, complaints := Parse("rowrelay.yaml", []byte(text), environment(nil, nil), Run)
	require.NoError(t, complaints.Err())
	return f
}

func TestLiveKeysAreToldFromThoseThatNeedARestart(t *testing.T) {
	second := "\n  second:\n    source: { connection: erp, table: t, sequence: seq, start: now }\n    message: { root: T }\n    sink: { connection: mq, queue: Q }\n"
	for _, c := range []struct {
		name, old, new string
		live           []string
		restart        []string
	}{
		{"nothing", "", "", nil, nil},
		{"a comment", "feeds:", "# words\nfeeds:", nil, nil},
		{"a default written out", "root: Order", "root: Order, class: text", nil, nil},
		{"workers by defaults", "workers: 4", "workers: 16", []string{"feeds.orders.workers: 4 → 16"}, nil},
		{"defaults that the feed overrides", "defaults: {", "defaults: { description: x,", nil, []string{"feeds.orders.description"}},
		{"poll_interval", "workers: 4", "poll_interval: 1h", []string{"feeds.orders.poll_interval: 1s → 1h"}, nil},
		{"max_in_flight", "workers: 4", "max_in_flight: 10", []string{"feeds.orders.max_in_flight: 4000 → 10"}, nil},
		{"retry", "workers: 4", "retry: { max_attempts: 1, factor: 3 }", []string{"feeds.orders.retry.factor: 2 → 3", "feeds.orders.retry.max_attempts: 5 → 1"}, nil},
		{"bunch", "start: now", "start: now, bunch: 7", []string{"feeds.orders.source.bunch: 1000 → 7"}, nil},
		{"log level", "feeds:", "log: { level: debug }\nfeeds:", []string{"log.level: info → debug"}, nil},
		{"log format", "feeds:", "log: { format: json }\nfeeds:", nil, []string{"log.format"}},
		{"queue and workers", "queue: ERP.ORDERS }", "queue: B }\n    workers: 9", []string{"feeds.orders.workers: 4 → 9"}, []string{"feeds.orders.sink.queue"}},
		{"password", "password: one", "password: two", nil, []string{"connections.mq.password"}},
		{"a new feed", "queue: ERP.ORDERS }", "queue: ERP.ORDERS }" + second, nil, []string{"feeds.second"}},
		{"a renamed feed", "  orders:", "  ordres:", nil, []string{"feeds.orders", "feeds.ordres"}},
		{"a new connection", "defaults:", "  x: { url: \"sqlite:x\" }\ndefaults:", nil, []string{"connections.x"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, compared, c.old)
			live, restart := Compare(parsed(t, compared), parsed(t, strings.Replace(compared, c.old, c.new, 1)))
			var got []string
			for _, change := range live {
				got = append(got, change.String())
			}
			require.Equal(t, c.live, got)
			require.Equal(t, c.restart, restart)
		})
	}
}

func TestHashTellsContentsApart(t *testing.T) {
	plain := parsed(t, compared)
	require.Regexp(t, "^[0-9a-f]{8}$", plain.Hash())
	require.Equal(t, plain.Hash(), parsed(t, "# words\n"+compared).Hash())
	require.Equal(t, plain.Hash(), parsed(t, "instance: other\n"+compared).Hash())
	require.NotEqual(t, plain.Hash(), parsed(t, strings.Replace(compared, "one", "two", 1)).Hash())
}
