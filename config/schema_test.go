package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

const draft = "http://json-schema.org/draft-07/schema#"

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := json.Marshal(Schema())
	require.NoError(t, err)
	content, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	meta, err := c.Compile(draft)
	require.NoError(t, err)
	require.NoError(t, meta.Validate(content))
	require.Equal(t, draft, content.(map[string]any)["$schema"])
	require.NoError(t, c.AddResource("rowrelay.schema.json", content))
	s, err := c.Compile("rowrelay.schema.json")
	require.NoError(t, err)
	return s
}

// asEditor reads a file as editors do, to whom a date is a text.
func asEditor(t *testing.T, text string) any {
	t.Helper()
	var content any
	require.NoError(t, yaml.Load([]byte(text), &content))
	return withoutDates(content)
}

func withoutDates(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = withoutDates(v[key])
		}
	case []any:
		for i := range v {
			v[i] = withoutDates(v[i])
		}
	case time.Time:
		return v.Format(time.DateOnly)
	}
	return v
}

func TestSchemaAcceptsWhatTheFileAccepts(t *testing.T) {
	s := compiled(t)
	replaced := func(pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			require.Contains(t, compared, pairs[i])
		}
		return strings.NewReplacer(pairs...).Replace(compared)
	}
	for name, text := range map[string]string{
		"minimal":            golden(t, "minimal.yaml"),
		"full":               mappedText(t),
		"variables":          replaced("workers: 4", `workers: "${N:-4}", enabled: "${ON:-true}", poll_interval: "${P:-1s}", retry: { factor: "${F:-2}" }, message: { max_size: "${S:-1MiB}", class: "${C:-text}" }`, "start: now", `start: "${START:-now}"`),
		"quoted":             replaced("workers: 4", `workers: "4", enabled: "false", retry: { factor: "2.5", jitter: "0" }`, "start: now", `start: "-7"`),
		"numbers as texts":   replaced("queue: ERP.ORDERS", "queue: 4711", "user: relay", "user: 12"),
		"the rest elsewhere": replaced("workers: 4", "sink: { connection: mq, queue: A }, source: { connection: erp, sequence: s, start: 7, table: t }, message: { root: A }", "message: { root: Order }", "message:", "sink: { connection: mq, queue: ERP.ORDERS }", "sink: { topic: \"${T}\" }", "source: { connection: erp, table: orders, sequence: seq, start: now }", "enabled: true"),
		"empty sections":     replaced("stomp://", "stomp+tls://", "user: relay", "user: relay, tls: , timeouts: ") + "    retry:\n    process: []\n    tests: []\nlog:\nstore:\n",
		"merged":             compared + "  more: &more\n    source: { connection: erp, table: t, sequence: s, start: first }\n    message: { root: A }\n    sink: { connection: mq, topic: A }\n  most: { <<: *more, workers: 5 }\n",
		"odd values":         compared + "    tests: [{ name: a, row: { a: null, b: 010, c: [x, ~, [1]], d: 2026-09-01, e: true }, lookups: { a: null, b: [], c: [{ d: 1 }] }, expect: { outcome: SENT, message: { A: null, B: 1.5 } } }]\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, complaints := Parse("rowrelay.yaml", []byte(text), environment(map[string]string{}, nil), Offline)
			if name != "odd values" { // whose lookups no feed has
				require.Empty(t, complaints.Failures())
			}
			require.NoError(t, s.Validate(asEditor(t, text)))
		})
	}
}

// TestSchemaRefusesBrokenFiles counts the broken files with a fault that a schema can see.
func TestSchemaRefusesBrokenFiles(t *testing.T) {
	s := compiled(t)
	paths, err := filepath.Glob("testdata/broken/*.yaml")
	require.NoError(t, err)
	var accepted, unread []string
	paths = slices.DeleteFunc(paths, func(path string) bool { return strings.HasPrefix(filepath.Base(path), "slip-") }) // no YAML, all of them
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		var content any
		if err := yaml.Load([]byte(golden(t, "broken/"+name+".yaml")), &content); err != nil {
			unread = append(unread, name)
		} else if s.Validate(withoutDates(content)) == nil {
			accepted = append(accepted, name)
		}
	}
	require.Equal(t, []string{ // no YAML, or a key twice
		"asterisk", "bare-variable", "fields-in-themselves", "mapping-properties", "nothing", "odd-keys", "open-quote", "tab", "tests-columns", "twice", "two-documents", "unclosed",
	}, unread)
	require.Equal(t, []string{ // what depends on another place, on a variable or on XML's letters
		"long-id", "lookup-pool-is-small", "mapping-prefix-not-declared", "missing-variables", "odd-variables", "wrong-connections",
	}, accepted)
	require.Equal(t, 51, len(paths)-len(unread)-len(accepted))
}

