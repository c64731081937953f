package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/stompbroker"
)

// shortPlot holds everything that the usual one holds, in less time.
var shortPlot = plot{backlog: 110, grow: 1200 * time.Millisecond, lose: 300 * time.Millisecond, away: 500 * time.Millisecond,
	back: time.Second, patience: time.Minute}

// plays runs a demo where there is no terminal.
func plays(ctx context.Context, d demoCmd, plot plot, output string, stderr io.Writer) (string, error) {
	var out bytes.Buffer
	g := &globals{Output: output, console: newConsole(nil, &out, stderr, false)}
	err := (&play{demoCmd: d, plot: plot, globals: g}).run(ctx)
	return out.String(), err
}

func TestTheDemoProvesWhatItShows(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "kept ${HOME}")
	var progress bytes.Buffer
	out, err := plays(t.Context(), demoCmd{Rate: 50, Fail: 10, Keep: dir}, shortPlot, "json", &progress)
	require.NoError(t, err, progress.String())
	var sum demoSummary
	require.NoError(t, json.Unmarshal([]byte(out), &sum))
	require.Empty(t, sum.Disagreements)
	require.Equal(t, int64(170), sum.Source)
	require.Equal(t, int64(17), sum.Failed)
	require.Equal(t, int64(21), sum.Filtered, "3, 17, 24, ... 164 but 10, 80 and 150, which must fail")
	require.Equal(t, sum.Source, sum.Sent+sum.Filtered+sum.Failed)
	require.Equal(t, sum.Sent, sum.Distinct)
	require.Zero(t, sum.New)
	require.Equal(t, int64(6), sum.Later, "7, 32, 57, ... 132; 157 is a draft")
	require.Equal(t, []demoGroup{{record.XMLInvalidChar, 17, sum.FailedBy[0].Example}}, sum.FailedBy)
	require.Positive(t, sum.Copies, "a receipt was lost")
	require.Equal(t, sum.Messages, sum.Distinct+sum.Copies)
	require.Len(t, sum.Last, lastMessages)
	require.Contains(t, sum.Last[0].Body, `<ord:Order xmlns:ord="urn:demo:orders" number="A-`)
	for _, told := range []string{"receipt", "takes the broker away", "rowrelay waits for mq", "brings the broker back", "rowrelay has mq back", "source 170", "filtered 21"} {
		require.Contains(t, progress.String(), told)
	}
	canBePlayedWith(t, dir)
}

// canBePlayedWith does what the demo says one can do with a kept folder.
func canBePlayedWith(t *testing.T, dir string) {
	config := filepath.Join(dir, "rowrelay.yaml")
	types := func(words ...string) said { return rowrelay(append(words, "-c", config)...) }
	tested := types("test")
	require.Equal(t, exitOK, tested.code, tested.out)
	require.Contains(t, tested.out, "2 passed, 0 failed")
	previewed := types("preview", "orders", "--seq", "1..3")
	require.Equal(t, exitOK, previewed.code, previewed.err)
	require.Contains(t, previewed.out, "<ord:Customer>O'Neill &lt;Ltd&gt;</ord:Customer><ord:Amount currency=\"EUR\">47.70</ord:Amount>")
	require.Contains(t, previewed.out, `FILTERED by process[0] "no drafts"`)
	require.Regexp(t, `orders +down .* 170 +0 +17 `, types("status").out)
	require.Contains(t, types("failed").out, "XML_INVALID_CHAR")
	require.Contains(t, types("failed", "show", "orders", "10").out, "orders 10  FAILED")

	source, err := database.Open(database.Options{Name: "erp", URL: "sqlite:" + filepath.Join(dir, "source.db")})
	require.NoError(t, err)
	_, err = source.Exec(`UPDATE orders SET note = NULL WHERE order_seq = 10`)
	require.NoError(t, err)
	require.NoError(t, source.Close())
	require.Equal(t, exitOK, types("retry", "orders", "10", "--yes").code)

	broker, err := stompbroker.New(stompbroker.Options{})
	require.NoError(t, err)
	defer broker.Close()
	text, err := os.ReadFile(config)
	require.NoError(t, err)
	yours := regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(string(text), broker.Addr())
	yours = regexp.MustCompile(`.*broker: other.*\n`).ReplaceAllString(yours, "")
	require.NoError(t, os.WriteFile(config, []byte(yours), 0o600))
	ran := types("run", "--once")
	require.Equal(t, exitOK, ran.code, ran.err)
	require.Regexp(t, `msg=started(.*\n)+.*level=INFO msg="a SQLite store serves one instance"(.*\n)+.*msg=stopped read=0 sent=1 filtered=0 failed=0 `, ran.err)
	sent := broker.Messages(demoQueue)
	require.Len(t, sent, 1)
	require.Equal(t, []string{"demo.orders.10", "A-10", "PL"},
		[]string{sent[0].Header("dedupId"), sent[0].Header("correlation-id"), sent[0].Header("country")})
}

func TestTheDemoLeavesNothingAndSumsUpForPeople(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	out, err := plays(t.Context(), demoCmd{Rate: 20, Fail: 50}, plot{backlog: 6, patience: time.Minute}, "table", io.Discard)
	require.NoError(t, err)
	require.Contains(t, out, "[ok] 6 rows = 2 SENT + 1 FILTERED + 3 FAILED, and exactly the SENT ones have arrived\n")
	require.Contains(t, out, "6  = 2 SENT + 1 FILTERED + 3 FAILED + 0 NEW\n")
	require.Contains(t, out, `1 row FILTERED by "no drafts"`)
	require.Contains(t, out, `number="A-5"`)
	require.NotContains(t, out, "Kept in")
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// cancelAt is a stderr that ends the demo when it reads a word.
type cancelAt struct {
	word   string
	cancel context.CancelFunc
}

func (c cancelAt) Write(b []byte) (int, error) {
	if strings.Contains(string(b), c.word) {
		c.cancel()
	}
	return len(b), nil
}

func TestADemoThatIsEndedEarlyProvesNothingAndLeavesNothing(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, err := plays(ctx, demoCmd{Rate: 20, Fail: 2}, shortPlot, "table", cancelAt{"takes the broker away", cancel})
	require.ErrorContains(t, err, "ended early")
	require.Empty(t, out)
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestTheDemoOverwritesNothing(t *testing.T) {
	path := file(t, "source.db", "mine")
	got := rowrelay("demo", "--keep", filepath.Dir(path))
	require.Equal(t, exitNo, got.code)
	require.Contains(t, got.err, "source.db is there already")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "mine", string(text))
}

func TestTheDemoRefusesFlagsThatMakeNoSense(t *testing.T) {
	for _, flag := range []string{"--fail=2", "--fail=-1%", "--fail=101%", "--fail=NaN%", "--rate=20", "--rate=0/s", "--rate=1001/s"} {
		require.Equal(t, exitUsage, rowrelay("demo", flag).code, flag)
	}
}
