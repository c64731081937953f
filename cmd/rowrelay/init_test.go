package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
)

// inFolder works in an empty folder, with no secret and no store at hand, and returns its path.
func inFolder(t *testing.T) string {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, name := range []string{"STATE_DIRECTORY", "ROWRELAY_CONFIG", sourcePassword, brokerPassword} {
		t.Setenv(name, "")
		require.NoError(t, os.Unsetenv(name))
	}
	here, err := os.Getwd()
	require.NoError(t, err)
	return here
}

// odd makes a SQLite file with tables of awkward names, and returns its URL.
func odd(t *testing.T) string {
	t.Helper()
	url := "sqlite:" + filepath.Join(t.TempDir(), "odd.db")
	db, err := database.Open(database.Options{Name: "odd", URL: url})
	require.NoError(t, err)
	defer db.Close()
	_, err = db.Exec(`CREATE TABLE orders (order_seq INTEGER PRIMARY KEY, amount REAL, "Größe" TEXT, "null" BLOB);
		INSERT INTO orders VALUES (1, 2.5, 'a', x'00ff'), (2, 3, 'b', NULL), (3, 4, 'c', x'01');
		CREATE TABLE "Order Items" ("Nr." INTEGER NOT NULL UNIQUE, note TEXT);
		INSERT INTO "Order Items" VALUES (7, 'x');
		CREATE TABLE "a.b ""c"" ${d}" (id INTEGER PRIMARY KEY AUTOINCREMENT, "if" TEXT);
		INSERT INTO "a.b ""c"" ${d}" VALUES (9, 'y');
		CREATE TABLE parts (a INT, b INT, PRIMARY KEY (a, b));
		CREATE TABLE notes (note TEXT);
		CREATE TABLE "bell` + "\a" + `" (id INTEGER PRIMARY KEY);
		CREATE VIEW open_orders AS SELECT order_seq, amount FROM orders`)
	require.NoError(t, err)
	return url
}

// dialogue types an init where a person sits, who answers.
func dialogue(t *testing.T, answers string, n initCmd, more globals) said {
	t.Helper()
	var out, err bytes.Buffer
	c := newConsole(strings.NewReader(answers), &out, &err, true)
	c.asking = true
	more.console, more.typed = c, []string{"init"}
	problem := n.Run(t.Context(), &more)
	return said{c.report(problem), out.String(), err.String()}
}

// runsAtOnce checks the file, makes a message of a row, and returns the documents.
func runsAtOnce(t *testing.T, feed, seq string) string {
	t.Helper()
	got := rowrelay("check")
	require.Equal(t, exitOK, got.code, got.out)
	require.Contains(t, got.out, "Summary: 0 failed · 0 warnings")
	got = rowrelay("preview", feed, "--seq", seq, "--xml")
	require.Equal(t, exitOK, got.code, got.out+got.err)
	return got.out
}

func TestInitWritesAFileThatRunsAtOnce(t *testing.T) {
	url := odd(t)
	for name, row := range map[string]struct{ table, sequence, feed, line, seq, document string }{
		"a plain table":    {"orders", "order_seq", "orders", "table: orders\n", "1", "<Orders><order_seq>1</order_seq><amount>2.5</amount><Größe>a</Größe><null>AP8=</null></Orders>"},
		"blanks and a dot": {"Order Items", "Nr.", "Order_Items", "table: \"Order Items\"\n      sequence: Nr.\n", "7", "<OrderItems><Nr.>7</Nr.><note>x</note></OrderItems>"},
		"all that hurts":   {`a.b "c" ${d}`, "id", "a_b_c_d", "table: '\"a.b \"\"c\"\" $${d}\"'\n", "9", "<ABCD><id>9</id><if>y</if></ABCD>"},
		"a view":           {"open_orders", "order_seq", "open_orders", "table: open_orders\n", "2", "<OpenOrders><order_seq>2</order_seq><amount>3</amount></OpenOrders>"},
	} {
		for _, mapping := range []string{"--start=first", "--fields"} {
			t.Run(name+mapping, func(t *testing.T) {
				inFolder(t)
				got := rowrelay("init", "--url", url, "--table", row.table, "--sequence", row.sequence, "--yes", mapping)
				require.Equal(t, exitOK, got.code, got.err)
				require.NoFileExists(t, "rowrelay.env")
				text, err := os.ReadFile("rowrelay.yaml")
				require.NoError(t, err)
				require.Contains(t, string(text), row.line)
				require.Contains(t, runsAtOnce(t, row.feed, row.seq), row.document)
			})
		}
	}
}