// TestSchemaMarksTheFault breaks a file in one place, which is where an editor is to show it.
func TestSchemaMarksTheFault(t *testing.T) {
	s := compiled(t)
	for name, row := range map[string]struct{ from, to, place string }{
		"unknown key":        {"sequence:", "sequnce:", "feeds orders source"},
		"unknown in a list":  {"root: Order", "root: Order, fields: [{ to: A, frm: a }]", "feeds orders message fields 0"},
		"planned key":        {"    source:", "    on_failure: stop\n    source:", "feeds orders"},
		"no number":          {"    source:", "    workers: many\n    source:", "feeds orders workers"},
		"too many":           {"    source:", "    workers: 1025\n    source:", "feeds orders workers"},
		"no unit":            {"    source:", "    poll_interval: 5\n    source:", "feeds orders poll_interval"},
		"wrong unit":         {"root: Order", "root: Order, max_size: 1MB", "feeds orders message max_size"},
		"no bool":            {"    source:", "    enabled: yes\n    source:", "feeds orders enabled"},
		"wrong word":         {"root: Order", "root: Order, class: xml", "feeds orders message class"},
		"wrong start":        {"start: now", "start: soon", "feeds orders source start"},
		"missing key":        {"      start: now", "      bunch: 5", "feeds orders source"},
		"missing section":    {"message: { root: Order }", "enabled: true", "feeds orders"},
		"neither of two":     {"queue: ERP.ORDERS", "connections: 2", "feeds orders sink"},
		"both of two":        {"queue: ERP.ORDERS", "queue: A, topic: B", "feeds orders sink topic"},
		"two values":         {"root: Order", "root: Order, type: { from: a, value: b }", "feeds orders message type value"},
		"each and a type":    {"root: Order", "root: Order, fields: [{ to: A, each: a, as: b, type: int, fields: [{ to: B, from: b }] }]", "feeds orders message fields 0 type"},
		"each alone":         {"root: Order", "root: Order, fields: [{ to: A, each: a }]", "feeds orders message fields 0"},
		"scheme":             {"stomp+tls://", "amqp://", "connections mq url"},
		"name of a feed":     {"  orders:", "  orders of today:", ""},
		"list in defaults":   {"feeds:\n", "defaults: { source: { columns: [a] } }\nfeeds:\n", "defaults source"},
		"key in defaults":    {"feeds:\n", "defaults: { retry: { max_atempts: 3 } }\nfeeds:\n", "defaults retry"},
		"null for a value":   {"    source:", "    description:\n    source:", "feeds orders description"},
		"section for a text": {"password: \"${file:/run/secrets/mq}\"", "password: { a: b }", "connections mq password"},
	} {
		t.Run(name, func(t *testing.T) {
			text := golden(t, "minimal.yaml")
			require.Contains(t, text, row.from)
			text = strings.Replace(text, row.from, row.to, 1)
			_, complaints := Parse("rowrelay.yaml", []byte(text), environment(nil, nil), Offline)
			require.NotEmpty(t, complaints.Failures())
			fault, ok := errors.AsType[*jsonschema.ValidationError](s.Validate(asEditor(t, text)))
			require.True(t, ok)
			require.Contains(t, places(fault), row.place)
		})
	}
}

// places are where the innermost errors are.
func places(e *jsonschema.ValidationError) []string {
	if len(e.Causes) == 0 {
		return []string{strings.Join(e.InstanceLocation, " ")}
	}
	var all []string
	for _, cause := range e.Causes {
		all = append(all, places(cause)...)
	}
	return all
}

// TestEveryKeyIsInTheSchema looks for each key with what an editor shows of it.
func TestEveryKeyIsInTheSchema(t *testing.T) {
	var root map[string]any
	data, err := json.Marshal(Schema())
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &root))
	for _, path := range append(keys(reflect.TypeFor[File](), ""), "defaults", "connections", "feeds.NAME.source") {
		n := nodeAt(t, root, path)
		e, _ := entryOf(path)
		require.Contains(t, n["description"], e.describe(typeAt(path)), path)
		require.Equal(t, e.usual() != "", n["default"] != nil, path)
		require.NotContains(t, n, "examples")
	}
	require.Equal(t, float64(4), nodeAt(t, root, "defaults.workers")["default"])
	require.Equal(t, "1s", nodeAt(t, root, "feeds.NAME.poll_interval")["default"])
	require.Equal(t, true, nodeAt(t, root, "feeds.NAME.enabled")["default"])
	require.NotContains(t, nodeAt(t, root, "defaults.source")["properties"], "columns")
	require.NotContains(t, nodeAt(t, root, "feeds.NAME")["properties"], "on_failure", "planned")
}

func nodeAt(t *testing.T, root map[string]any, path string) map[string]any {
	n := root
	for step := range strings.SplitSeq(strings.ReplaceAll(path, "[]", ".[]"), ".") {
		switch step {
		case "NAME":
			n = n["additionalProperties"].(map[string]any)
		case "[]":
			n = n["items"].(map[string]any)
		default:
			require.Contains(t, n["properties"], step, path)
			n = n["properties"].(map[string]any)[step].(map[string]any)
		}
		if ref, found := n["$ref"].(string); found {
			n = root["definitions"].(map[string]any)[strings.TrimPrefix(ref, "#/definitions/")].(map[string]any)
		}
	}
	return n
}
