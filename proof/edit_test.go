package proof

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

// editor edits the file of a running daemon, as a person would.
type editor struct {
	*world
	daemon *relay
	text   string // of the last good file
	asks   world  // asks `status` with a file of its own, which stays good
}

func (w *world) edits(r *relay) *editor {
	w.t.Helper()
	text, err := os.ReadFile(w.path())
	require.NoError(w.t, err)
	e := &editor{world: w, daemon: r, text: string(text), asks: *w}
	e.asks.instance = "asking"
	e.asks.config()
	return e
}

// with is the file with one part replaced.
func (e *editor) with(old, new string) string {
	e.t.Helper()
	require.Equal(e.t, 1, strings.Count(e.text, old), old)
	return strings.Replace(e.text, old, new, 1)
}

// save writes the file as editors do: beside it, then over it.
func (e *editor) save(text string) {
	e.t.Helper()
	require.NoError(e.t, os.WriteFile(e.path()+"~", []byte(text), 0o600))
	require.NoError(e.t, os.Rename(e.path()+"~", e.path()))
}

// change edits one live key and returns how long the daemon took to say that it follows.
func (e *editor) change(key, from, to string) time.Duration {
	e.t.Helper()
	name := key[strings.LastIndex(key, ".")+1:]
	e.text = e.with(name+": "+from, name+": "+to)
	saved := time.Now()
	e.save(e.text)
	e.daemon.says(fmt.Sprintf("feeds.orders.%s: %s → %s", key, from, to))
	return time.Since(saved).Round(10 * time.Millisecond)
}

// live waits until `status` says of the daemon what fact asks for.
func (e *editor) live(what string, fact func(file struct{ Hash, Refused string }, workers int) bool) {
	e.t.Helper()
	e.until("status shows "+what, func() bool {
		for _, i := range e.asks.status().Instances {
			if i.Name == e.instance {
				return fact(i.File, i.Feeds["orders"].Workers)
			}
		}
		return false
	})
}

func (e *editor) hasWorkers(n int) {
	e.t.Helper()
	e.live(fmt.Sprint(n, " workers"), func(_ struct{ Hash, Refused string }, workers int) bool { return workers == n })
}

// heard waits for a heart-beat from now on: until then the daemon has done whatever was due.
func (e *editor) heard() {
	e.t.Helper()
	now := e.asks.status().Now
	e.until("a heart-beat", func() bool { return e.asks.status().Instances[0].LastSeen.After(now) })
}

func TestALiveEditIsFollowedWhileRowsPass(t *testing.T) {
	rows := size(4000, 20000)
	half := rows / 2
	broker := testbed.SharedBroker(t, testbed.ActiveMQ)
	w := newWorld(t).to(broker)
	w.bunch, w.feed["max_in_flight"], w.feed["workers"], w.feed["poll_interval"] = 2, "4", "1", "1h" // slow, until edited
	w.fill(1, half)
	r := w.start()
	r.says("feed started")
	e, store := w.edits(r), w.store.Open(t)
	read := func() int64 { return w.number(store, `SELECT last_read_seq FROM rowrelay.read_data_info`) }

	more := e.change("workers", "1", "16")
	e.hasWorkers(16)
	fewer := e.change("workers", "16", "2")
	e.hasWorkers(2)
	passed := read()
	require.Positive(t, passed)
	if *full { // the cut's half may be through before the second edit is seen
		require.Less(t, passed, int64(half), "rows passed while the workers changed")
	}
	flight := e.change("max_in_flight", "4", "2000")
	bunch := e.change("source.bunch", "2", "500")
	w.settled(half)

	e.heard() // the poll that found nothing is over: the next is an hour away
	w.fill(half+1, rows)
	require.EqualValues(t, half, read())
	asked := time.Now()
	poll := e.change("poll_interval", "1h", "1s")
	w.until("a row is read", func() bool { return read() > int64(half) })
	first := time.Since(asked).Round(10 * time.Millisecond)
	w.settled(rows)
	require.Equal(t, 1, strings.Count(r.log.String(), "feed started"))
	require.NotContains(t, r.log.String(), "built anew")
	require.Zero(t, r.stop())
	w.requireStoreAgrees(rows)
	require.EqualValues(t, 1, w.number(store, `SELECT count(*) FROM rowrelay.instance`))
	seen := w.delivered(broker, rows)
	require.Len(t, seen, rows)
	require.Empty(t, moreThanOnce(seen))
	show(t, "followed after: workers 1 -> 16 %s, 16 -> 2 %s, max_in_flight %s, bunch %s, poll_interval 1h -> 1s %s and a row read after %s", more, fewer, flight, bunch, poll, first)
	show(t, "rows %d, of which %d had passed when both changes of workers were done; feed started once, one instance, delivered once each", rows, passed)
}

