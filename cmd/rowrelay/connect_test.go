package main

import (
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/stompbroker"
)

// erp makes a SQLite source with a table orders, and returns its URL.
func erp(t *testing.T) string {
	t.Helper()
	url := "sqlite:" + filepath.Join(t.TempDir(), "erp.db")
	db, err := database.Open(database.Options{Name: "erp", URL: url})
	require.NoError(t, err)
	defer db.Close()
	_, err = db.Exec(`CREATE TABLE orders (order_seq INTEGER PRIMARY KEY, note TEXT)`)
	require.NoError(t, err)
	return url
}

// mq starts a broker and returns its URL.
func mq(t *testing.T) string {
	t.Helper()
	b, err := stompbroker.New(stompbroker.Options{})
	require.NoError(t, err)
	t.Cleanup(b.Close)
	return "stomp://" + b.Addr()
}

// nobody is an address on which nobody listens.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return "stomp://" + l.Addr().String()
}

// connects runs check --connect on a file with these ends.
func connects(t *testing.T, erp, table, mq string, more ...string) said {
	t.Helper()
	t.Setenv("STATE_DIRECTORY", t.TempDir())
	path := file(t, "rowrelay.yaml", fmt.Sprintf(`connections:
  erp: { url: %q }
  mq: { url: %q }
store: { id: acme-prod }
feeds:
  orders:
    source: { connection: erp, table: %s, sequence: order_seq, start: first }
    message: { root: Order }
    sink: { connection: mq, queue: ERP.ORDERS }
`, erp, mq, table))
	return rowrelay(append([]string{"check", "--connect", path}, more...)...)
}

func TestCheckConnectShowsWhatAnswered(t *testing.T) {
	got := connects(t, erp(t), "orders", mq(t))
	require.Equal(t, exitOK, got.code, got.out+got.err)
	require.Regexp(t, `(?m)^\[ok\]   erp +SQLite 3`, got.out)
	require.Regexp(t, `(?m)^\[ok\]   mq +login accepted`, got.out)
	require.Regexp(t, `(?m)^\[warn\] store +\S+rowrelay.db has no tables yet`, got.out)
	require.Regexp(t, `(?m)^\[ok\]   orders +source orders follows order_seq; 2 columns: order_seq INTEGER, note TEXT`, got.out)
	require.Regexp(t, `(?m)^\[ok\]   orders +sink ActiveMQ/\S+ at 127`, got.out)
	require.Contains(t, got.out, "SQLite has one writer")
	require.Contains(t, got.out, "Summary: 0 failed")
}

func TestCheckConnectTriesAllAndShowsAll(t *testing.T) {
	got := connects(t, "sqlite:"+filepath.Join(t.TempDir(), "gone.db"), "orders", nobody(t))
	require.Equal(t, exitAway, got.code, got.out+got.err)
	require.Regexp(t, `(?m)^\[fail\] erp +CONN_LOST  begin: /\S+/gone.db: `, got.out)
	require.Contains(t, got.out, "→ is that the file of connections.erp.url that you mean")
	require.Regexp(t, `(?m)^\[fail\] mq +CONN_REFUSED`, got.out)
	require.Contains(t, got.out, "source not checked: erp could not be used")
	require.Contains(t, got.out, "sink not checked: mq could not be used")
	require.Equal(t, 2, strings.Count(got.out, "[fail]"))
}

func TestAWrongTableIsTheFilesFaultEvenWhileABrokerIsAway(t *testing.T) {
	got := connects(t, erp(t), "oders", nobody(t), "-o", "json")
	require.Equal(t, exitConfig, got.code, got.out+got.err)
	var found checked
	require.NoError(t, json.Unmarshal([]byte(got.out), &found))
	require.Equal(t, 2, found.Failed)
	codes := map[string]record.Code{}
	for _, f := range found.Files[0].Findings {
		if f.Level == levelFail {
			codes[f.Subject] = f.Code
			require.NotEmpty(t, f.Remedy)
		}
	}
	require.Equal(t, map[string]record.Code{"mq": record.ConnRefused}, codes)
	wrong := found.Files[0].Complaints[0]
	require.Equal(t, levelFail, wrong.Level)
	require.Contains(t, wrong.Text, "oders")
	require.NotZero(t, wrong.Line)
	require.NotEmpty(t, wrong.Remedy)
}
