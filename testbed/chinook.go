package testbed

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Chinook fills the database with the schema "chinook": a shop for music, of eleven tables and 15,607 rows, that nobody made for us. Its
// data come with the JMS clients, as Maven's net.hydromatic:chinook-data-hsqldb, and are rewritten for PostgreSQL here.
func (d *Database) Chinook(t testing.TB) {
	t.Helper()
	Require(t, JMS)
	jars, err := filepath.Glob(filepath.Join(jmsFolder(), "lib", "chinook-data-hsqldb-*.jar"))
	require.NoError(t, err)
	require.Len(t, jars, 1, "run make deps")
	script, err := readScript(jars[0])
	require.NoError(t, err)
	d.Exec(t, script)
}

// readScript takes what belongs to the shop out of HSQLDB's script: the tables, then the rows, then the keys between tables.
func readScript(jar string) (string, error) {
	z, err := zip.OpenReader(jar)
	if err != nil {
		return "", err
	}
	defer z.Close()
	f, err := z.Open("chinook.script")
	if err != nil {
		return "", err
	}
	defer f.Close()
	return rewrite(f)
}

const shop = `"chinook".`

func rewrite(script io.Reader) (string, error) {
	var tables, rows, keys strings.Builder
	lines := bufio.NewScanner(script)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := unescape(lines.Text())
		switch {
		case strings.HasPrefix(line, "CREATE MEMORY TABLE "+shop):
			fmt.Fprintf(&tables, "%s;\n", strings.Replace(line, "MEMORY ", "", 1))
		case strings.HasPrefix(line, "INSERT INTO "+shop):
			fmt.Fprintf(&rows, "%s;\n", line)
		case strings.HasPrefix(line, "ALTER TABLE "+shop):
			fmt.Fprintf(&keys, "%s;\n", line)
		}
	}
	return "CREATE SCHEMA chinook;\n" + tables.String() + rows.String() + keys.String(), lines.Err()
}

var escapes = regexp.MustCompile(`\\u[0-9a-f]{4}`)

// unescape: HSQLDB writes what is not ASCII as Java does.
func unescape(line string) string {
	return escapes.ReplaceAllStringFunc(line, func(e string) string {
		n, _ := strconv.ParseUint(e[2:], 16, 16) // four hex digits
		return string(rune(n))
	})
}
