package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/testbed"
)

func TestMain(m *testing.M) { testbed.Main(m) }

// real is a PostgreSQL source and store with a table orders and an account that may read it.
type real struct {
	*testbed.Database
	reader testbed.Account
	broker string
}

func newReal(t *testing.T) *real {
	t.Helper()
	d := testbed.SharedPostgres(t).Database(t)
	r := &real{Database: d, reader: d.Account(t), broker: mq(t)}
	d.Exec(t, `CREATE TABLE orders (order_seq bigint PRIMARY KEY, amount numeric(12,2), loose bigint)`)
	d.Exec(t, fmt.Sprintf(`GRANT SELECT ON orders TO %q`, r.reader.Name))
	return r
}

// file writes a configuration; sequence is the source's column, password the reader's.
func (r *real) file(t *testing.T, sequence, password string) string {
	t.Helper()
	url := "postgres://" + r.Server.Addr + "/" + r.Name + "?sslmode=disable"
	return file(t, "rowrelay.yaml", fmt.Sprintf(`connections:
  erp: { url: %q, user: %q, password: %q }
  relaydb: { url: %q, user: %q, password: %q }
  mq: { url: %q }
store: { connection: relaydb, id: acme-prod }
feeds:
  orders:
    source: { connection: erp, table: orders, sequence: %s, start: first }
    message: { root: Order }
    sink: { connection: mq, queue: ERP.ORDERS }
`, url, r.reader.Name, password, url, r.Owner.Name, r.Owner.Password, r.broker, sequence))
}

func TestCheckConnectOnPostgreSQL(t *testing.T) {
	r := newReal(t)
	path := r.file(t, "order_seq", r.reader.Password)
	got := rowrelay("check", "--connect", path)
	require.Equal(t, exitOK, got.code, got.out)
	require.Regexp(t, `(?m)^\[ok\]   erp +PostgreSQL \d+\S* .*as `+r.reader.Name, got.out)
	require.Regexp(t, `(?m)^\[ok\]   relaydb +holds the store`, got.out)
	require.Regexp(t, `(?m)^\[warn\] store .* has no tables yet`, got.out)
	require.Contains(t, got.out, "rows that are committed late are carried if they appear within gaps.watch: no sequence belongs to")
	require.Contains(t, got.out, "3 columns: order_seq bigint, amount numeric, loose bigint")

	loaded, found := config.Load(path, config.Process(), config.Run)
	require.NoError(t, found.Err())
	st, err := openStore(t.Context(), loaded, true)
	require.NoError(t, err)
	require.NoError(t, st.Close())
	require.Regexp(t, `(?m)^\[ok\]   store .*id acme-prod`, rowrelay("check", "--connect", path).out)
	require.Contains(t, rowrelay("status", "-c", path).out, "store relaydb\n! no daemon has run")
}

func TestCheckConnectWarnsOfNullInFiltersAndOfHiddenColumns(t *testing.T) {
	r := newReal(t)
	r.Exec(t, `ALTER TABLE orders ADD feed text NOT NULL DEFAULT '', ADD seq int NOT NULL DEFAULT 0`)
	path := r.file(t, "order_seq", r.reader.Password)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	steps := "    process:\n      - filter: order_seq > 0 and amount > 0 and feed != \"x\" and row[\"seq\"] != 0\n      - filter: coalesce(amount, 0) > 0 and loose != nil and loose > 1\n    message:"
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(text), "    message:", steps, 1)), 0o600))
	got := rowrelay("check", "--connect", path)
	require.Equal(t, exitOK, got.code, got.out)
	require.Regexp(t, `rowrelay\.yaml:\d+:35  process\[0\]\.filter: amount can be NULL; such rows are filtered out`, got.out, "the column's own place")
	require.Equal(t, 1, strings.Count(got.out, "can be NULL"))
	require.Contains(t, got.out, "say it and this warning ends: amount != nil and ...")
	require.Contains(t, got.out, "the column feed is hidden")
	require.Contains(t, got.out, `for the column write row["feed"], and in SQL :"feed"`)
	require.NotContains(t, got.out, "the column seq is hidden", "it is written as it must be")
}

func TestNullInAFilterIsNoWarningOnceTheFileHasSaidWhatBecomesOfIt(t *testing.T) {
	r := newReal(t)
	path := r.file(t, "order_seq", r.reader.Password)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for steps, warnings := range map[string]int{
		`[{ filter: "amount > 0" }, { filter: "amount < 9" }]`:                          2,
		`[{ filter: "amount != nil and amount > 0" }, { filter: "amount < 9" }]`:        0,
		`[{ filter: "coalesce(amount, 0) > 0" }, { filter: "(loose ?? 1) < 9" }]`:       0,
		`[{ filter: "amount > 0", when: "amount != nil" }]`:                             0,
		`[{ filter: "loose > 0", when: "loose != nil" }, { filter: "amount < loose" }]`: 2,
	} {
		edited := strings.Replace(string(text), "    message:", "    process: "+steps+"\n    message:", 1)
		require.NoError(t, os.WriteFile(path, []byte(edited), 0o600))
		got := rowrelay("check", "--connect", path)
		require.Equal(t, exitOK, got.code, got.out)
		require.Equal(t, warnings, strings.Count(got.out, "can be NULL"), steps+"\n"+got.out)
	}
}