func TestInitSaysWhatItWroteAndWhatToTypeNext(t *testing.T) {
	here := inFolder(t)
	url := odd(t)
	got := rowrelay("init", "--url", url, "--table", "orders", "--yes", "--start", "first")
	require.Equal(t, exitOK, got.code, got.err)
	require.Equal(t, "Wrote rowrelay.yaml (15 lines), rowrelay.schema.json (for editors).  Next: rowrelay preview orders --limit 1\nThen: rowrelay check --connect, which tries the broker too\n", got.out)
	require.Contains(t, got.err, "stomp://localhost:61613 is a placeholder")

	got = rowrelay("init", "--url", url, "--table", "orders", "--yes", "--dir", "new/dir", "--broker", "stomp://mq:61613")
	require.Equal(t, exitOK, got.code, got.err)
	require.Equal(t, "Wrote new/dir/rowrelay.yaml (15 lines), new/dir/rowrelay.schema.json (for editors).  Next: rowrelay preview orders --seq=3 -c new/dir/rowrelay.yaml\n"+
		"Then: rowrelay check --connect -c new/dir/rowrelay.yaml, which tries the broker too\n", got.out, "beginning now, preview shows no row unasked")
	require.NotContains(t, got.err, "placeholder")

	got = rowrelay("init", "--url", url, "--table", "orders", "--yes", "-c", "json.yml", "-o", "json")
	require.Equal(t, exitOK, got.code, got.err)
	var wrote initialized
	require.NoError(t, json.Unmarshal([]byte(got.out), &wrote))
	text, err := os.ReadFile(filepath.Join(here, "json.yml"))
	require.NoError(t, err)
	require.Equal(t, string(text), wrote.Config)
	wrote.Config = ""
	require.Equal(t, initialized{File: "json.yml", SchemaFile: "rowrelay.schema.json", Feed: "orders", Table: "orders", Sequence: "order_seq", Start: "now", Queue: "ORDERS",
		Broker: placeholder, RequireReadOnly: true}, wrote)
}

func TestInitOverwritesNothing(t *testing.T) {
	url := odd(t)
	for _, name := range []string{"rowrelay.yaml", "rowrelay.env"} {
		inFolder(t)
		require.NoError(t, os.WriteFile(name, []byte("mine"), 0o600))
		got := rowrelay("init", "--url", url, "--table", "orders", "--yes")
		require.Equal(t, exitNo, got.code)
		require.Contains(t, got.err, name+" is there already")
		require.Contains(t, got.err, "--dir DIR")
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, "mine", string(text))
		entries, err := os.ReadDir(".")
		require.NoError(t, err)
		require.Len(t, entries, 1)
	}
}

func TestInitWritesAllFilesOrNone(t *testing.T) {
	here := inFolder(t)
	all := []leaf{{"a.env", "a", 0o600}, {"b.json", "b", 0o644}, {"gone/c.yaml", "c", 0o644}}
	require.Error(t, createAll(all), "there is no folder for the last")
	entries, err := os.ReadDir(here)
	require.NoError(t, err)
	require.Empty(t, entries)
	require.NoError(t, createAll(all[:2]))
	require.ErrorContains(t, createAll(all[1:2]), "overwrites nothing")
	require.FileExists(t, "b.json", "what was there is not removed")
}

