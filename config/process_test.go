package config

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// mappedText is the full file without what this version does not have.
func mappedText(t *testing.T) string {
	t.Helper()
	text := golden(t, "full.yaml")
	for _, planned := range []string{
		`(?m)^heartbeat_url.*\n`, `(?m)^  (migrate|payload|retention|require_reason):.*\n`,
		`(?m)^http:.*\n(  .*\n)+`, `(?m)^    (keep_order|order_key|on_failure):.*\n`,
	} {
		re := regexp.MustCompile(planned)
		require.Regexp(t, re, text)
		text = re.ReplaceAllString(text, "")
	}
	return strings.Replace(text, "${cred:mq}", "x", 1)
}

func mapped(t *testing.T) *File {
	t.Helper()
	secrets := map[string]string{
		"/run/secrets/erp": "a", "/run/secrets/relaydb": "b",
		"/etc/rowrelay/ca.pem": "", "/etc/rowrelay/relay.crt": "", "/etc/rowrelay/relay.key": "",
	}
	f, complaints := Parse("rowrelay.yaml", []byte(mappedText(t)), environment(map[string]string{"RATES_TOKEN": "t"}, secrets), Run)
	require.Empty(t, complaints)
	return f
}

// TestKeysOfThisVersionAreAcceptedAndLaterOnesAreCalledPlanned reads the file that has every key.
func TestKeysOfThisVersionAreAcceptedAndLaterOnesAreCalledPlanned(t *testing.T) {
	mapped(t)
	var later []string
	_, complaints := Parse("rowrelay.yaml", []byte(golden(t, "full.yaml")), environment(nil, nil), Offline)
	for _, c := range complaints.Failures() {
		what, planned := strings.CutSuffix(c.Text, " is planned, not in this version")
		require.True(t, planned, c.Text)
		later = append(later, what)
	}
	require.Equal(t, []string{
		"heartbeat_url", "password: ${cred:...}",
		"store.migrate", "store.payload", "store.retention", "store.require_reason", "http",
		"feeds.orders.keep_order", "feeds.orders.order_key", "feeds.orders.on_failure",
	}, later)
}

// TestEveryKeyStandsInTheFileOfEveryKey: a key that is not written there is not run by whatever runs that file.
func TestEveryKeyStandsInTheFileOfEveryKey(t *testing.T) {
	written := map[string]bool{}
	named := regexp.MustCompile(`^(connections|feeds)\.[^.]+|\.(namespaces|properties|columns|row|lookups|query)\.[^.\[]+|(\.expect\.message)\..*`)
	for path := range mapped(t).text().marks {
		path = regexp.MustCompile(`\[\d+\]`).ReplaceAllString(path, "[]")
		written[named.ReplaceAllStringFunc(path, func(s string) string {
			if m := named.FindStringSubmatch(s); m[1] != "" {
				return m[1] + ".NAME"
			} else if m[2] != "" {
				return "." + m[2]
			}
			return named.FindStringSubmatch(s)[3]
		})] = true
	}
	var missing []string
	for _, path := range keys(reflect.TypeFor[File](), "") {
		if !written[path] {
			missing = append(missing, path)
		}
	}
	require.Equal(t, []string{
		"connections.NAME.max_frame",                                                          // RabbitMQ only
		"feeds.NAME.source.query", "feeds.NAME.sink.topic", "feeds.NAME.tests[].expect.error", // beside others that exclude them
		"feeds.NAME.tests[].expect.headers.correlation_id", "feeds.NAME.tests[].expect.headers.type", "feeds.NAME.tests[].expect.headers.reply_to", "feeds.NAME.tests[].expect.headers.group_id",
	}, missing)
}

func TestMappingIsReadAsWritten(t *testing.T) {
	f := mapped(t).Feeds["orders"]
	require.Equal(t, []Item{
		{Name: "released only", Filter: `status in ["RELEASED", "CHANGED"] and amount > 0`},
		{Lookup: &Lookup{
			Into: "customer", Connection: "erp", Rows: "one", SQL: "SELECT name, country, blocked FROM sales.customers WHERE id = :customer_id",
			Columns: map[string]string{"blocked": "bool"},
			Cache:   &Cache{TTL: Duration(10 * time.Minute), MaxEntries: 50000, MissingTTL: Duration(30 * time.Second)},
		}},
		{Lookup: &Lookup{Into: "lines", Connection: "erp", Rows: "many", SQL: "SELECT line_no, sku, qty FROM sales.lines WHERE order_no = :order_no"}},
		{When: `currency != "EUR"`, Lookup: &Lookup{Into: "rate", Connection: "rates", Rows: "optional", HTTP: &HTTP{
			Get: "/rates/{currency}", Query: map[string]string{"day": "{fmt(created_at, 'yyyy-MM-dd')}"}, Select: "body.rate", Missing: []int{404},
		}}},
		{Filter: "not customer.blocked"},
	}, f.Process)
	m := f.Message
	require.Equal(t, map[string]string{"ord": "urn:acme:orders:v2"}, m.Namespaces)
	require.Equal(t, 4, *m.Priority)
	require.Equal(t, &Origin{From: new("order_no")}, m.CorrelationID)
	require.Equal(t, map[string]Origin{"sourceSystem": {Value: new("ERP")}, "orderStatus": {From: new("status")}}, m.Properties)
	require.Len(t, m.Fields, 9)
	require.Equal(t, Field{To: "ord:Amount", From: new("amount"), Type: "decimal", Scale: new(2)}, m.Fields[4])
	require.Equal(t, Field{To: "ord:Lines/ord:Line", Each: "lines", As: "line", Fields: []Field{
		{To: "@no", From: new("line.line_no")}, {To: "ord:Qty", From: new("line.qty"), Type: "decimal"},
	}}, m.Fields[8])
}

