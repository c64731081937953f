package proof

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

// awkward is a table as databases have them.
const awkward = `CREATE SCHEMA "Vertrieb 2"; CREATE TABLE "Vertrieb 2"."Aufträge" ("Lfd Nr" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "Auftrags-Nr" text NOT NULL,
	"Kunde" text, "Betrag (€)" numeric(12,2), "date" date, "Geändert am" timestamp, "null" text, "select" boolean, seq int);
	INSERT INTO "Vertrieb 2"."Aufträge" ("Auftrags-Nr", "Kunde", "Betrag (€)", "date", "null", "select", seq)
	SELECT 'A-' || i, CASE WHEN i % 7 > 0 THEN 'Müller & <Söhne> ]]>' END, i * 1.5, DATE '2026-09-01' + i, 'x', i % 2 = 0, -i FROM generate_series(1, 20) i;
	UPDATE "Vertrieb 2"."Aufträge" SET "Kunde" = E'\x07' WHERE "Lfd Nr" = 13;
	CREATE TABLE "Vertrieb 2".decoy (a text)`

// hour is a newcomer's first hour: what was typed, and how long it took.
type hour struct {
	t         *testing.T
	dir       string
	program   string
	variables []string
	total     time.Duration
}

// step notes a step and its time.
func (h *hour) step(what string, do func()) {
	h.t.Helper()
	began := time.Now()
	do()
	took := time.Since(began)
	h.total += took
	show(h.t, "%6.1f s  %s", took.Seconds(), what)
}

// types runs a command of rowrelay, as it is typed, and returns what it printed on stdout.
func (h *hour) types(code int, words ...string) (out string) {
	h.t.Helper()
	h.step("rowrelay "+strings.Join(words, " "), func() {
		cmd := exec.Command(h.program, words...)
		cmd.Dir, cmd.Env = h.dir, append(os.Environ(), h.variables...)
		var problem strings.Builder
		cmd.Stderr = &problem
		text, _ := cmd.Output() // the exit code says how it ended
		require.Equal(h.t, code, cmd.ProcessState.ExitCode(), "%s%s", text, problem.String())
		out = string(text)
	})
	return out
}

// TestFirstHour goes from a clone to a table of one's own in a queue of one's own, by the README's commands.
func TestFirstHour(t *testing.T) {
	pg := testbed.StartPostgres(t)
	broker := testbed.SharedBroker(t, testbed.ActiveMQ)
	db := pg.Database(t)
	db.Exec(t, awkward)
	url, queue := "postgres://"+db.Server.Addr+"/"+db.Name+"?sslmode=disable", broker.Queue(t)
	h := &hour{t: t, dir: t.TempDir(), program: program}
	if *full {
		h.step("git clone, make build (modules and compiled packages at hand)", h.build)
	}
	h.variables = []string{"ROWRELAY_SOURCE_PASSWORD=" + db.Owner.Password}
	grants := h.types(0, "init", "--grants", "--url", url, "--user", db.Owner.Name, "--table", "Vertrieb 2.Aufträge")
	require.NotContains(t, grants, "decoy")
	db.ExecSuper(t, grants+"ALTER ROLE rowrelay_ro PASSWORD 'p@ss#1 $x'")
	h.variables = []string{"ROWRELAY_SOURCE_PASSWORD=p@ss#1 $x", "ROWRELAY_BROKER_PASSWORD=" + broker.Password}
	h.types(0, "init", "--url", url, "--user", "rowrelay_ro", "--start", "first", "--feed", "orders", "--queue", queue, "--broker", "stomp://"+broker.STOMP, "--broker-user", broker.User, "--yes")
	h.variables = h.secrets()
	require.Contains(t, h.types(0, "preview", "orders", "--limit", "1"), "<Auftrags-Nr>A-1</Auftrags-Nr>")
	h.types(0, "check", "--connect")
	h.types(1, "run", "--once") // a row has failed
	require.Len(t, testbed.Drain(t, broker, queue, 19), 19)
	require.Contains(t, h.types(0, "failed", "orders"), "XML_INVALID_CHAR")
	db.Exec(t, `UPDATE "Vertrieb 2"."Aufträge" SET "Kunde" = 'Süd AG' WHERE "Lfd Nr" = 13`)
	h.types(0, "retry", "orders", "--all", "--yes", "--reason", "corrected")
	h.types(0, "run", "--once")
	require.Len(t, testbed.Drain(t, broker, queue, 1), 1)

	h.maps()
	require.Contains(t, h.types(0, "test"), "2 passed, 0 failed")
	require.Contains(t, h.types(0, "preview", "orders", "--seq", "1"), `<o:Auftrag xmlns:o="urn:shop:orders"><o:Nummer>A-1</o:Nummer><o:Betrag>1.50</o:Betrag></o:Auftrag>`)
	db.Exec(t, `INSERT INTO "Vertrieb 2"."Aufträge" ("Auftrags-Nr", "Kunde", "Betrag (€)") VALUES ('A-21', 'Nord AG', 5), ('A-22', NULL, 6)`)
	h.types(0, "run", "--once")
	got := testbed.Drain(t, broker, queue, 1)
	require.Len(t, got, 1)
	require.Contains(t, string(got[0].Body), "<o:Nummer>A-21</o:Nummer>")
	require.Contains(t, h.types(0, "reconcile", "orders"), "0 missing")
	require.Contains(t, h.types(0, "status"), "orders")
	show(t, "%6.1f s  from the clone to the own table in the own queue, mapped, tested, reconciled: the machine's part of the first hour", h.total.Seconds())
}