func TestWhatInitWritesIsCompletedByEditors(t *testing.T) {
	inFolder(t)
	url := odd(t)
	require.Equal(t, exitOK, rowrelay("init", "--url", url, "--table", "orders", "--yes", "--fields").code)
	text, err := os.ReadFile("rowrelay.yaml")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(text), "# yaml-language-server: $schema=./rowrelay.schema.json\n"), "editors look at the first line alone")
	schema, err := os.ReadFile("rowrelay.schema.json")
	require.NoError(t, err)
	require.True(t, string(schema) == rowrelay("schema", "config").out, "the schema is that of this version")
	require.NoError(t, compiledSchema(t).Validate(asEditor(t, string(text))), "nothing is marked in a file that nobody has touched")

	require.NoError(t, os.WriteFile("rowrelay.schema.json", []byte("mine"), 0o600))
	got := rowrelay("init", "--url", url, "--table", "orders", "--yes", "-c", "second.yaml")
	require.Equal(t, exitOK, got.code, got.err)
	require.NotContains(t, got.out, "schema", "one that is there stays")
	require.Contains(t, got.err, "rowrelay.schema.json was there already and is another version's; for this one: rowrelay -c second.yaml schema config > rowrelay.schema.json\n")
	schema, err = os.ReadFile("rowrelay.schema.json")
	require.NoError(t, err)
	require.Equal(t, "mine", string(schema))
}

func TestInitNamesTheFlagOfAQuestionThatNobodyCanAnswer(t *testing.T) {
	inFolder(t)
	url := odd(t)
	for _, row := range []struct {
		args []string
		flag string
	}{
		{nil, "--url is missing"},
		{[]string{"--url", "postgres://erp-db/erp"}, "--user is missing"},
		{[]string{"--url", "postgres://erp-db/erp", "--user", "relay_ro", "--yes"}, "--password-env is missing"},
		{[]string{"--url", "postgres://erp-db/erp", "--user", "relay_ro", "--password-env", "NO_SUCH_VARIABLE"}, "NO_SUCH_VARIABLE is not set"},
		{[]string{"--url", url, "--broker-user", "relay"}, "$" + brokerPassword + " is missing"},
		{[]string{"--url", url}, "--table is missing"},
		{[]string{"--url", url, "--table", "orders"}, "--queue is missing"},
		{[]string{"--url", url, "--table", "orders", "--queue", "Q"}, "--start is missing"},
		{[]string{"--url", url, "--table", "parts", "--yes"}, "its integer columns are a, b"},
		{[]string{"--url", url, "--table", "notes", "--yes"}, "notes has no integer column"},
		{[]string{"--url", url, "--table", "oders", "--yes"}, "there is no table oders\n  → did you mean \"orders\"?"},
		{[]string{"--url", url, "--table", "customers", "--yes"}, "there is no table customers\n  → names are spelled as"},
		{[]string{"--url", url, "--table", "orders", "--sequence", "order_sq", "--yes"}, `--sequence: orders has no column "order_sq"`},
		{[]string{"--url", url, "--table", "orders", "--sequence", "Größe", "--yes"}, "must be an integer column"},
		{[]string{"--url", url, "--table", "orders", "--yes", "--broker", "stomp://mq"}, "broker: the address has no port"},
		{[]string{"--url", url, "--table", "orders", "--yes", "--broker", "mq:61613"}, "--broker: a broker's URL begins with stomp:// or stomp+tls://"},
		{[]string{"--url", url, "--table", "orders", "--yes", "--broker", "amqp://mq:5672"}, "most brokers listen for STOMP at a port of its own"},
		{[]string{"--url", strings.TrimPrefix(url, "sqlite:")}, "→ write --url " + url},
		{[]string{"--url", url, "--table", "orders", "--yes", "--feed", "a b"}, "a feed's name is"},
		{[]string{"--url", url, "--grants"}, "a SQLite file has no accounts"},
		{[]string{"--url", url, "--table", "orders", "--table", "notes", "--yes"}, "with --grants only"},
		{[]string{"--url", url, "--dir", "a", "-c", "b.yaml"}, "--dir and -c exclude each other"},
		{[]string{"--url", "mysql://erp-db/erp"}, "neither with sqlite: nor with postgres"},
	} {
		got := rowrelay(append([]string{"init"}, row.args...)...)
		require.Equal(t, exitUsage, got.code, "%v: %s", row.args, got.err)
		require.Contains(t, got.err, row.flag)
		require.Contains(t, got.err, "→ ")
		require.NoFileExists(t, "rowrelay.yaml")
	}
}

func TestInitBeginsAboveANumber(t *testing.T) {
	inFolder(t)
	got := rowrelay("init", "--url", odd(t), "--table", "orders", "--yes", "--start=1")
	require.Equal(t, exitOK, got.code, got.err)
	text, err := os.ReadFile("rowrelay.yaml")
	require.NoError(t, err)
	require.Contains(t, string(text), "start: 1\n")
	got = rowrelay("preview", "orders", "--limit", "1", "--xml")
	require.Contains(t, got.out, "<order_seq>2</order_seq>", got.err)
}