func TestValuesOfTestsKeepTheirText(t *testing.T) {
	f := mapped(t).Feeds["orders"]
	require.Equal(t, "the amount keeps two decimals", f.Tests[0].Name)
	require.Equal(t, Data{Text: "10.5", Quoted: true}, f.Tests[0].Row["amount"])
	require.Equal(t, Data{Text: "2"}, f.Tests[0].Row["order_seq"])
	require.Equal(t, map[string]Data{"name": {Text: "Nord AG"}, "blocked": {Text: "false"}}, f.Tests[0].Lookups["customer"].Columns)
	require.Equal(t, Data{Text: "3"}, f.Tests[0].Lookups["lines"].Items[0].Columns["qty"])
	require.Equal(t, Data{Text: "10.50", Quoted: true}, f.Tests[0].Expect.Message["ord:Order/ord:Amount"])

	text := compared + `    tests:
      - name: odd values
        row: { a: null, b: 010, c: 1.50, d: [x, ~, [1, 2]], e: 2026-09-01, f: yes, g: "$${x}", h: [] }
        expect: { outcome: SENT, message: { Order/A: null, "Order/B": "" }, headers: { reply_to: "" } }
`
	test := parsed(t, text).Feeds["orders"].Tests[0]
	require.Equal(t, map[string]Data{
		"a": {Null: true}, "b": {Text: "010"}, "c": {Text: "1.50"}, "e": {Text: "2026-09-01"}, "f": {Text: "yes"}, "h": {Items: []Data{}},
		"d": {Items: []Data{{Text: "x"}, {Null: true}, {Items: []Data{{Text: "1"}, {Text: "2"}}}}}, "g": {Text: "${x}", Quoted: true},
	}, test.Row)
	require.Equal(t, map[string]Data{"Order/A": {Null: true}, "Order/B": {Quoted: true}}, test.Expect.Message)
	require.Equal(t, new(""), test.Expect.Headers.ReplyTo)
	require.Nil(t, test.Expect.Headers.Type)
}

func TestCacheHasDefaultsOnceItIsWritten(t *testing.T) {
	text := strings.Replace(compared, "    message:", "    process: [{ lookup: { into: a, connection: erp, rows: one, sql: SELECT 1, cache: { ttl: 5m } } }]\n    message:", 1)
	require.Equal(t, &Cache{TTL: Duration(5 * time.Minute), MaxEntries: 10_000}, parsed(t, text).Feeds["orders"].Process[0].Lookup.Cache)
}

func TestFeedsOwnMappingWinsOverDefaults(t *testing.T) {
	text := strings.NewReplacer(
		"defaults: { workers: 4 }", `defaults: { message: { if_null: nil, priority: 3, type: { value: T }, group_id: { value: G }, namespaces: { a: "urn:a", b: "urn:b" }, properties: { p: { value: x } } } }`,
		"message: { root: Order }", `message: { root: b:Order, type: { from: kind }, namespaces: { b: "urn:c" }, properties: { q: { from: q } } }`).Replace(compared)
	f := parsed(t, text+"  plain:\n    source: { connection: erp, table: t, sequence: seq, start: now }\n    message: { root: a:T }\n    sink: { connection: mq, queue: Q }\n")
	m := f.Feeds["orders"].Message
	require.Equal(t, "nil", m.IfNull)
	require.Equal(t, 3, *m.Priority)
	require.Equal(t, &Origin{From: new("kind")}, m.Type)
	require.Equal(t, &Origin{Value: new("G")}, m.GroupID)
	require.Equal(t, map[string]string{"a": "urn:a", "b": "urn:c"}, m.Namespaces)
	require.Len(t, m.Properties, 2)
	require.Equal(t, map[string]string{"a": "urn:a", "b": "urn:b"}, f.Feeds["plain"].Message.Namespaces)
	require.Len(t, f.Feeds["plain"].Message.Properties, 1)
}

func TestWorkersThatWaitForConnectionsAreWarnedOf(t *testing.T) {
	text := strings.NewReplacer("workers: 4", "workers: 16", "    message:", "    process: [{ lookup: { into: a, connection: erp, rows: one, sql: SELECT 1 } }]\n    message:").Replace(compared)
	f, complaints := Parse("rowrelay.yaml", []byte(text), environment(nil, nil), Run)
	require.NotNil(t, f)
	require.NoError(t, complaints.Err())
	require.Equal(t, "rowrelay.yaml:8:48  16 workers share 10 connections of erp: raise connections.erp.pool.max_open", complaints[0].String())
	_, complaints = Parse("rowrelay.yaml", []byte(strings.Replace(text, "orders.db\"", "orders.db\", pool: { max_open: 16 }", 1)), environment(nil, nil), Run)
	require.Empty(t, complaints)
}

func TestAliasesThatMultiplyAreRefused(t *testing.T) {
	var text strings.Builder
	text.WriteString(compared + "    tests:\n      - name: many\n        row:\n          a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 8 {
		from, to := string(rune('0'+i)), string(rune('1'+i))
		text.WriteString("          a" + to + ": &a" + to + " [" + strings.Repeat("*a"+from+", ", 9) + "*a" + from + "]\n")
	}
	_, complaints := Parse("rowrelay.yaml", []byte(text.String()+"        expect: { outcome: SENT }\n"), environment(nil, nil), Run)
	require.EqualError(t, complaints.Err(), "rowrelay.yaml  the file becomes more than 131072 values")
}
