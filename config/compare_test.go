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

const mappedFeed = `    process:
      - filter: amount > 0
      - lookup: { into: lines, connection: erp, rows: many, sql: SELECT 1, cache: { ttl: 5m } }
    message:
      root: Order
      properties: { status: { from: status } }
      fields:
        - { to: A, from: a }
        - { to: L, each: lines, as: l, fields: [{ to: B, from: l.b, type: decimal, scale: 2 }] }
    tests:
      - { name: a, row: { order_seq: 1 }, expect: { outcome: SENT } }
`

func TestChangesInsideListsAndMapsNeedARestartUnlessTheyAreTests(t *testing.T) {
	text := strings.Replace(compared, "    message: { root: Order }\n", mappedFeed, 1)
	for _, c := range []struct {
		name, old, new string
		restart        []string
	}{
		{"an expression", "amount > 0", "amount > 1", []string{"feeds.orders.process[0].filter"}},
		{"a lookup's SQL", "SELECT 1", "SELECT 2", []string{"feeds.orders.process[1].lookup.sql"}},
		{"a cache's time", "ttl: 5m", "ttl: 6m", []string{"feeds.orders.process[1].lookup.cache.ttl"}},
		{"no cache", ", cache: { ttl: 5m }", "", []string{"feeds.orders.process[1].lookup.cache"}},
		{"a column's type", "cache: { ttl: 5m }", "cache: { ttl: 5m }, columns: { a: bool }", []string{"feeds.orders.process[1].lookup.columns.a"}},
		{"one more step", "amount > 0", "amount > 0\n      - filter: amount < 9", []string{"feeds.orders.process"}},
		{"another kind of step", "filter: amount > 0", "lookup: { into: a, connection: erp, rows: one, sql: SELECT 3 }", []string{"feeds.orders.process[0].filter", "feeds.orders.process[0].lookup"}},
		{"a nested field", "scale: 2", "scale: 3", []string{"feeds.orders.message.fields[1].fields[0].scale"}},
		{"a literal for an expression", "from: a }", "value: a }", []string{"feeds.orders.message.fields[0].from", "feeds.orders.message.fields[0].value"}},
		{"a property", "{ from: status }", "{ from: state }", []string{"feeds.orders.message.properties.status.from"}},
		{"one more property", "{ from: status }", "{ from: status }, p: { value: x }", []string{"feeds.orders.message.properties.p"}},
		{"a header", "root: Order", "root: Order\n      type: { value: x }", []string{"feeds.orders.message.type"}},
		{"priority", "root: Order", "root: Order\n      priority: 0", []string{"feeds.orders.message.priority"}},
		{"a namespace", "root: Order", "root: Order\n      namespaces: { a: urn:a }", []string{"feeds.orders.message.namespaces.a"}},
		{"a test", "outcome: SENT", "outcome: FILTERED", nil},
		{"one more test", "    tests:", "    tests:\n      - { name: b, row: { order_seq: 1 }, expect: { outcome: SENT } }", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, text, c.old)
			before, after := parsed(t, text), parsed(t, strings.Replace(text, c.old, c.new, 1))
			live, restart := Compare(before, after)
			require.Empty(t, live)
			require.Equal(t, c.restart, restart)
			require.Equal(t, c.restart == nil, before.Hash() == after.Hash())
		})
	}
}
