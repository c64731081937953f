package proof

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

// complaint is a failure as it is printed: place and text, snippet, remedy.
var complaint = regexp.MustCompile(`(?m)^(?:✗|\[fail\]) (\S*\.yaml:\d+:\d+)  (.*)\n(?:[> ].*\n)*?  → (.*)$`)

// nowhere is a complaint that no line can be blamed for: the file, or a whole block of it, is not there.
var nowhere = regexp.MustCompile(`(?m)^\[fail\] \S*\.yaml  (is empty|(?:feeds|connections): .*)\n  → `)

func complaints(printed string) []string {
	var all []string
	for _, m := range complaint.FindAllStringSubmatch(printed, -1) {
		all = append(all, "rowrelay.yaml"+m[1][strings.Index(m[1], ".yaml:")+len(".yaml"):]+"  "+m[2]+" → "+m[3])
	}
	return all
}

// TestMappingBrokenFilesAreToldWithLineColumnAndRemedy lets the program check every file that the config room's tests know to be broken,
// and wants every complaint that they want, and no other.
func TestMappingBrokenFilesAreToldWithLineColumnAndRemedy(t *testing.T) {
	files, err := filepath.Glob("../config/testdata/broken/*.yaml")
	require.NoError(t, err)
	var kinds []string
	all, without := 0, 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		golden, err := os.ReadFile(strings.TrimSuffix(file, ".yaml") + ".golden")
		require.NoError(t, err)
		want := complaints(string(golden))
		cmd := exec.Command(program, "check", "--connect", file) // broken as they are, nothing is connected
		cmd.Env = append(os.Environ(), "WORKERS=5000", "BARE=17")
		out, err := cmd.Output()
		require.Error(t, err, name)
		require.Equal(t, 78, cmd.ProcessState.ExitCode(), name)
		got := complaints(string(out))
		unplaced := len(nowhere.FindAllString(string(out), -1))
		require.Equal(t, strings.Count(string(out), "[fail]"), len(got)+unplaced, "%s: a complaint without a place or a remedy\n%s", name, out)
		want = withoutFiles(want)
		require.Equal(t, want, withoutFiles(got), name)
		without += unplaced
		kinds, all = append(kinds, fmt.Sprintf("%s %d", name, len(want))), all+len(want)
	}
	require.GreaterOrEqual(t, len(files), 50)
	show(t, "broken files %d, each ends with 78; complaints %d, each with line, column and what to do, as wanted, and %d that no line can be blamed for: %s", len(files), all, without, strings.Join(kinds, ", "))
}

// withoutFiles leaves out the complaints about files that the room's tests pretend to have, and this machine may have.
func withoutFiles(all []string) []string {
	return slices.DeleteFunc(all, func(c string) bool { return strings.Contains(c, "cannot be read") })
}

// sound is a file that fits its database.
const sound = `connections:
  erp: %s
  mq: { url: "stomp://%s", user: %q, password: %q }
feeds:
  orders:
    source: { connection: erp, table: public.orders, sequence: id, start: first, business_key: key }
    process:
      - filter: amount > 0 and note != "x"
      - lookup: { into: c, connection: erp, rows: one, sql: "SELECT name, born FROM customers WHERE key = :key" }
      - lookup: { into: lines, connection: erp, rows: many, sql: "SELECT no, qty FROM lines WHERE order_id = :id" }
    message:
      root: o:Order
      namespaces: { o: "urn:o" }
      properties: { who: { from: c.name } }
      fields:
        - { to: o:Key, from: key }
        - { to: o:Amount, from: amount, type: decimal, scale: 2 }
        - { to: o:Line, each: lines, as: line, fields: [{ to: "@no", from: line.no }] }
    sink: { connection: mq, queue: BROKEN }
    tests:
      - name: two customers
        row: { id: 1, key: A-1, amount: 1, note: n }
        lookups: { c: [{ name: X }, { name: Y }], lines: [] }
        expect: { outcome: SENT }
`