// build makes the program from a clone, as the README says.
func (h *hour) build() {
	clone := filepath.Join(h.dir, "clone")
	out, err := exec.Command("git", "clone", "-q", "..", clone).CombinedOutput()
	require.NoError(h.t, err, string(out))
	build := exec.Command("make", "build")
	build.Dir = clone
	out, err = build.CombinedOutput()
	require.NoError(h.t, err, string(out))
	h.program = filepath.Join(clone, "bin", "rowrelay")
}

// secrets are the variables that a shell has after `set -a; . ./rowrelay.env`.
func (h *hour) secrets() (all []string) {
	h.t.Helper()
	out, err := exec.Command("sh", "-c", "set -a; . "+filepath.Join(h.dir, "rowrelay.env")+"; env").Output()
	require.NoError(h.t, err)
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "_PASSWORD=") {
			all = append(all, strings.TrimSuffix(line, "\n"))
		}
	}
	require.Len(h.t, all, 2)
	return all
}

// maps writes a mapping, a filter and their tests into the file.
func (h *hour) maps() {
	h.t.Helper()
	path := filepath.Join(h.dir, "rowrelay.yaml")
	text, err := os.ReadFile(path)
	require.NoError(h.t, err)
	before, after, found := strings.Cut(string(text), "    message: { root: Orders }\n")
	require.True(h.t, found, string(text))
	require.NoError(h.t, os.WriteFile(path, []byte(before+`    process:
      - filter: row["Kunde"] != nil
    message:
      root: o:Auftrag
      namespaces: { o: "urn:shop:orders" }
      fields:
        - { to: o:Nummer, from: 'row["Auftrags-Nr"]', required: true }
        - { to: o:Betrag, from: 'row["Betrag (€)"]', type: decimal, scale: 2 }
    tests:
      - name: two decimals
        row: { "Lfd Nr": 1, Auftrags-Nr: A-1, Kunde: x, "Betrag (€)": "1.5" }
        expect: { outcome: SENT, message: { "o:Auftrag/o:Betrag": "1.50" } }
      - name: nobody ordered it
        row: { "Lfd Nr": 1, Auftrags-Nr: A-1, Kunde: null }
        expect: { outcome: FILTERED }
`+after), 0o600))
	show(h.t, "          %s", fmt.Sprintf("(a filter, a mapping of two fields with a namespace and two tests are typed into the %d lines that init wrote)", strings.Count(string(text), "\n")))
}