// badEdits are texts that no daemon may follow, by what is wrong with them.
func (e *editor) badEdits() []badEdit {
	return []badEdit{
		{"an unclosed brace", e.with("max_size: 16MiB }", "max_size: 16MiB"), "nothing closes the {", "max_size: 16MiB"},
		{"a tab", e.with("    workers: 1", "\tworkers: 1"), "no YAML", "\tworkers: 1"},
		{"an unknown key", e.with("workers: 1", "wrokers: 1"), "wrokers", "wrokers"},
		{"a duration without a unit", e.with("poll_interval: 1h", "poll_interval: 60"), "poll_interval", "poll_interval"},
		{"a word for a number", e.with("workers: 1", "workers: many"), "workers", "workers: many"},
		{"a number out of range", e.with("workers: 1", "workers: 0"), "workers", "workers: 0"},
		{"another queue", e.with("queue: "+e.queue, "queue: ELSEWHERE"), "needs a restart: feeds.orders.sink.queue", "queue: ELSEWHERE"},
		{"another table", e.with("public.orders", "public.others"), "needs a restart: feeds.orders.source.table", "public.others"},
		{"another password", e.with(`password: "`+e.login[1], `password: "geheim-`+e.login[1]), "needs a restart: connections.mq.password", "geheim-"},
		{"a removed feed", e.with(e.extra, ""), "needs a restart: feeds.invoices", "feeds:"},
		{"a missing variable", e.with(`user: "`+e.login[0]+`"`, `user: "${ROWRELAY_NO_SUCH_VARIABLE}"`), "ROWRELAY_NO_SUCH_VARIABLE", "ROWRELAY_NO_SUCH_VARIABLE"},
		{"an empty file", "", "is empty", ""},
	}
}

type badEdit struct{ kind, text, says, at string }

// line is the number of the line that holds what is wrong; 0 if no line is to blame.
func (b badEdit) line() int {
	before, _, found := strings.Cut(b.text, b.at)
	if b.at == "" || !found {
		return 0
	}
	return strings.Count(before, "\n") + 1
}

// refused saves a bad edit and waits until log and status say so; the old file, with this many workers, stays in force.
func (e *editor) refused(b badEdit, hash string, workers int) {
	e.t.Helper()
	refusals := func() []string { return linesWith(e.daemon.log.String(), "reload refused, the old file stays") }
	before := len(refusals())
	e.save(b.text)
	e.until(b.kind+" is refused", func() bool { return len(refusals()) > before })
	said := refusals()[before]
	require.Contains(e.t, said, b.says, b.kind)
	require.Contains(e.t, said, fmt.Sprintf(" line=%d ", b.line()), b.kind)
	e.live(b.kind+" as refused", func(file struct{ Hash, Refused string }, now int) bool {
		return strings.Contains(file.Refused, b.says) && file.Hash == hash && now == workers
	})
}

func TestABadEditIsRefusedWholeAndTheOldFileStays(t *testing.T) {
	const rows = 200
	broker := testbed.SharedBroker(t, testbed.ActiveMQ)
	w := newWorld(t).to(broker)
	w.feed["workers"], w.feed["poll_interval"] = "1", "1h"
	w.extra = "  invoices: { enabled: false, source: { connection: erp, table: invoices, sequence: id, start: first }, message: { root: Invoice }, sink: { connection: mq, queue: INVOICES } }\n"
	w.fill(1, rows)
	r := w.start()
	r.says("feed started")
	e := w.edits(r)
	var hash string
	e.live("one worker", func(file struct{ Hash, Refused string }, workers int) bool { hash = file.Hash; return workers == 1 })
	bad := e.badEdits()
	for _, b := range bad {
		e.refused(b, hash, 1)
	}
	require.NotContains(t, r.log.String(), "geheim-")
	require.NotContains(t, r.log.String(), "configuration reloaded")
	e.requireHalfAFileIsWaitedFor(len(bad))
	w.settled(rows)
	w.fill(rows+1, 2*rows)
	e.change("poll_interval", "1h", "1s")
	w.settled(2 * rows)
	require.Equal(t, 1, strings.Count(r.log.String(), "feed started"))
	require.Zero(t, r.stop())
	w.requireStoreAgrees(2 * rows)
	seen := w.delivered(broker, 2*rows)
	require.Len(t, seen, 2*rows)
	require.Empty(t, moreThanOnce(seen))
	var kinds []string
	for _, b := range bad {
		kinds = append(kinds, fmt.Sprintf("%s (line %d)", b.kind, b.line()))
	}
	show(t, "bad edits %d, each refused whole with its line in log and status, the old file's hash stays: %s", len(bad), strings.Join(kinds, ", "))
	show(t, "a file written in %d steps was waited for and followed; feed started once, rows %d, delivered once each", steps, 2*rows)
}

// steps is in how many pieces a slow writer writes the file; it pauses less than the second it is given.
const steps = 4

// requireHalfAFileIsWaitedFor writes a good file in place, piece by piece: nobody may judge a piece.
func (e *editor) requireHalfAFileIsWaitedFor(refusals int) {
	e.t.Helper()
	e.text = e.with("workers: 1", "workers: 3")
	for i := 1; i <= steps; i++ {
		require.NoError(e.t, os.WriteFile(e.path(), []byte(e.text[:len(e.text)*i/steps]), 0o600))
		time.Sleep(300 * time.Millisecond) // the slow writer
	}
	e.daemon.says("feeds.orders.workers: 1 → 3")
	require.Len(e.t, linesWith(e.daemon.log.String(), "reload refused"), refusals)
	e.live("the finished file", func(file struct{ Hash, Refused string }, workers int) bool { return file.Refused == "" && workers == 3 })
}

func linesWith(text, part string) []string {
	var found []string
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			found = append(found, line)
		}
	}
	return found
}