func TestInitTakesAStartThatIsTypedAsTheFlagTakesIt(t *testing.T) {
	n := initCmd{URL: odd(t), Table: []string{"orders"}, Queue: "Q", Feed: "orders", Broker: "stomp://mq:61613"}
	for answer, start := range map[string]string{"": "now", "now": "now", "first": "first", "0": "0", "1": "1", "2": "2", "3": "3", "-7": "-7"} {
		inFolder(t)
		got := dialogue(t, "later\n1.5\n99999999999999999999\n"+answer+"\n", n, globals{Output: "table"})
		require.Equal(t, exitOK, got.code, got.err)
		require.Equal(t, 3, strings.Count(got.err, "type now, first, or a whole number, above which to begin\n"))
		text, err := os.ReadFile("rowrelay.yaml")
		require.NoError(t, err)
		require.Contains(t, string(text), "start: "+start+"\n")
	}
}

func TestInitShowsWhereANumberCouldBegin(t *testing.T) {
	url := odd(t)
	db, err := database.Open(database.Options{Name: "odd", URL: url})
	require.NoError(t, err)
	defer db.Close()
	_, err = db.Exec(`CREATE TABLE empty (id INTEGER PRIMARY KEY)`)
	require.NoError(t, err)
	for table, question := range map[string]string{
		"orders":      "Begin with: now (new rows only), first (all rows, 3 today), or a number (the rows above it; the highest is 3) [now]: ",
		"Order Items": "Begin with: now (new rows only), first (all rows, 1 today), or a number (the rows above it; the highest is 7) [now]: ",
		"empty":       "Begin with: now (new rows only), first (all rows, 0 today), or a number (the rows above it) [now]: ",
	} {
		inFolder(t)
		got := dialogue(t, "2\n", initCmd{URL: url, Table: []string{table}, Queue: "Q", Feed: "f", Broker: "stomp://mq:61613"}, globals{Output: "table"})
		require.Equal(t, exitOK, got.code, got.err)
		require.Contains(t, got.err, question)
	}
}

func TestInitWarnsOfANumberThatNoRowHasReached(t *testing.T) {
	n := initCmd{URL: odd(t), Table: []string{"orders"}, Queue: "Q", Feed: "orders", Broker: "stomp://mq:61613"}
	for answer, warned := range map[string]bool{"3": false, "4": true, "now": false} {
		inFolder(t)
		got := dialogue(t, answer+"\n", n, globals{Output: "table"})
		require.Equal(t, exitOK, got.code, got.err)
		require.Equal(t, warned, strings.Contains(got.err, "[warn] orders  the highest number is 3: new rows up to 4 will not be sent\n"), got.err)
	}
}

func TestInitListsTheWordsOfStart(t *testing.T) {
	inFolder(t)
	for _, word := range []string{"later", "1.5", "99999999999999999999"} {
		got := rowrelay("init", "--start", word, "--yes")
		require.Equal(t, exitUsage, got.code)
		require.Equal(t, "rowrelay: --start \""+word+"\" is no start\n"+
			"  → write now (skip the rows that are there), first (send them all), or a number (send the rows above it)\n", got.err)
	}
}

func TestInitNamesTablesThatHaveANumberWhereOneHasNone(t *testing.T) {
	inFolder(t)
	got := rowrelay("init", "--url", odd(t), "--table", "notes", "--yes")
	require.Equal(t, exitUsage, got.code)
	require.Equal(t, `rowrelay: notes has no integer column, and rowrelay follows a number that grows with every row
  → name another table, these have one: --table 'Order Items', '"a.b ""c"" ${d}"', orders;
    or let its owner give it an INTEGER PRIMARY KEY;
    or name a view that has one, or write a source.query with one into the file
`, got.err)
}

