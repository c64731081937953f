package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// world is a configuration with a SQLite store in a folder of its own.
type world struct {
	t     *testing.T
	path  string
	store store.Store
	id    string // of the instance that a daemon would have
}

// newWorld makes the store as `run` would.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, path: unborn(t)}
	loaded, found := config.Load(w.path, config.Process(), config.Offline)
	require.NoError(t, found.Err())
	var err error
	w.store, err = openStore(t.Context(), loaded, true)
	require.NoError(t, err)
	t.Cleanup(func() { _ = w.store.Close() })
	w.id, err = w.store.Register(t.Context(), "relay-1", []byte(`{"file":{"hash":"9f3a0c11"}}`))
	require.NoError(t, err)
	return w
}

// unborn is a configuration whose store nobody has made yet.
func unborn(t *testing.T) string {
	t.Setenv("STATE_DIRECTORY", t.TempDir())
	return file(t, "rowrelay.yaml", sound)
}

// types runs a command line on this world.
func (w *world) types(line string) said {
	return rowrelay(append(strings.Fields(line), "-c", w.path)...)
}

// fails makes rows first to last of a feed FAILED with a code.
func (w *world) fails(feed string, first, last int64, code record.Code) {
	w.t.Helper()
	ctx := w.t.Context()
	seen, err := w.store.CreateFeed(ctx, feed, store.Beginning{Start: 0, Identity: []byte(`{}`)})
	require.NoError(w.t, err)
	d := store.Dump{Feed: feed, Instance: w.id, Seen: seen, LastRead: last}
	var marks []store.Mark
	for seq := first; seq <= last; seq++ {
		d.Records = append(d.Records, &record.Record{Feed: feed, Seq: seq, Key: new(fmt.Sprintf("K-%d", seq)), Metadata: `{}`,
			MessageID: fmt.Sprintf("acme-prod.%s.%d", feed, seq)})
		marks = append(marks, store.Mark{Seq: seq, ClaimNo: 1, Status: record.Failed, Code: code, Text: "column note: U+0001", Attempt: true})
	}
	_, inserted, err := w.store.Dump(ctx, d)
	require.NoError(w.t, err)
	require.Len(w.t, inserted, len(marks))
	hit, err := w.store.Mark(ctx, feed, w.id, marks)
	require.NoError(w.t, err)
	require.Len(w.t, hit, len(marks))
}

func (w *world) status(feed string, seq int64) record.Status {
	w.t.Helper()
	row, err := w.store.Row(w.t.Context(), feed, seq)
	require.NoError(w.t, err)
	return row.Status
}

func TestCommandsRefuseAStoreThatIsNotThereAndMakeNone(t *testing.T) {
	path := unborn(t)
	for _, line := range []string{"status", "failed", "retry orders --all --yes", "failed show orders 7"} {
		got := rowrelay(append(strings.Fields(line), "-c", path)...)
		require.Equal(t, exitAway, got.code, line)
		require.Empty(t, got.out)
		require.Contains(t, got.err, "→ ")
		require.Contains(t, got.err, "rowrelay -c "+path+" run", line)
	}
}

func TestAnotherStoresIDIsAWrongConfiguration(t *testing.T) {
	w := newWorld(t)
	w.path = file(t, "rowrelay.yaml", strings.Replace(sound, "acme-prod", "acme-test", 1))
	got := w.types("status")
	require.Equal(t, exitConfig, got.code)
	require.Contains(t, got.err, "acme-prod")
	require.Contains(t, got.err, "acme-test")
}

func TestAStoreThatIsAwayIsNamedWithItsConnection(t *testing.T) {
	away := strings.Replace(sound, "connections:", `connections:
  relaydb: { url: "postgres://`+strings.TrimPrefix(nobody(t), "stomp://")+`/relay?sslmode=disable", user: relay, password: hunter2 }`, 1)
	path := file(t, "rowrelay.yaml", strings.Replace(away, "id: acme-prod", "id: acme-prod, connection: relaydb", 1))
	for _, line := range []string{"status", "failed", "retry orders --all --yes"} {
		got := rowrelay(append(strings.Fields(line), "-c", path)...)
		require.Equal(t, exitAway, got.code, line+got.err)
		require.Contains(t, got.err, "CONN_REFUSED")
		require.Contains(t, got.err, "→ is the server of connections.relaydb up")
		require.NotContains(t, got.err, "hunter2")
	}
}

func TestStatusReadsTheStore(t *testing.T) {
	w := newWorld(t)
	w.fails("orders", 1, 3, record.XMLInvalidChar)
	got := w.types("status")
	require.Equal(t, exitOK, got.code, got.err)
	require.Contains(t, got.out, "relay-1 up")
	require.Regexp(t, `(?m)^orders +idle +- +3 +0 +3 `, got.out)
	require.Contains(t, got.out, "3 failed rows need a decision: rowrelay -c "+w.path+" failed orders", "typed as it stands it must reach this store")

	var found survey
	require.NoError(t, json.Unmarshal([]byte(w.types("status orders -o json").out), &found))
	require.EqualValues(t, 3, found.Feeds[0].Failed)
	require.Equal(t, "acme-prod", found.Store.ID)
}

func TestAFeedThatNobodyKnowsIsAWrongArgument(t *testing.T) {
	w := newWorld(t)
	for _, line := range []string{"status oders", "failed oders", "failed show oders 7", "retry oders --all"} {
		got := w.types(line)
		require.Equal(t, exitUsage, got.code, line)
		require.Contains(t, got.err, "feeds are: orders", line)
	}
}

func TestFailedCountsGroupsAndListsRows(t *testing.T) {
	w := newWorld(t)
	require.Contains(t, w.types("failed").out, "no failed rows")
	require.Equal(t, exitOK, w.types("failed --exit-code").code)
	w.fails("orders", 1, 30, record.XMLInvalidChar)
	w.fails("old_orders", 5, 5, record.SourceRowGone)

	got := w.types("failed --exit-code")
	require.Equal(t, exitNo, got.code)
	require.Empty(t, got.err)
	require.Regexp(t, `(?m)^orders +XML_INVALID_CHAR +30 `, got.out)
	require.Regexp(t, `(?m)^old_orders +SOURCE_ROW_GONE +1 `, got.out)
	require.NotContains(t, w.types("failed orders").out, "old_orders")
	require.Contains(t, w.types("failed orders --code XML_INVALID_CHAR").out, "and 10 rows more")
	require.Regexp(t, `orders +7 +K-7 `, w.types("failed --key K-7").out)
	require.Contains(t, w.types("failed --code INTERNAL").out, "no failed rows")
}

func TestFailedShowExplainsARowThatIsNotThere(t *testing.T) {
	w := newWorld(t)
	require.Contains(t, w.types("failed show orders 7").err, "nothing was read yet")
	w.fails("orders", 3, 5, record.XMLInvalidChar)
	require.Contains(t, w.types("failed show orders 4").out, "acme-prod.orders.4")
	for seq, why := range map[int]string{9: "still to be read", 2: "passed over", 0: "began above 0"} {
		got := w.types(fmt.Sprint("failed show orders ", seq))
		require.Equal(t, exitNo, got.code, seq)
		require.Contains(t, got.err, why)
	}
}
