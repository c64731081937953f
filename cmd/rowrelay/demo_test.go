package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
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
	require.Equal(t, sum.Source, sum.Sent+sum.Failed)
	require.Equal(t, sum.Sent, sum.Distinct)
	require.Zero(t, sum.New)
	require.Equal(t, int64(7), sum.Later, "7, 32, 57, ... 157")
	require.Equal(t, []demoGroup{{record.XMLInvalidChar, 17, sum.FailedBy[0].Example}}, sum.FailedBy)
	require.Positive(t, sum.Copies, "a receipt was lost")
	require.Equal(t, sum.Messages, sum.Distinct+sum.Copies)
	require.Len(t, sum.Last, lastMessages)
	require.Contains(t, sum.Last[0].Body, "<Order><order_seq>")
	for _, told := range []string{"receipt", "takes the broker away", "rowrelay waits for mq", "brings the broker back", "rowrelay has mq back", "source 170"} {
		require.Contains(t, progress.String(), told)
	}
	canBePlayedWith(t, dir)
}

// canBePlayedWith does what the demo says one can do with a kept folder.
func canBePlayedWith(t *testing.T, dir string) {
	config := filepath.Join(dir, "rowrelay.yaml")
	types := func(words ...string) said { return rowrelay(append(words, "-c", config)...) }
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
	sent := broker.Messages(demoQueue)
	require.Len(t, sent, 1)
	require.Equal(t, "demo.orders.10", sent[0].Header("dedupId"))
}

func TestTheDemoLeavesNothingAndSumsUpForPeople(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	out, err := plays(t.Context(), demoCmd{Rate: 20, Fail: 50}, plot{backlog: 6, patience: time.Minute}, "table", io.Discard)
	require.NoError(t, err)
	require.Contains(t, out, "[ok] 6 rows = 3 SENT + 3 FAILED, and exactly the SENT ones have arrived\n")
	require.Contains(t, out, "<order_no>A-5</order_no>")
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

// agreeing is evidence of two rows that were sent and one that failed.
func agreeing() *demoEvidence {
	row := func(seq int64, status record.Status) demoRow {
		return demoRow{Seq: seq, Status: status, Attempts: 1, MessageID: fmt.Sprintf("demo.orders.%d", seq)}
	}
	return &demoEvidence{
		source:  []int64{1, 2, 3},
		stored:  []demoRow{row(1, record.Completed), row(2, record.Failed), row(3, record.Completed)},
		arrived: map[string]int{"demo.orders.1": 1, "demo.orders.3": 2},
		spoiled: func(seq int64) bool { return seq == 2 },
	}
}

func TestTheDemoFindsEveryDisagreement(t *testing.T) {
	require.Empty(t, agreeing().disagreements())
	for _, row := range []struct {
		tamper func(*demoEvidence)
		found  string
	}{
		{func(e *demoEvidence) { e.source = append(e.source, 4) }, "row 4 of the source is not in DUMPED_DATA"},
		{func(e *demoEvidence) { e.source = e.source[:2] }, "row 3 of DUMPED_DATA is not in the source"},
		{func(e *demoEvidence) { delete(e.arrived, "demo.orders.1") }, "row 1 is SENT, and demo.orders.1 has not arrived"},
		{func(e *demoEvidence) { e.arrived["demo.orders.2"] = 1 }, "message demo.orders.2 has arrived, and no row of that id is SENT"},
		{func(e *demoEvidence) { e.stored[1].Status = record.New }, "row 2 is still NEW"},
		{func(e *demoEvidence) { e.stored[1].Status = record.Completed }, "row 2 is SENT, though no message can hold it"},
		{func(e *demoEvidence) { e.stored[0].Status = record.Failed }, "row 1 is FAILED with -, and nothing was wrong with it"},
	} {
		e := agreeing()
		row.tamper(e)
		require.Contains(t, e.disagreements(), row.found)
	}
}

func TestADisagreementEndsTheDemoWith1(t *testing.T) {
	var out bytes.Buffer
	e := agreeing()
	e.source = append(e.source, 4)
	p := &play{globals: &globals{console: newConsole(nil, &out, io.Discard, false)}, folder: &demoFolder{}}
	err := p.conclude(e)
	require.Equal(t, exitNo, p.console.report(err))
	require.Contains(t, out.String(), "[fail] the three disagree:\n  row 4 of the source is not in DUMPED_DATA\n")
}

func TestBadRowsAreSpreadEvenly(t *testing.T) {
	count := func(part percent) (n int) {
		for seq := range int64(200) {
			if spoiled(seq+1, part) {
				n++
			}
		}
		return n
	}
	require.Equal(t, []int{0, 1, 4, 100, 200}, []int{count(0), count(0.5), count(2), count(50), count(100)})
}