// misfits are edits that only the database, or a row, shows to be wrong: what replaces what, at which words the complaint must point, and
// what it must say.
var misfits = []struct{ old, new, at, says string }{
	{"amount > 0", "amont > 0", "amont", "unknown name"},
	{"amount > 0", "note > 0", "> 0", "note is text"},
	{`amount > 0 and note != "x"`, "amount + 1", "amount + 1", "neither true nor false"},
	{"amount > 0", `fmt(key, "yyyy") == "2026"`, `key, "yyyy"`, "fmt wants"},
	{"amount > 0", "lines == nil", "lines == nil", "unknown name"},
	{"business_key: key", "business_key: kee", "kee", `did you mean "key"`},
	{"sequence: id", "sequence: idd", "idd", "no column"},
	{"sequence: id", "sequence: note", "note, start", "integer column"},
	{"business_key: key", "created: amount", "amount }", "not a time"},
	{"business_key: key", "columns: [id, key, amount, note, kee]", "kee]", "no column"},
	{"public.orders", "public.oders", "public.oders", "no table"},
	{"business_key: key", `where: "amount >"`, `"amount >"`, "syntax"},
	{"table: public.orders", "query: 'SELECT id, key, key FROM orders'", "'SELECT", "key"},
	{"FROM customers", "FROM custmers", `"SELECT name, born`, "custmers"},
	{"SELECT name, born", "SELECT nam, born", `"SELECT nam`, "nam"},
	{"SELECT name, born", "SELECT name, name", `"SELECT name, name`, "name"},
	{"SELECT name, born FROM customers WHERE key = :key", "DELETE FROM customers WHERE key = :key", `"DELETE`, "syntax"},
	{"WHERE key = :key", "WHERE key = :kee", ":kee", "no column"},
	{"WHERE order_id = :id", "WHERE order_id = :c.nam", ":c.nam", "no column"},
	{"WHERE order_id = :id", "WHERE order_id = :lines.no", ":lines.no", "no lookup before this one"},
	{"rows: one, sql", "rows: one, columns: { nam: bool }, sql", "bool }", "yields no column"},
	{"    message:\n", "      - lookup: { into: made, connection: erp, rows: optional, sql: SELECT 1 AS one }\n    message:\n", "made,", "hide"},
	{"from: c.name }", "from: c.nam }", "nam } }", "no column"},
	{"from: line.no", "from: line.nr", "nr }", "no column"},
	{"each: lines", "each: note", "note, as", "not a list"},
	{"as: line,", "as: note,", "note, fields", "is a column already"},
	{"from: c.name }", "from: lines }", "lines } }", "no single value"},
	{"to: o:Key, from: key", "to: o:Key, from: made, type: int", "made, type", "cannot have the type int"},
	{"to: o:Key, from: key", "to: o:Key, from: c", "c }", "a row of its own"},
	{"root: o:Order", "root: o:Order\n      correlation_id: { from: lines }", "lines }", "no single value"},
}

// TestMappingThatDoesNotFitIsToldWithLineColumnAndRemedy breaks a sound file in ways that only the database or a row shows.
func TestMappingThatDoesNotFitIsToldWithLineColumnAndRemedy(t *testing.T) {
	w := newWorld(t).to(testbed.SharedBroker(t, testbed.Artemis))
	w.source.Exec(t, `CREATE TABLE customers (key text, name text, born date); CREATE TABLE lines (order_id bigint, no int, qty int);
		INSERT INTO customers VALUES ('A-1', 'X', NULL), ('A-1', 'Y', NULL); INSERT INTO orders (id, key, amount, note) VALUES (1, 'A-1', 1, 'n')`)
	w.source.Exec(t, fmt.Sprintf(`GRANT SELECT ON customers, lines TO %q`, w.reader.Name))
	text := fmt.Sprintf(sound, w.sourceConnection(), w.sink, w.login[0], w.login[1])
	save := func(text string) { require.NoError(t, os.WriteFile(w.path(), []byte(text), 0o600)) }
	save(text)
	out, _, code := w.run("check", "--connect")
	require.Zero(t, code, out)
	var told, wrong []string
	for _, m := range misfits {
		require.Equal(t, 1, strings.Count(text, m.old), m.old)
		edited := strings.Replace(text, m.old, m.new, 1)
		save(edited)
		out, _, code := w.run("check", "--connect")
		require.Equal(t, 78, code, "%s\n%s", m.new, out)
		got := complaints(out)
		require.Equal(t, strings.Count(out, "[fail]"), len(got), "%s: a complaint without a place or a remedy\n%s", m.new, out)
		if at := placeIn(edited, text, m.old, m.at); !slices.ContainsFunc(got, func(c string) bool {
			return strings.HasPrefix(c, "rowrelay.yaml"+at+"  ") && strings.Contains(c, m.says)
		}) {
			wrong = append(wrong, fmt.Sprintf("%s: want %s %q in\n%s", m.new, at, m.says, out))
		}
		told = append(told, got...)
	}
	require.Empty(t, wrong, strings.Join(wrong, "\n"))
	show(t, "misfits %d that only the database shows, each told by `check --connect` with 78:\n%s", len(misfits), strings.Join(told, "\n"))

	save(text)
	_, at, _ := strings.Cut(placeIn(text, text, "sql: \"SELECT name", "\"SELECT name"), ":")
	shown, _, code := w.run("preview", "orders")
	require.Equal(t, 1, code)
	require.Contains(t, shown, "would be FAILED  LOOKUP_TOO_MANY: lookup c: more than one row for key = A-1")
	require.Contains(t, shown, at+" → make the lookup's SQL select one row")
	tested, _, code := w.run("test")
	require.Equal(t, 1, code)
	require.Contains(t, tested, "got FAILED LOOKUP_TOO_MANY")
	require.Contains(t, tested, "it failed at "+w.path()+":"+at+" → make the lookup's SQL select one row")
	show(t, "a lookup of one row that finds two: told by `preview` of the row, and by `test`, with line %s of its SQL and what to do", at)
}

// placeIn is :line:column of the words at, from where the edit begins or the line in which it stands.
func placeIn(edited, text, old, at string) string {
	begin := strings.Index(text, old)
	begin = strings.LastIndex(text[:begin], "\n") + 1
	index := begin + strings.Index(edited[begin:], at)
	line := strings.Count(edited[:index], "\n") + 1
	column := index - strings.LastIndex(edited[:index], "\n")
	return fmt.Sprintf(":%d:%d", line, column)
}
