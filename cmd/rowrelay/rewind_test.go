package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/store"
)

// carries begins a feed above a number, and records rows first to last, each SENT save the FAILED ones.
func (w *world) carries(feed string, start, first, last int64, failed ...int64) {
	w.t.Helper()
	ctx := w.t.Context()
	identity, err := json.Marshal(source.Identity{Relation: "orders", Sequence: "order_seq", Server: "7001", Timeline: 3})
	require.NoError(w.t, err)
	seen, err := w.store.CreateFeed(ctx, feed, store.Beginning{Start: start, Identity: identity})
	require.NoError(w.t, err)
	w.dumps(seen, feed, last, numbers(first, last)...)
	w.sends(feed, numbers(first, last), failed...)
}

// dumps records rows as NEW and moves the position.
func (w *world) dumps(seen store.Position, feed string, last int64, seqs ...int64) {
	w.t.Helper()
	d := store.Dump{Feed: feed, Instance: w.id, Seen: seen, LastRead: last}
	for _, seq := range seqs {
		d.Records = append(d.Records, &record.Record{Feed: feed, Seq: seq, Metadata: `{}`, MessageID: "acme-prod." + feed})
	}
	_, _, err := w.store.Dump(w.t.Context(), d)
	require.NoError(w.t, err)
}

func (w *world) sends(feed string, seqs []int64, failed ...int64) {
	w.t.Helper()
	var marks []store.Mark
	for _, seq := range seqs {
		m := store.Mark{Seq: seq, ClaimNo: 1, Status: record.Completed, Outcome: record.Sent, Attempt: true}
		for _, f := range failed {
			if f == seq {
				m = store.Mark{Seq: seq, ClaimNo: 1, Status: record.Failed, Code: record.XMLType, Text: "NaN", Attempt: true}
			}
		}
		marks = append(marks, m)
	}
	hit, err := w.store.Mark(w.t.Context(), feed, w.id, marks)
	require.NoError(w.t, err)
	require.Len(w.t, hit, len(marks))
}

func (w *world) position(feed string) store.Position {
	w.t.Helper()
	p, err := w.store.Position(w.t.Context(), feed)
	require.NoError(w.t, err)
	return p
}

func numbers(first, last int64) (all []int64) {
	for seq := first; seq <= last; seq++ {
		all = append(all, seq)
	}
	return all
}

// rewinds types a rewind where a person sits, who answers.
func (w *world) rewinds(answer string, r rewindCmd) said {
	var out, err bytes.Buffer
	c := newConsole(strings.NewReader(answer), &out, &err, true)
	c.asking = true
	problem := r.Run(w.t.Context(), &globals{Config: w.path, Output: "table", console: c, typed: []string{"rewind", r.Feed}})
	return said{c.report(problem), out.String(), err.String()}
}

func TestRewindSaysWhatBecomesOfTheRowsAndAsksForTheName(t *testing.T) {
	w := newWorld(t)
	w.carries("orders", 0, 1, 12, 12)
	got := w.rewinds("orders\n", rewindCmd{Feed: "orders", To: target{seq: 1}, Reason: "the receiver lost its database"})
	require.Equal(t, exitOK, got.code, got.err)
	require.Equal(t, "last read 12 → 1: 11 numbers are read again\n"+
		"  10 are COMPLETED and will NOT be sent again (--resend completed sends such rows, with new ids)\n"+
		"   1 is NEW or FAILED and will stay so\n"+
		"Type the feed's name to continue: ", got.err)
	require.Regexp(t, `^orders goes on from 1, audit entry \d+\. `, got.out)
	require.EqualValues(t, 1, w.position("orders").LastRead)
	require.EqualValues(t, 12, w.position("orders").High)
}

func TestRewindChangesNothingUnlessTheNameIsTyped(t *testing.T) {
	w := newWorld(t)
	w.carries("orders", 0, 1, 3)
	for _, answer := range []string{"", "y\n", "order\n"} {
		got := w.rewinds(answer, rewindCmd{Feed: "orders", To: target{first: true}, Reason: "a test"})
		require.Equal(t, exitNo, got.code, answer)
		require.Contains(t, got.err, "nothing was changed")
	}
	require.EqualValues(t, 3, w.position("orders").LastRead)
}

func TestRewindWithoutATerminalSaysWhatToType(t *testing.T) {
	w := newWorld(t)
	w.carries("orders", 0, 1, 3)
	got := w.types("rewind orders --to 1 --reason test")
	require.Equal(t, exitNo, got.code)
	require.Contains(t, got.err, "last read 3 → 1: 2 numbers are read again\n")
	require.Contains(t, got.err, "→ rowrelay rewind orders --to 1 --reason test -c "+w.path+" --yes\n")
	require.EqualValues(t, 3, w.position("orders").LastRead)
}

func TestRewindToFirstIsTheBeginningOfTheTable(t *testing.T) {
	for start, want := range map[int64]int64{5: 0, 0: 0, -9: -9} {
		w := newWorld(t)
		w.carries("orders", start, 6, 8)
		var done move
		require.NoError(t, json.Unmarshal([]byte(w.types("rewind orders --to first --reason test --yes -o json").out), &done))
		require.Equal(t, move{From: 8, To: want, Completed: 3, Audit: done.Audit}, done)
		require.NotNil(t, done.Audit)
		require.Equal(t, want, w.position("orders").LastRead)
	}
}