func TestCheckConnectWarnsOfAScaleThatIsSmallerThanTheColumns(t *testing.T) {
	r := newReal(t)
	r.Exec(t, `CREATE DOMAIN weight AS numeric(8,3);
		ALTER TABLE orders ADD price numeric(12,3), ADD "Größe" weight, ADD fits numeric(9,2), ADD tens numeric(9,-1), ADD loosely numeric`)
	path := r.file(t, "order_seq", r.reader.Password)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	fields := `{ root: Order, fields: [{ to: a, from: price, type: decimal, scale: 2 }, { to: b, from: 'row["Größe"]', type: decimal, scale: 0 },
      { to: c, from: fits, type: decimal, scale: 2 }, { to: d, from: tens, type: decimal, scale: 0 }, { to: e, from: loosely, type: decimal, scale: 2 },
      { to: f, from: "round(price, 2)", type: decimal, scale: 2 }] }`
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(text), "{ root: Order }", fields, 1)), 0o600))
	got := rowrelay("check", "--connect", path)
	require.Equal(t, exitOK, got.code, got.out)
	require.Regexp(t, `rowrelay\.yaml:\d+:\d+  fields\[0\]\.scale: price holds 3 digits after the point, and scale allows 2; rows that use more are FAILED \(XML_TYPE\)`, got.out)
	require.Contains(t, got.out, `→ write scale: 3, or, where rounding is right, from: "round(price, 2)"`)
	require.Contains(t, got.out, `fields[1].scale: Größe holds 3 digits after the point, and scale allows 0`)
	require.Contains(t, got.out, `from: 'round(row["Größe"], 0)'`)
	require.Equal(t, 2, strings.Count(got.out, "digits after the point"), got.out)
}

func TestCheckConnectNamesAMissingIndexOnTheSequence(t *testing.T) {
	r := newReal(t)
	got := rowrelay("check", "--connect", r.file(t, "loose", r.reader.Password))
	require.Equal(t, exitOK, got.code, got.out)
	require.Regexp(t, `(?m)^\[warn\] orders +no index begins with "loose"`, got.out)
}

func TestCheckConnectRefusesAnAccountThatMayWrite(t *testing.T) {
	r := newReal(t)
	r.Exec(t, fmt.Sprintf(`GRANT INSERT ON orders TO %q`, r.reader.Name))
	got := rowrelay("check", "--connect", r.file(t, "order_seq", r.reader.Password))
	require.Equal(t, exitConfig, got.code, got.out)
	require.Regexp(t, `(?m)^\[fail\] orders +MAY_WRITE`, got.out)
	require.Contains(t, got.out, "GRANT SELECT ON")
	require.Contains(t, got.out, "require_read_only: false")
}

func TestCheckConnectTellsAWrongPasswordFromAWrongFile(t *testing.T) {
	r := newReal(t)
	got := rowrelay("check", "--connect", r.file(t, "order_seq", "hunter2"))
	require.Equal(t, exitAway, got.code, got.out)
	require.Regexp(t, `(?m)^\[fail\] erp +CONN_AUTH`, got.out)
	require.Contains(t, got.out, "check user and password of connections.erp")
	require.NotContains(t, got.out, "hunter2")
}

func TestAForgottenEnvironmentIsNoWrongPassword(t *testing.T) {
	r := newReal(t)
	path := r.file(t, "order_seq", "${ROWRELAY_FORGOTTEN:?it stands in rowrelay.env}")
	got := rowrelay("preview", "orders", "-c", path)
	require.Equal(t, exitAway, got.code, got.err)
	require.Contains(t, got.err, "CONN_AUTH")
	require.Equal(t, 1, strings.Count(got.err, "is not set here"), got.err)
	require.Contains(t, got.err, "→ set it as the daemon has it, such as by set -a; . ./rowrelay.env; set +a")
	require.NotContains(t, got.err, "check user and password")
	for _, line := range []string{"check --connect", "run --once -c"} {
		got = rowrelay(append(strings.Fields(line), path)...)
		require.Equal(t, exitConfig, got.code, line)
		require.Contains(t, got.out+got.err, "set -a; . ./rowrelay.env; set +a", line)
	}
}