func TestInitAsksForTheColumnThatNothingTells(t *testing.T) {
	inFolder(t)
	n := initCmd{URL: odd(t), Table: []string{"open_orders"}, Queue: "Q", Feed: "orders", Start: "first", Broker: "stomp://mq:61613"}
	got := dialogue(t, "\namount\norder_seq\n", n, globals{Output: "table"})
	require.Equal(t, exitOK, got.code, got.err)
	require.Contains(t, got.err, "Which column of open_orders grows with every row (order_seq)? an answer is needed\n")
	require.Contains(t, got.err, "type one of the names in brackets; Ctrl-C ends\n")
	text, err := os.ReadFile("rowrelay.yaml")
	require.NoError(t, err)
	require.Contains(t, string(text), "table: open_orders\n      sequence: order_seq\n")
}

func TestInitRefusesNumbersThatRepeatAndWarnsOfThoseThatMay(t *testing.T) {
	url := odd(t)
	db, err := database.Open(database.Options{Name: "odd", URL: url})
	require.NoError(t, err)
	defer db.Close()
	_, err = db.Exec(`CREATE TABLE shared (once INTEGER, twice INT, thrice INT, empty INT);
		INSERT INTO shared VALUES (1, 4, 3, NULL), (2, 4, 3, NULL), (3, 5, 3, NULL), (4, 5, 9, NULL)`)
	require.NoError(t, err)
	for column, want := range map[string]struct {
		code int
		text string
	}{
		"once":   {exitOK, `[warn] shared  nothing keeps the numbers of "once" unique; no two rows share one today`},
		"empty":  {exitOK, `nothing keeps the numbers of "empty" unique; no two rows share one today`},
		"twice":  {exitUsage, `--sequence: "twice" of shared is not unique: 2 numbers are shared by several rows, the lowest is 4`},
		"thrice": {exitUsage, `--sequence: "thrice" of shared is not unique: 1 number is shared by several rows, the lowest is 3`},
	} {
		inFolder(t)
		got := rowrelay("init", "--url", url, "--table", "shared", "--sequence", column, "--yes")
		require.Equal(t, want.code, got.code, got.err)
		require.Contains(t, got.err, want.text)
		require.Contains(t, got.err, "SEQUENCE_NOT_UNIQUE")
	}
	got := rowrelay("init", "--url", url, "--table", "orders", "--yes", "-c", "unique.yaml")
	require.NotContains(t, got.err, "unique;")
}

func TestABadFeedNameIsOneFault(t *testing.T) {
	inFolder(t)
	got := rowrelay("init", "--url", odd(t), "--table", "orders", "--yes", "--feed", "Auf träge")
	require.Equal(t, exitUsage, got.code)
	require.Equal(t, "rowrelay: feed \"Auf träge\": a feed's name is of letters, digits, '_' and '-', at most 64\n"+
		"  → Auf_traege would do; it is the feed's identity in the store\n", got.err)
}

func TestInitDoesNotRepeatAPasswordFromAURL(t *testing.T) {
	inFolder(t)
	for _, args := range [][]string{
		{"--url", "postgres://relay:hunter2@erp-db/erp"},
		{"--url", "postgres://erp-db/erp?password=hunter2"},
		{"--url", "sqlite:erp.db", "--broker", "stomp://relay:hunter2@mq:61613"},
	} {
		got := rowrelay(append([]string{"init"}, args...)...)
		require.Equal(t, exitUsage, got.code)
		require.NotContains(t, got.out+got.err, "hunter2")
		require.Contains(t, got.err, "PASSWORD")
	}
}

func TestInitTellsWhatItDoesNotOffer(t *testing.T) {
	inFolder(t)
	got := rowrelay("init", "--url", odd(t))
	require.Contains(t, got.err, "not offered: parts has no growing number")
	require.Contains(t, got.err, "not offered: notes has no integer column")
	require.Contains(t, got.err, `bell\u0007 has a name that the file cannot hold`)
	require.NotContains(t, got.err, "open_orders", "a view is taken only if it is named")
	require.Contains(t, got.err, "not offered: views and partitions; name one with --table NAME\n")
	require.Regexp(t, `(?m)^  1  orders +order_seq  INTEGER PRIMARY KEY, unique  3 rows$`, got.err)
	require.Regexp(t, `(?m)^  3  Order Items +Nr\. +INTEGER, unique +1 row$`, got.err)
}

