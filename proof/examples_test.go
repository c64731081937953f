package proof

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

var update = flag.Bool("update", false, "write the messages of examples/*/expected anew")

// example is one folder of examples, with a database, a queue and a service of its own.
type example struct {
	*world
	name, file string
	broker     *testbed.Broker
}

// examples are all of them; each is a subtest.
func examples(t *testing.T, run func(*example)) {
	folders, err := filepath.Glob("../examples/*/rowrelay.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(folders), 4)
	for _, file := range folders {
		name := filepath.Base(filepath.Dir(file))
		t.Run(name, func(t *testing.T) {
			e := &example{name: name, file: file, broker: testbed.SharedBroker(t, testbed.Artemis)}
			e.world = newWorld(t).to(e.broker)
			e.prepare()
			run(e)
		})
	}
}

// prepare loads the example's tables, serves its service, and sets the variables of its file.
func (e *example) prepare() {
	e.t.Helper()
	folder := filepath.Dir(e.file)
	statements, err := os.ReadFile(filepath.Join(folder, "schema.sql"))
	require.NoError(e.t, err)
	e.source.Exec(e.t, "DROP TABLE orders; "+string(statements))
	e.source.Exec(e.t, fmt.Sprintf(`DO $$ DECLARE s text; BEGIN FOR s IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information)' LOOP
		EXECUTE format('GRANT USAGE ON SCHEMA %%I TO %[1]q', s); EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %%I TO %[1]q', s); END LOOP; END $$`, e.reader.Name))
	service := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(folder, "service"))))
	e.t.Cleanup(service.Close)
	for name, value := range map[string]string{
		"ERP_URL": "postgres://" + e.source.Server.Addr + "/" + e.source.Name + "?sslmode=disable", "ERP_USER": e.reader.Name, "ERP_PASSWORD": e.reader.Password,
		"MQ_URL": "stomp://" + e.sink, "MQ_USER": e.login[0], "MQ_PASSWORD": e.login[1], "QUEUE": e.queue, "RATES_URL": service.URL,
	} {
		e.t.Setenv(name, value)
	}
	text, err := os.ReadFile(e.file)
	require.NoError(e.t, err)
	require.NoError(e.t, os.WriteFile(e.path(), text, 0o600))
}

// feeds are the names of the file's feeds.
func (e *example) feeds() []string {
	e.t.Helper()
	text, err := os.ReadFile(e.file)
	require.NoError(e.t, err)
	var names []string
	_, after, _ := bytes.Cut(text, []byte("\nfeeds:\n"))
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+):$`).FindAllSubmatch(after, -1) {
		names = append(names, string(m[1]))
	}
	require.NotEmpty(e.t, names)
	return names
}

// documents are the files of a folder by name.
func documents(t *testing.T, folder string) map[string]string {
	t.Helper()
	found := map[string]string{}
	files, err := filepath.Glob(filepath.Join(folder, "*.xml"))
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		found[filepath.Base(file)] = string(text)
	}
	return found
}

// TestExamplesAreWhatTheySay checks, tests, previews and carries every example.
func TestExamplesAreWhatTheySay(t *testing.T) {
	examples(t, func(e *example) {
		t := e.t
		out, _, code := e.run("check", "--connect")
		require.Zero(t, code, out)
		out, _, code = e.run("test")
		require.Zero(t, code, out)
		expected := filepath.Join(filepath.Dir(e.file), "expected")
		var bodies []string
		for _, feed := range e.feeds() {
			made := t.TempDir()
			out, _, code = e.run("preview", feed, "--seq", "1..100", "--limit", "100", "--out", made)
			require.Zero(t, code, out)
			folder := expected
			if len(e.feeds()) > 1 {
				folder = filepath.Join(expected, feed)
			}
			if *update {
				require.NoError(t, os.RemoveAll(folder))
				require.NoError(t, os.CopyFS(folder, os.DirFS(made)))
			}
			want := documents(t, folder)
			require.NotEmpty(t, want)
			require.Equal(t, want, documents(t, made))
			for _, body := range want {
				bodies = append(bodies, body)
			}
		}
		e.carries(bodies)
	})
}

// toQueue lets an example that publishes to a topic send to a queue, which keeps what nobody is listening to yet.
func (e *example) toQueue() {
	e.t.Helper()
	text, err := os.ReadFile(e.path())
	require.NoError(e.t, err)
	require.NoError(e.t, os.WriteFile(e.path(), bytes.ReplaceAll(text, []byte("topic: "), []byte("queue: ")), 0o600))
}

// carries runs the example until its source is empty, and compares what has arrived.
func (e *example) carries(want []string) {
	t := e.t
	destinations := []string{e.queue}
	if len(e.feeds()) > 1 {
		destinations = []string{e.queue + ".PLAIN", e.queue + ".MAPPED"}
	}
	e.toQueue()
	out, problem, code := e.run("run", "--once")
	require.Zero(t, code, out+problem)
	var got []string
	for _, queue := range destinations {
		for _, d := range testbed.Drain(t, e.broker, queue, len(want)/len(destinations)) {
			got = append(got, string(d.Body))
		}
	}
	sort.Strings(got)
	sort.Strings(want)
	require.Equal(t, want, got)
	show(t, "example %s: `check --connect`, `test`, `preview` and a run into Artemis; messages %d, all as the example says", e.name, len(got))
}