func TestRewindDryRunOnlyCounts(t *testing.T) {
	w := newWorld(t)
	w.carries("orders", 0, 1, 3, 2)
	require.JSONEq(t, `{"from":3,"to":0,"completed":2,"unfinished":1,"resend":true,"audit":null}`,
		w.types("rewind orders --to 0 --resend completed --reason test --dry-run -o json").out)
	require.Contains(t, w.types("rewind orders --to 0 --reason test --dry-run").out, "Nothing was changed (--dry-run)")
	require.EqualValues(t, 3, w.position("orders").LastRead)
}

func TestRewindRefusesToGoForwardAndAFeedThatHasReadNothing(t *testing.T) {
	w := newWorld(t)
	got := w.types("rewind orders --to 1 --reason test --yes")
	require.Equal(t, exitNo, got.code)
	require.Contains(t, got.err, "nothing was read")
	w.carries("orders", 0, 1, 3)
	got = w.types("rewind orders --to 4 --reason test --yes")
	require.Equal(t, exitNo, got.code)
	require.Contains(t, got.err, "has read up to 3, and a feed only goes back")
	require.Contains(t, got.err, "→ ")
}

func TestAPlainRewindKeepsTheSourceAndAnOrderToSendAgainTakesAnother(t *testing.T) {
	w := newWorld(t)
	w.carries("orders", 0, 1, 3)
	before := w.position("orders").Identity
	require.Equal(t, exitOK, w.types("rewind orders --to 2 --reason test --yes").code)
	require.JSONEq(t, string(before), string(w.position("orders").Identity))
	require.Equal(t, exitOK, w.types("rewind orders --to 1 --resend completed --reason test --yes").code)
	require.JSONEq(t, `{"relation":"orders","sequence":"order_seq","server":"","timeline":0}`, string(w.position("orders").Identity))
}

// refusesPlain expects that a feed which went back goes on by --resend completed alone.
func (w *world) refusesPlain() {
	w.t.Helper()
	got := w.types("rewind orders --to 2 --reason test --yes")
	require.Equal(w.t, exitNo, got.code)
	require.Contains(w.t, got.err, "SOURCE_WENT_BACK")
	require.Contains(w.t, got.err, "would hide them")
	require.Contains(w.t, got.err, "→ rowrelay rewind orders --to 2 --reason test --yes -c "+w.path+" --resend completed")
	require.EqualValues(w.t, 3, w.position("orders").LastRead)
	require.Equal(w.t, exitOK, w.types("rewind orders --to 2 --resend completed --reason test --yes").code)
	require.EqualValues(w.t, 2, w.position("orders").LastRead)
}

func TestAFeedThatWentBackGoesOnOnlyWhenItSendsAgain(t *testing.T) {
	w := newWorld(t)
	w.carries("orders", 0, 1, 3)
	w.stops("orders", "the highest number has risen to 2")
	w.refusesPlain()
	require.Empty(t, w.position("orders").StopCode)
}

func TestAPlannedSwitchOverGoesOnWhereItStands(t *testing.T) {
	w := newWorld(t)
	w.carries("orders", 0, 1, 3)
	w.stops("orders", "another timeline")
	got := w.types("rewind orders --to 3 --resend completed --reason test --yes")
	require.Equal(t, exitOK, got.code, got.err)
	require.Contains(t, got.err, "last read 3 → 3: 0 numbers are read again\n  0 are COMPLETED")
	require.Empty(t, w.position("orders").StopCode)
	require.EqualValues(t, 3, w.position("orders").LastRead)
}

func TestADaemonsWordThatTheSourceWentBackCountsAfterItsEnd(t *testing.T) {
	w := newWorld(t)
	w.carries("orders", 0, 1, 3)
	require.NoError(t, w.store.Heartbeat(t.Context(), w.id, []byte(`{"feeds":{"orders":{"state":"stopped","code":"SOURCE_WENT_BACK"}}}`)))
	_, err := w.store.Retire(t.Context(), w.id)
	require.NoError(t, err)
	w.refusesPlain()
}

func TestStatusShowsAStoppedFeedWhileNoDaemonLives(t *testing.T) {
	w := newWorld(t)
	w.carries("orders", 0, 1, 3)
	w.stops("orders", "the highest number has risen to 2")
	for range 2 { // with a daemon that carries other feeds, and with none
		got := w.types("status orders")
		require.Regexp(t, `(?m)^orders +stopped +- +3 `, got.out)
		require.Contains(t, got.out, "SOURCE_WENT_BACK: the highest number has risen to 2\n")
		require.Contains(t, got.out, "rowrelay -c "+w.path+" rewind orders --to N --resend completed")
		_, err := w.store.Retire(t.Context(), w.id)
		require.NoError(t, err)
	}
	var found survey
	require.NoError(t, json.Unmarshal([]byte(w.types("status -o json").out), &found))
	require.Equal(t, record.Stopped, found.Feeds[0].State)
	require.Equal(t, record.SourceWentBack, found.Feeds[0].Code)
}

// stops notes that a feed went back.
func (w *world) stops(feed, text string) {
	w.t.Helper()
	p, err := w.store.Position(w.t.Context(), feed)
	require.NoError(w.t, err)
	require.NoError(w.t, w.store.StopFeed(w.t.Context(), feed, p.Version, &record.Stop{Code: record.SourceWentBack, Text: text}))
}