func TestInitAsksAndTakesAnswers(t *testing.T) {
	inFolder(t)
	got := dialogue(t, odd(t)+"\n9\n3\n\nERP.ITEMS\nall\nfirst\n\n", initCmd{}, globals{Output: "table"})
	require.Equal(t, exitOK, got.code, got.err)
	require.Contains(t, got.err, "Database, postgres://host:5432/database or sqlite:FILE: ")
	require.Contains(t, got.err, "Table: type a number from 1 to 3\n")
	require.Contains(t, got.err, "Feed [Order_Items]: Queue [ORDER_ITEMS]: ")
	require.Contains(t, got.err, "Begin with: now (new rows only), first (all rows, 1 today), or a number (the rows above it; the highest is 7) [now]: type now, first, or a whole number, above which to begin\n")
	require.Contains(t, got.err, "Broker [stomp://localhost:61613]: stomp://localhost:61613 is a placeholder", "a placeholder has no account to be asked for")
	require.Equal(t, "Wrote rowrelay.yaml (15 lines), rowrelay.schema.json (for editors).  Next: rowrelay preview Order_Items --limit 1\nThen: rowrelay check --connect, which tries the broker too\n", got.out)
	text, err := os.ReadFile("rowrelay.yaml")
	require.NoError(t, err)
	require.Contains(t, string(text), "start: first\n")
	require.Contains(t, string(text), "queue: ERP.ITEMS }")
	require.Contains(t, runsAtOnce(t, "Order_Items", "7"), "<note>x</note>")
}

func TestInitTellsHowToAnswer(t *testing.T) {
	inFolder(t)
	got := dialogue(t, "?\n"+odd(t)+"\n?\n1\n?\n\n?\n\n?\n\n?\nstomp://mq:61613\n?\n\n", initCmd{}, globals{Output: "table"})
	require.Equal(t, exitOK, got.code, got.err)
	require.True(t, strings.HasPrefix(got.err, howToAnswer+"\nDatabase, "), got.err)
	require.Equal(t, 1, strings.Count(got.err, howToAnswer+"\n"))
	for _, flag := range []string{"--url", "--table", "--feed", "--queue", "--start", "--broker", "--broker-user"} {
		require.Equal(t, 1, strings.Count(got.err, helps[flag]+"\n"), flag)
	}
	text, err := os.ReadFile("rowrelay.yaml")
	require.NoError(t, err)
	require.Contains(t, string(text), "queue: ORDERS }", "a question mark is no queue")

	got = dialogue(t, "", initCmd{}, globals{Output: "table", Quiet: true, Config: "x.yaml"})
	require.NotContains(t, got.err, howToAnswer)
}

func TestInitChoosesNoneAmongEqualTables(t *testing.T) {
	inFolder(t)
	url := odd(t)
	got := rowrelay("init", "--url", url, "--yes")
	require.Equal(t, exitUsage, got.code, got.err)
	require.Contains(t, got.err, "--yes does not choose among equals: --table is missing\n  → rowrelay init --url "+url+" --yes --table orders  takes the first of them")
	require.NoFileExists(t, "rowrelay.yaml")

	got = dialogue(t, "\n1\n\n\n\n\n", initCmd{URL: url}, globals{Output: "table"})
	require.Equal(t, exitOK, got.code, got.err)
	require.Contains(t, got.err, "Table: type a number from 1 to 3\n")
}

func TestInitTakesTheOnlyTableThatIsMeantToGrow(t *testing.T) {
	inFolder(t)
	url := odd(t)
	db, err := database.Open(database.Options{Name: "odd", URL: url})
	require.NoError(t, err)
	defer db.Close()
	_, err = db.Exec(`DROP TABLE "a.b ""c"" ${d}"`)
	require.NoError(t, err)
	got := dialogue(t, "\n\n\n\n\n", initCmd{URL: url}, globals{Output: "table"})
	require.Equal(t, exitOK, got.code, got.err)
	require.Contains(t, got.err, "Table [1]: ")
	require.Contains(t, got.out, "preview orders")
	require.Equal(t, exitOK, rowrelay("init", "--url", url, "--yes", "-c", "yes.yaml").code)
}

