package source_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/testbed"
)

func TestAccountThatMayWriteIsRefused(t *testing.T) {
	for _, c := range []struct{ name, grant, text string }{
		{"insert", `GRANT INSERT ON orders TO %q`, "may INSERT"},
		{"update of one column", `GRANT UPDATE (amount) ON orders TO %q`, "may UPDATE"},
		{"insert of one column", `GRANT INSERT (order_no) ON orders TO %q`, "may INSERT"},
		{"delete", `GRANT DELETE ON orders TO %q`, "may DELETE"},
		{"truncate", `GRANT TRUNCATE ON orders TO %q`, "may TRUNCATE"},
		{"public", `GRANT UPDATE ON orders TO PUBLIC -- %q`, "may UPDATE"},
		{"owner", `ALTER TABLE orders OWNER TO %q`, "owns the table"},
		{"owner of the schema", `CREATE SCHEMA box AUTHORIZATION %q; ALTER TABLE orders SET SCHEMA box; ALTER ROLE %[1]q SET search_path = box`, "owns its schema"},
		{"superuser", `ALTER ROLE %q SUPERUSER`, "is a superuser"},
		{"writes all data", `GRANT pg_write_all_data TO %q`, "may INSERT, may UPDATE, may DELETE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			t.Cleanup(func() { w.ExecSuper(t, `DROP TABLE IF EXISTS orders, box.orders`) }) // before the reader's schema
			w.ExecSuper(t, fmt.Sprintf(c.grant, w.reader.Name))
			_, err := w.source().Open(deadline(t))
			s := stop(t, record.MayWrite, err)
			require.Contains(t, s.Text, "connections.erp may write to orders")
			require.Contains(t, s.Text, c.text)
			for _, line := range []string{
				"CREATE ROLE rowrelay_ro LOGIN", fmt.Sprintf("GRANT CONNECT ON DATABASE %q TO rowrelay_ro;", w.Name),
				`GRANT USAGE ON SCHEMA`, `GRANT SELECT ON`, "connections.erp.require_read_only: false",
			} {
				require.Contains(t, s.Remedy, line)
			}
			open(t, w.source(func(o *source.Options) { o.RequireReadOnly = false }))
		})
	}
}

func TestAccountThatMayBecomeAWriterIsRefused(t *testing.T) {
	for _, inherit := range []string{"INHERIT", "NOINHERIT"} {
		t.Run(inherit, func(t *testing.T) {
			w := newWorld(t)
			writer := w.Account(t)
			w.ExecSuper(t, fmt.Sprintf(`GRANT UPDATE ON orders TO %q; ALTER ROLE %q %s; GRANT %[1]q TO %[2]q`, writer.Name, w.reader.Name, inherit))
			_, err := w.source().Open(deadline(t))
			require.Contains(t, stop(t, record.MayWrite, err).Text, "may UPDATE")
		})
	}
}

func TestRemedyScriptMakesAnAccountThatIsTaken(t *testing.T) {
	w := newWorld(t)
	w.Exec(t, `CREATE SCHEMA "Odd.Sales"; CREATE TABLE "Odd.Sales"."Or""ders" (order_seq bigint PRIMARY KEY)`)
	table := func(o *source.Options) { o.Table = `"Odd.Sales"."Or""ders"` }
	_, err := w.sourceAs(w.Owner, table).Open(deadline(t))
	script := stop(t, record.MayWrite, err).Remedy
	reader := w.Account(t)
	w.ExecSuper(t, grantsIn(t, script, reader))
	open(t, w.sourceAs(reader, table))
}

func TestAccountWithoutSelectIsToldWhatToGrant(t *testing.T) {
	w := newWorld(t)
	w.Exec(t, `CREATE SCHEMA sales; CREATE TABLE sales.orders (order_seq int PRIMARY KEY, secret text, note text)`)
	table := func(o *source.Options) { o.Table = "sales.orders" }
	refused := func(edit ...func(*source.Options)) *record.Stop {
		_, err := w.source(append(edit, table)...).Open(deadline(t))
		return stop(t, record.ConfigInvalid, err)
	}
	require.Contains(t, refused().Remedy, `GRANT USAGE ON SCHEMA "sales" TO`)
	w.Exec(t, fmt.Sprintf(`GRANT USAGE ON SCHEMA sales TO %q`, w.reader.Name))
	require.Contains(t, refused().Remedy, `GRANT SELECT ON "sales"."orders" TO`)
	w.Exec(t, fmt.Sprintf(`GRANT SELECT (order_seq, note) ON sales.orders TO %q`, w.reader.Name))
	require.Contains(t, refused().Text, "permission denied")
	open(t, w.source(table, func(o *source.Options) { o.Columns = []string{"note"} }))
}

