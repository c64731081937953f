package process

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

// clockwork is a cache on a clock that the test sets, with a database that counts how often it is asked.
type clockwork struct {
	*cache
	t     testing.TB
	at    time.Time
	asked map[string]int
	rows  int // of an answer
}

func newClockwork(t testing.TB, o Cache) *clockwork {
	w := &clockwork{t: t, at: time.Unix(1_700_000_000, 0), asked: map[string]int{}, rows: 1}
	w.cache = newCache(o, func() time.Time { return w.at }, &counter{})
	return w
}

func (w *clockwork) ask(key string) string {
	a, _, err := w.get(w.t.Context(), key, func() (answer, error) {
		w.asked[key]++
		return answer{value: record.Value{Text: key + strconv.Itoa(w.asked[key])}, rows: w.rows}, nil
	})
	require.NoError(w.t, err)
	return a.value.Text
}

func TestAnswerIsKeptForItsTime(t *testing.T) {
	w := newClockwork(t, Cache{TTL: time.Minute, MaxEntries: 10})
	require.Equal(t, "a1", w.ask("a"))
	w.at = w.at.Add(time.Minute - 1)
	require.Equal(t, "a1", w.ask("a"))
	w.at = w.at.Add(1)
	require.Equal(t, "a2", w.ask("a"))
}

func TestAnswerIsAsOldAsItsQuestion(t *testing.T) {
	w := newClockwork(t, Cache{TTL: time.Minute, MaxEntries: 10})
	_, _, err := w.get(t.Context(), "a", func() (answer, error) {
		w.at = w.at.Add(time.Minute)
		return answer{rows: 1}, nil
	})
	require.NoError(t, err)
	require.Equal(t, "a1", w.ask("a"))
}

func TestAnswersAreBoundedByTheirWeightToo(t *testing.T) {
	w := newClockwork(t, Cache{TTL: time.Hour, MaxEntries: 1000})
	large := record.Value{Text: strings.Repeat("x", maxWeight/4)}
	for i := range 10 {
		_, _, err := w.get(t.Context(), strconv.Itoa(i), func() (answer, error) { return answer{value: large, rows: 1}, nil })
		require.NoError(t, err)
		require.LessOrEqual(t, w.weight, maxWeight)
	}
	require.Len(t, w.entries, 3)
	for w.recent.Len() > 0 {
		w.drop(w.recent.Back())
	}
	require.Zero(t, w.weight)
}

func TestMissingRowHasATimeOfItsOwn(t *testing.T) {
	w := newClockwork(t, Cache{TTL: time.Hour, MaxEntries: 10, MissingTTL: time.Second})
	w.rows = 0
	require.Equal(t, "a1", w.ask("a"))
	require.Equal(t, "a1", w.ask("a"))
	w.at = w.at.Add(time.Second)
	require.Equal(t, "a2", w.ask("a"))
	w = newClockwork(t, Cache{TTL: time.Hour, MaxEntries: 10})
	w.rows = 0
	require.Equal(t, "a1", w.ask("a"))
	require.Equal(t, "a2", w.ask("a"))
}

func TestLeastRecentlyUsedEntryGoes(t *testing.T) {
	w := newClockwork(t, Cache{TTL: time.Hour, MaxEntries: 2})
	for _, key := range []string{"a", "b", "a", "c", "a", "b"} {
		w.ask(key)
	}
	require.Equal(t, map[string]int{"a": 1, "b": 2, "c": 1}, w.asked)
	require.Len(t, w.entries, 2)
	require.Equal(t, 2, w.recent.Len())
	require.Empty(t, w.flights)
}

func TestErrorIsNotKept(t *testing.T) {
	w := newClockwork(t, Cache{TTL: time.Hour, MaxEntries: 2, MissingTTL: time.Hour})
	away := &record.Outage{Code: record.ConnLost}
	_, _, err := w.get(t.Context(), "a", func() (answer, error) { return answer{}, away })
	require.Equal(t, away, err)
	require.Equal(t, "a1", w.ask("a"))
}