func TestInitAsksForFeedAndBrokerUntilTheyAreSound(t *testing.T) {
	inFolder(t)
	n := initCmd{URL: odd(t), Table: []string{"orders"}, Queue: "Q", Start: "first"}
	got := dialogue(t, "Auf träge\nauftrag\nmq:61613\nstomp://mq\nstomp://relay:hunter2@mq:61613\nstomp://mq:61613\nrelay\nsecret\n", n, globals{Output: "table"})
	require.Equal(t, exitOK, got.code, got.err)
	require.Regexp(t, `(?s)Feed \[orders\]: .*a feed's name is.*Feed \[orders\]: Broker `, got.err)
	require.Regexp(t, `(?s)Broker .*begins with stomp://.*Broker .*the address has no port.*Broker .*no user and no password.*Broker .*User at the broker \(empty: none\): Password of relay `, got.err)
	require.NotContains(t, got.out+got.err, "hunter2")
	require.NotContains(t, got.err, "placeholder")
	require.NotContains(t, got.err, "--", "no flag was typed for feed and broker")
	text, err := os.ReadFile("rowrelay.yaml")
	require.NoError(t, err)
	require.Contains(t, string(text), `broker: { url: "stomp://mq:61613", user: relay, password:`)
	require.Contains(t, string(text), "  auftrag:\n")
	require.Contains(t, string(text), "root: Auftrag }")
	require.Equal(t, "secret", sourced(t, "./rowrelay.env", brokerPassword))
}

func TestInitDoesNotAskForWhatAFlagSays(t *testing.T) {
	inFolder(t)
	n := initCmd{URL: odd(t), Table: []string{"orders"}, Queue: "Q", Start: "first", Feed: "mine", Broker: "stomp://mq:61613"}
	got := dialogue(t, "", n, globals{Output: "table"})
	require.Equal(t, exitOK, got.code, got.err)
	require.Empty(t, got.err)
	require.Contains(t, got.out, "preview mine")
}

func TestInitAsksForAnotherDatabaseWhereOneLeadsNowhere(t *testing.T) {
	url := odd(t)
	flags := initCmd{Table: []string{"orders"}, Queue: "Q", Start: "first", Feed: "mine", Broker: "stomp://mq:61613"}
	const again, ended = "Database (empty: end): ", "no other database was named; nothing was written"
	for name, row := range map[string]struct {
		answers string
		code    int
		said    []string
	}{
		"another":           {"sqlite:gone.db\n" + url + "\n", exitOK, []string{"there is no file", "→ a path without a leading / begins", again}},
		"no database's URL": {"mysql://erp/erp\n" + url + "\n", exitOK, []string{"neither with sqlite: nor with postgres", again}},
		"a file's name":     {strings.TrimPrefix(url, "sqlite:") + "\n" + url + "\n", exitOK, []string{"this begins neither with sqlite: nor with postgres", "→ type " + url, again}},
		"a login in it":     {"postgres://relay:hunter2@erp/erp\n" + url + "\n", exitOK, []string{again}},
		"a folder, no file": {"sqlite:.\nsqlite:gone.db\n" + url + "\n", exitOK, []string{"is a folder", "there is no file"}},
		"an empty answer":   {"sqlite:gone.db\n\n", exitAway, []string{again, ended}},
		"no answer":         {"sqlite:gone.db\n", exitAway, []string{again, ended}},
	} {
		t.Run(name, func(t *testing.T) {
			inFolder(t)
			got := dialogue(t, row.answers, flags, globals{Output: "table"})
			require.Equal(t, row.code, got.code, got.err)
			for _, text := range row.said {
				require.Contains(t, got.err, text)
			}
			require.NotContains(t, got.err, "hunter2")
			require.NotContains(t, got.err, "--", "no flag was typed")
		})
	}
	inFolder(t)
	flags.URL, flags.Yes = "sqlite:gone.db", true
	got := dialogue(t, url+"\n", flags, globals{Output: "table"})
	require.Equal(t, exitAway, got.code, "--yes does not ask")
}

func TestInitTakesAnEmptyAnswerForTheDefaultAndTheEndOfTheInputForNone(t *testing.T) {
	inFolder(t)
	url := odd(t)
	got := dialogue(t, "1\n\n", initCmd{URL: url}, globals{Output: "table"})
	require.Equal(t, exitNo, got.code)
	require.Contains(t, got.err, "the questions were not answered; nothing was written")
	require.NoFileExists(t, "rowrelay.yaml")

	got = dialogue(t, "1\n\n\n\n\n", initCmd{URL: url}, globals{Output: "table"})
	require.Equal(t, exitOK, got.code, got.err)
	text, err := os.ReadFile("rowrelay.yaml")
	require.NoError(t, err)
	require.Contains(t, string(text), "table: orders\n      sequence: order_seq\n      start: now\n")
}