func TestDatabaseThatIsNotThereIsRefused(t *testing.T) {
	w := newWorld(t)
	reader := w.reader
	reader.URL = strings.Replace(reader.URL, w.Name, "nowhere", 1)
	_, err := w.sourceAs(reader).Open(deadline(t))
	require.Contains(t, stop(t, record.ConfigInvalid, err).Text, `database "nowhere" does not exist`)
}

func TestNotesSayWhatCannotBeProven(t *testing.T) {
	w := newWorld(t)
	w.Exec(t, `CREATE TABLE loose (order_seq int, n int); CREATE VIEW seen AS SELECT * FROM orders; CREATE TABLE strict (order_seq int NOT NULL, n int);
		CREATE INDEX ON strict (order_seq, n); CREATE TABLE parts (order_seq int PRIMARY KEY) PARTITION BY RANGE (order_seq)`)
	for _, c := range []struct {
		table string
		notes []string
	}{
		{"orders", nil},
		{"parts", nil},
		{"loose", []string{`no index begins with "order_seq"`, "may be NULL"}},
		{"strict", []string{"no unique index"}},
		{"seen", []string{"no plain table"}},
	} {
		t.Run(c.table, func(t *testing.T) {
			w.grant(c.table)
			notes := open(t, w.source(func(o *source.Options) { o.Table = c.table })).Notes
			require.Len(t, notes, len(c.notes))
			for i, n := range notes {
				require.Contains(t, n, c.notes[i])
			}
		})
	}
	notes := open(t, w.source(func(o *source.Options) { o.Table, o.Query = "", "TABLE orders" })).Notes
	require.Contains(t, notes[0], "READ ONLY transaction alone")
}

func TestServerThatHidesItsIdentityIsReadWithANote(t *testing.T) {
	w := newWorld(t)
	w.ExecSuper(t, `REVOKE EXECUTE ON FUNCTION pg_control_system(), pg_control_checkpoint() FROM PUBLIC`)
	w.fill(1, 3)
	s := w.source()
	d := open(t, s)
	require.Empty(t, d.Identity.Server)
	require.EqualValues(t, 1, d.Identity.Timeline, "a primary tells it by its write position")
	require.Len(t, d.Notes, 1)
	require.Contains(t, d.Notes[0], "GRANT EXECUTE ON FUNCTION pg_control_system()")
	require.Len(t, read(t, s, 0, page).Records, 3)
}

// TestQueryCannotWrite: even as the owner, nothing leaves the READ ONLY transaction.
func TestQueryCannotWrite(t *testing.T) {
	w := newWorld(t)
	w.Exec(t, `CREATE SEQUENCE taken; CREATE FUNCTION sneak() RETURNS bigint LANGUAGE sql AS $$ INSERT INTO orders VALUES (99) RETURNING order_seq $$`)
	w.fill(1, 1)
	for _, call := range []string{"nextval('taken')", "sneak()"} {
		s := w.sourceAs(w.Owner, func(o *source.Options) {
			o.Table, o.Query = "", "SELECT order_seq, "+call+" AS sneaked FROM orders"
		})
		open(t, s)
		_, err := s.Read(deadline(t), source.Query{After: 0, Limit: page})
		require.Contains(t, stop(t, record.ConfigInvalid, err).Text, "read-only transaction")
	}
	s := w.source()
	open(t, s)
	require.Equal(t, []int64{1}, numbers(read(t, s, 0, page).Records))
}

var grantLines = regexp.MustCompile(`(?m)^GRANT .* TO rowrelay_ro;$`)

// grantsIn takes the GRANTs out of a remedy, for an account that is there already.
func grantsIn(t testing.TB, remedy string, a testbed.Account) string {
	grants := grantLines.FindAllString(remedy, -1)
	require.Len(t, grants, 3)
	script := ""
	for _, g := range grants {
		script += g[:len(g)-len("rowrelay_ro;")] + fmt.Sprintf("%q;", a.Name)
	}
	return script
}
