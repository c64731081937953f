package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/store"
)

// refuses runs the daemon on an edited shop, and returns what it says when it ends at once.
func refuses(t *testing.T, path string) string {
	t.Helper()
	t.Setenv("STATE_DIRECTORY", filepath.Dir(path))
	got := rowrelay("run", "-c", path)
	require.Equal(t, exitConfig, got.code, got.err)
	return got.err
}

// TestARefusedStartAndACheckLeaveNoStore: a file that lies about afterwards looks as if something had run.
func TestARefusedStartAndACheckLeaveNoStore(t *testing.T) {
	for _, edit := range [][]string{
		{"from: customer.name", "from: customer.nam"},
		{"table: orders", "table: nothing"},
		{"sequence: order_seq", "sequence: nothing"},
		{"type: decimal", "type: nothing"},
		{"connection: mq", "connection: nothing"},
	} {
		path := newShop(t, edit...)
		refuses(t, path)
		rowrelay("check", path)
		rowrelay("check", "--connect", path)
		require.Empty(t, storeFiles(t, path), edit[1])
	}
	path := newShop(t)
	t.Setenv("STATE_DIRECTORY", filepath.Dir(path))
	rowrelay("check", "--connect", path)
	rowrelay("status", "-c", path)
	require.Empty(t, storeFiles(t, path))
}

// storeFiles are those of the SQLite store, its lock included, beside the configuration.
func storeFiles(t *testing.T, path string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(filepath.Dir(path), "rowrelay.db*"))
	require.NoError(t, err)
	return found
}

func TestARefusedStartNamesThePlaceOfEveryFault(t *testing.T) {
	said := refuses(t, newShop(t, `status in [`, "statsu in [", "from: customer.name", "from: customer.nam"))
	require.Regexp(t, `rowrelay.yaml:10:17  feeds.orders.process\[0\].filter:1:1: unknown name "statsu"`, said)
	require.Regexp(t, `(?m)^  → did you mean status\?`, said)
	said = refuses(t, newShop(t, "from: customer.name", "from: customer.nam"))
	require.Regexp(t, `rowrelay.yaml:24:\d+  feeds.orders.message.fields\[\d\]`, said)
	said = refuses(t, newShop(t, `status in ["RELEASED", "CHANGED"]`, "order_seq"))
	require.Regexp(t, `rowrelay.yaml:10:17  feeds.orders.process\[0\].filter:1:1: the expression is neither true nor false`, said)
	said = refuses(t, newShop(t, `status in ["RELEASED", "CHANGED"]`, `(status`))
	require.Regexp(t, `\[fail\] \S+rowrelay.yaml:10:\d+  the expression ends too early`, said)
}

func TestAStartOnAnotherTableNamesTheLine(t *testing.T) {
	path := newShop(t)
	t.Setenv("STATE_DIRECTORY", filepath.Dir(path))
	loaded, found := config.Load(path, config.Process(), config.Run)
	require.NoError(t, found.Err())
	st, err := openStore(t.Context(), loaded, true)
	require.NoError(t, err)
	_, err = st.CreateFeed(t.Context(), "orders", store.Beginning{Identity: []byte(`{"relation":"old_orders","sequence":"order_seq"}`)})
	require.NoError(t, err)
	require.NoError(t, st.Close())
	said := refuses(t, path)
	require.Regexp(t, `rowrelay.yaml:8:5  feeds.orders.source: the feed was begun on old_orders by order_seq, and the file now names orders by order_seq`, said)
	require.Contains(t, said, "→ give the feed another name")
}