func TestInitKeepsTheBrokersPasswordOutOfTheFile(t *testing.T) {
	inFolder(t)
	const hard = "p'\"w $HOME `id` \\ #1"
	got := dialogue(t, hard+"\n1\n\n\n\n", initCmd{URL: odd(t), Broker: "stomp://mq:61613", BrokerUser: "relay"}, globals{Output: "table"})
	require.Equal(t, exitOK, got.code, got.err)
	require.Contains(t, got.out, ", rowrelay.env (passwords, mode 0600), rowrelay.schema.json (for editors).  Next: set -a; . ./rowrelay.env; set +a; rowrelay preview orders")
	require.NotContains(t, got.out+got.err, hard)
	text, err := os.ReadFile("rowrelay.yaml")
	require.NoError(t, err)
	require.Contains(t, string(text), `password: "${ROWRELAY_BROKER_PASSWORD:?it stands in rowrelay.env}"`)
	require.NotContains(t, string(text), hard)
	at, err := os.Stat("rowrelay.env")
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), at.Mode().Perm())
	require.Equal(t, hard, sourced(t, "./rowrelay.env", brokerPassword))
}

// sourced is a variable as a shell has it from the file.
func sourced(t require.TestingT, path, name string) string {
	out, err := exec.Command("sh", "-c", `set -a; . "$1"; set +a; printenv "$2"; echo .`, "sh", path, name).Output()
	require.NoError(t, err)
	return strings.TrimSuffix(string(out), "\n.\n")
}

func TestAnyPasswordComesBackFromTheFileOfSecrets(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "x.env")
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[ -~äß€\n]{1,20}`).Draw(t, "value")
		require.NoError(t, os.WriteFile(path, []byte(envFile("x.env", []variable{{"SECRET", value}})), 0o600))
		require.Equal(t, value, sourced(t, path, "SECRET"))
	})
}

func TestAnyNameComesBackFromTheFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := answers{url: "sqlite:/erp.db", broker: placeholder, start: "now", feed: "orders"}
		name := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z"'\\${}:#.ä ]{1,8}`), rapid.SampledFrom([]string{"null", "~", "true", "-", "1e3", "0x1", "=", "<<", "y", "---"}))
		a.table, a.sequence, a.queue = name.Draw(t, "table"), name.Draw(t, "sequence"), name.Draw(t, "queue")
		a.columns = []record.Column{{Name: a.sequence, Kind: record.Integer}}
		file, found := a.parse()
		if found.Err() != nil { // a name that the file cannot hold is refused, never changed
			require.Error(t, a.faults())
			return
		}
		f := file.Feeds["orders"]
		require.Equal(t, []string{a.table, a.sequence, a.queue}, []string{f.Source.Table, f.Source.Sequence, f.Sink.Queue})
	})
}

func TestInitKeepsTheIdOfAStoreThatIsThere(t *testing.T) {
	w := newWorld(t)
	folder := os.Getenv("STATE_DIRECTORY")
	inFolder(t)
	t.Setenv("STATE_DIRECTORY", folder)
	require.Equal(t, exitOK, rowrelay("init", "--url", odd(t), "--table", "orders", "--yes").code)
	text, err := os.ReadFile("rowrelay.yaml")
	require.NoError(t, err)
	require.Contains(t, string(text), `store: { id: "`+w.store.ID()+`" }`)
}

func TestInitOnAFileThatIsNotThereIsAway(t *testing.T) {
	inFolder(t)
	got := rowrelay("init", "--url", "sqlite:gone.db", "--yes")
	require.Equal(t, exitAway, got.code)
	require.Contains(t, got.err, "there is no file")
	require.NoFileExists(t, "gone.db")
	require.NoError(t, os.WriteFile("text.db", []byte(strings.Repeat("no database\n", 100)), 0o600))
	require.Equal(t, exitAway, rowrelay("init", "--url", "sqlite:text.db", "--yes").code)
}