func TestKeysAreDistinct(t *testing.T) {
	null, empty, text := record.Value{Null: true}, record.Value{}, func(s string) record.Value { return record.Value{Text: s} }
	seen := map[string]bool{}
	all := [][]record.Value{
		{}, {null}, {empty}, {null, empty}, {empty, null}, {text("a"), text("b")}, {text("ab"), empty}, {text("a1:b")}, {text("-")}, {text("1")},
		{{Kind: record.Integer, Text: "1"}}, {{Kind: record.List}}, {{Kind: record.List, Items: []record.Value{null}}}, {{Kind: record.List, Items: []record.Value{empty}}},
		{{Kind: record.List, Items: []record.Value{text("a")}}, text("b")}, {{Kind: record.List, Items: []record.Value{text("a"), text("b")}}},
	}
	for _, values := range all {
		seen[key(values)] = true
	}
	require.Len(t, seen, len(all))
}

// crowd asks for one key with n callers while the first one's call is under way, and then ends that call.
func crowd(t *testing.T, n int, ctx context.Context, end func() (answer, error)) (asked int, errs []error) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(Cache{TTL: time.Hour, MaxEntries: 2}, time.Now, &counter{})
		release := make(chan struct{})
		var mu sync.Mutex
		var callers sync.WaitGroup
		call := func(ctx context.Context) {
			_, _, err := c.get(ctx, "a", func() (answer, error) {
				mu.Lock()
				asked++
				first := asked == 1
				mu.Unlock()
				if first {
					<-release
					return end()
				}
				return answer{rows: 1}, nil
			})
			mu.Lock()
			errs = append(errs, err)
			mu.Unlock()
		}
		callers.Go(func() { call(ctx) })
		synctest.Wait()
		for range n - 1 {
			callers.Go(func() { call(context.Background()) })
		}
		synctest.Wait()
		close(release)
		callers.Wait()
		require.Empty(t, c.flights)
	})
	return asked, errs
}

func TestOneCallIsUnderWayForAKey(t *testing.T) {
	asked, errs := crowd(t, 20, context.Background(), func() (answer, error) { return answer{rows: 1}, nil })
	require.Equal(t, 1, asked)
	require.Equal(t, make([]error, 20), errs)
}

func TestOutageIsEverybodysWhoWaits(t *testing.T) {
	away := &record.Outage{Code: record.ConnLost}
	asked, errs := crowd(t, 20, context.Background(), func() (answer, error) { return answer{}, away })
	require.Equal(t, 1, asked)
	for _, err := range errs {
		require.Equal(t, away, err)
	}
}

// TestOneWhoIsCalledOffLeavesTheOthersTheirAnswer: another of them asks.
func TestOneWhoIsCalledOffLeavesTheOthersTheirAnswer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	asked, errs := crowd(t, 20, ctx, func() (answer, error) { cancel(); return answer{}, ctx.Err() })
	require.Equal(t, 2, asked)
	require.Equal(t, context.Canceled, errs[0])
	require.Equal(t, make([]error, 19), errs[1:])
}

func TestWaiterThatIsCalledOffDoesNotWait(t *testing.T) {
	w := newClockwork(t, Cache{TTL: time.Hour, MaxEntries: 2})
	_, _, err := w.get(t.Context(), "a", func() (answer, error) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, _, err := w.get(ctx, "a", nil)
		return answer{}, err
	})
	require.Equal(t, context.Canceled, err)
}

func TestPanicDoesNotHoldAKey(t *testing.T) {
	w := newClockwork(t, Cache{TTL: time.Hour, MaxEntries: 2})
	require.Panics(t, func() { _, _, _ = w.get(t.Context(), "a", func() (answer, error) { panic(errors.New("a bug")) }) })
	require.Equal(t, "a1", w.ask("a"))
}
