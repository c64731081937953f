package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// said is what one command line printed and returned.
type said struct {
	code     int
	out, err string
}

// rowrelay types a command line where there is no terminal.
func rowrelay(args ...string) said {
	var out, err bytes.Buffer
	code := run(args, strings.NewReader(""), &out, &err)
	return said{code, out.String(), err.String()}
}

// file writes a file into a folder of its own and returns its path.
func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestWrongFlagsEndWith2AndSayWhereHelpIs(t *testing.T) {
	for _, line := range []string{"", "bogus", "status --bogus", "status -o xml", "status -q -v", "retry", "retry orders",
		"retry orders --all 7", "retry orders x", "retry orders 7 --rate 5", "retry orders --since 2", "retry orders 7 --limit -1", "failed show orders",
		"rewind orders --to 7", "rewind orders --reason x", "rewind orders --to x --reason x", "rewind orders --to 7 --reason x --resend failed",
		"reconcile", "reconcile orders --deliver", "reconcile orders --from 7 --to 6"} {
		got := rowrelay(strings.Fields(line)...)
		require.Equal(t, exitUsage, got.code, line)
		require.Empty(t, got.out, line)
		require.Regexp(t, `(?m)^  → rowrelay.* --help$`, got.err, line)
	}
}

func TestWithoutACommandAllAreListedInGroups(t *testing.T) {
	parser, err := kong.New(&commands{})
	require.NoError(t, err)
	for _, line := range [][]string{nil, {"-v"}} {
		got := rowrelay(line...)
		require.Equal(t, exitUsage, got.code)
		for _, command := range parser.Model.Children {
			require.Regexp(t, `(?m)^  `+command.Name+` +[A-Z]`, got.err)
			require.Contains(t, got.err, "\n"+command.Group.Title+"\n", "no command stands apart")
		}
	}
}

func TestHelpMayBeAskedForAsACommand(t *testing.T) {
	require.Equal(t, rowrelay("init", "--help").out, rowrelay("help", "init").out)
	require.Equal(t, exitOK, rowrelay("help").code)
}

func TestHelpIsAResult(t *testing.T) {
	got := rowrelay("retry", "--help")
	require.Equal(t, exitOK, got.code)
	require.Contains(t, got.out, "--dry-run")
	require.Empty(t, got.err)
}

func TestWithoutAConfigurationTheUserLearnsWhereItIsLookedFor(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("ROWRELAY_CONFIG", "")
	got := rowrelay("status")
	require.Equal(t, exitConfig, got.code)
	require.Contains(t, got.err, "./rowrelay.yaml")
	require.Contains(t, got.err, "→")
}

func TestTheConfigurationIsFoundInItsOrder(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("rowrelay.yaml", []byte("here: 1\n"), 0o600))
	t.Setenv("ROWRELAY_CONFIG", "")
	require.Contains(t, rowrelay("check").out, "rowrelay.yaml:1:1")
	t.Setenv("ROWRELAY_CONFIG", file(t, "env.yaml", "env: 1\n"))
	require.Contains(t, rowrelay("check").out, "env.yaml:1:1")
	require.Contains(t, rowrelay("check", "-c", file(t, "flag.yaml", "flag: 1\n")).out, "flag.yaml:1:1")
}

func TestVersionNamesTheBuild(t *testing.T) {
	require.Contains(t, rowrelay("version").out, "rowrelay "+version)
	require.Contains(t, rowrelay("version", "-o", "json").out, `"go": "go`)
}

func TestADefectIsAnErrorNotACrash(t *testing.T) {
	var b bytes.Buffer
	c := newConsole(nil, &b, &b, false)
	require.Equal(t, exitNo, c.report(defect("index out of range", []byte("main.go:1"))))
	require.Contains(t, b.String(), "a defect in rowrelay: index out of range")
	require.Contains(t, b.String(), "→ please report this")
}

func TestADefectInAGoroutineIsAnErrorToo(t *testing.T) {
	var err error
	func() {
		defer recovered(&err)
		panic("index out of range")
	}()
	require.ErrorContains(t, err, "a defect in rowrelay: index out of range")
}

func TestTheExitCodeTellsWhoMustAct(t *testing.T) {
	for _, row := range []struct {
		err  error
		code int
		next string
	}{
		{&record.Outage{Code: record.ConnRefused, Connection: "erp", Err: errors.New("refused")}, exitAway, "connections.erp"},
		{&record.Stop{Code: record.MayWrite, Text: "relay may INSERT", Remedy: "REVOKE INSERT"}, exitConfig, "REVOKE INSERT"},
		{&record.Stop{Code: record.SourceWentBack, Text: "another server", Remedy: "a new feed name"}, exitNo, "a new feed name"},
		{&store.IDError{Given: "a", Stored: "b"}, exitConfig, "store.id: b"},
		{&store.SchemaError{Where: "x", Want: 1}, exitAway, "rowrelay run"},
		{&store.SchemaError{Where: "x", Have: 2, Want: 1}, exitConfig, "newer program"},
		{&store.HeldError{Holder: "relay-1"}, exitAway, "another name (instance)"},
		{&store.HeldError{Holder: "relay-1", File: "/x/rowrelay.db"}, exitAway, "PostgreSQL (store.connection)"},
		{errors.New("something else"), exitNo, "rowrelay status"},
	} {
		var b bytes.Buffer
		c := newConsole(nil, &b, &b, false)
		require.Equal(t, row.code, c.report(row.err), row.err.Error())
		require.Contains(t, b.String(), "→ ", row.err.Error())
		require.Contains(t, b.String(), row.next)
		require.Equal(t, 1, strings.Count(b.String(), "→"), b.String())
	}
}
