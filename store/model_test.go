package store

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rowrelay/rowrelay/record"
)

// model is what the store's rows and instances should be, in the plainest form.
type model struct {
	*SQL
	feed      string
	position  Position
	rows      map[int64]*modelRow
	instances map[string]*modelInstance
	late      []modelMark // marks that were given once: repeated, none may hit
}

type modelRow struct {
	status                   record.Status
	owner                    string
	claim, attempts, crashes int
	waits                    bool
}

type modelInstance struct{ lapsed, dead, stopped bool }

type modelMark struct {
	instance string
	mark     Mark
}

func newModel(t *rapid.T, s *SQL) *model {
	m := &model{SQL: s, feed: uuid.NewString(), rows: map[int64]*modelRow{}, instances: map[string]*modelInstance{}}
	_, err := s.CreateFeed(background(), m.feed, Beginning{Start: 0, Identity: []byte(`{}`)})
	require.NoError(t, err)
	m.register(t)
	return m
}

func (m *model) register(t *rapid.T) {
	id, err := m.Register(background(), uuid.NewString(), []byte(`{}`))
	require.NoError(t, err)
	m.instances[id] = &modelInstance{}
}

func (m *model) anyone(t *rapid.T) string {
	return rapid.SampledFrom(slices.Sorted(maps.Keys(m.instances))).Draw(t, "instance")
}

func (m *model) dump(t *rapid.T) {
	me, n := m.anyone(t), rapid.IntRange(1, 6).Draw(t, "rows")
	seen := m.position
	stale := rapid.IntRange(0, 4).Draw(t, "stale") == 0
	if stale {
		seen.Version--
	}
	first := m.position.LastRead + rapid.Int64Range(1, 3).Draw(t, "first") // what is passed over may come late
	var numbers []int64
	for i := range n {
		numbers = append(numbers, first+int64(i))
	}
	last := numbers[n-1]
	if late := m.passedOver(); len(late) > 0 && rapid.Bool().Draw(t, "late") {
		numbers = append([]int64{rapid.SampledFrom(late).Draw(t, "late row")}, numbers...)
	}
	_, inserted, err := m.Dump(background(), Dump{
		Feed: m.feed, Instance: me, Seen: seen, LastRead: last, Records: bunch(numbers...),
	})
	if stale {
		require.ErrorIs(t, err, ErrStale)
		return
	}
	require.NoError(t, err)
	require.Equal(t, numbers, dumpedSeqs(inserted))
	m.position.LastRead, m.position.Version = last, m.position.Version+1
	for _, seq := range numbers {
		m.rows[seq] = &modelRow{status: record.New, owner: me, claim: 1}
	}
}

// passedOver are numbers below the last that have no row yet.
func (m *model) passedOver() (late []int64) {
	for seq := range m.position.LastRead {
		if m.rows[seq+1] == nil {
			late = append(late, seq+1)
		}
	}
	return late
}

func (m *model) claim(t *rapid.T) {
	me, limit := m.anyone(t), rapid.IntRange(1, 8).Draw(t, "limit")
	for _, i := range m.instances {
		i.dead = i.dead || i.lapsed
	}
	var inFlight, due []int64
	for _, seq := range slices.Sorted(maps.Keys(m.rows)) {
		row := m.rows[seq]
		if row.status != record.New || row.waits {
			continue
		}
		if row.owner == me && rapid.Bool().Draw(t, "in flight") {
			inFlight = append(inFlight, seq)
		} else if row.owner == "" || row.owner == me || m.instances[row.owner].dead {
			due = append(due, seq)
		}
	}
	got, err := m.Claim(background(), m.feed, me, limit, inFlight)
	if m.instances[me].dead {
		require.ErrorIs(t, err, ErrFenced)
		return
	}
	require.NoError(t, err)
	require.Len(t, got, min(limit, len(due)))
	require.Subset(t, due, seqs(got))
	require.True(t, slices.IsSorted(seqs(got)))
	for _, r := range got {
		row := m.rows[r.Seq]
		if i := m.instances[row.owner]; i != nil && i.dead && !i.stopped {
			row.crashes = min(row.crashes+1, SuspectCrashes)
		}
		row.owner, row.claim = me, row.claim+1
		require.Equal(t, []int{row.claim, row.attempts, row.crashes}, []int{r.ClaimNo, r.Attempts, r.Crashes})
	}
}

func (m *model) mark(t *rapid.T) {
	if len(m.rows) == 0 {
		return
	}
	seq := rapid.SampledFrom(slices.Sorted(maps.Keys(m.rows))).Draw(t, "seq")
	row := m.rows[seq]
	me := row.owner
	if me == "" || rapid.IntRange(0, 3).Draw(t, "stranger") == 0 {
		me = m.anyone(t)
	}
	claim := row.claim - max(0, rapid.IntRange(-4, 1).Draw(t, "old claim"))
	mark := rapid.SampledFrom([]Mark{
		sent(seq, claim), fails(seq, claim), again(seq, claim, 0), again(seq, claim, time.Hour),
		{Seq: seq, ClaimNo: claim, Status: record.New},
		{Seq: seq, ClaimNo: claim, Status: record.Failed, Code: record.Internal, Text: "it kills the process"},
	}).Draw(t, "mark")
	hits := row.status == record.New && row.owner == me && row.claim == claim
	require.Equal(t, hits, m.give(t, me, mark))
	if hits {
		m.late = append(m.late, modelMark{me, mark})
		row.apply(mark)
	}
}

func (m *model) give(t *rapid.T, me string, mark Mark) bool {
	hit, err := m.Mark(background(), m.feed, me, []Mark{mark})
	require.NoError(t, err)
	return len(hit) == 1
}

func (r *modelRow) apply(m Mark) {
	r.status = m.Status
	if m.Attempt {
		r.attempts++
	}
	if m.Attempt || m.Status == record.Completed {
		r.crashes = 0
	}
	if m.Status == record.New {
		r.owner, r.waits = "", m.Wait > 0
	}
}

func (m *model) repeat(t *rapid.T) {
	if len(m.late) > 0 {
		late := rapid.SampledFrom(m.late).Draw(t, "late")
		require.False(t, m.give(t, late.instance, late.mark), "a mark hit twice")
	}
}

func (m *model) retry(t *rapid.T) {
	n, _, err := m.Retry(background(), Filter{Feed: m.feed}, 0, 0, Audit{})
	require.NoError(t, err)
	for _, row := range m.rows {
		if row.status == record.Failed {
			*row = modelRow{status: record.New, claim: row.claim}
			n--
		}
	}
	require.Zero(t, n)
}

func (m *model) expire(t *rapid.T) {
	id := m.anyone(t)
	_, err := m.exec(background(), m.db, `UPDATE instance SET alive_until = clock_timestamp() - 1 * interval '1 second' WHERE id = $1`, id)
	require.NoError(t, err)
	m.instances[id].lapsed = true
	require.ErrorIs(t, m.Heartbeat(background(), id, []byte(`{}`)), ErrFenced)
}

func (m *model) retire(t *rapid.T) {
	id := m.anyone(t)
	_, err := m.Retire(background(), id)
	require.NoError(t, err)
	*m.instances[id] = modelInstance{lapsed: true, dead: true, stopped: true}
	for _, row := range m.rows {
		if row.status == record.New && row.owner == id {
			row.owner, row.crashes = "", 0
		}
	}
}

// age lets what is under way have been so for long.
func (m *model) age(t *rapid.T) {
	_, err := m.exec(background(), m.db, `UPDATE dumped_data SET read_at = clock_timestamp() - 31 * interval '1 second' WHERE feed = $1`, m.feed)
	require.NoError(t, err)
}

// found checks what every search for unfinished rows relies on.
func (m *model) found(t *rapid.T) {
	var wrong int
	require.NoError(t, m.get(background(), m.db, &wrong, `
		SELECT count(*) FROM read_data_info AS f JOIN dumped_data AS d ON d.feed = f.feed
		 WHERE f.feed = $1 AND (f.unfinished_from > f.high_seq + 1 OR d.status <> 'NEW' AND d.aside
		        OR d.status = 'NEW' AND NOT d.aside AND (d.seq < f.unfinished_from OR d.owner IS NULL))`, m.feed))
	require.Zero(t, wrong, "rows that no search would find")
}

// check compares every row with the model: none is lost, none is there twice, none is in another state.
func (m *model) check(t *rapid.T) {
	var rows []Row
	require.NoError(t, m.list(background(), m.db, &rows, `SELECT `+columns+` FROM dumped_data WHERE feed = $1`, m.feed))
	require.Len(t, rows, len(m.rows))
	m.found(t)
	for _, r := range rows {
		want := *m.rows[r.Seq]
		got := modelRow{r.Status, "", r.ClaimNo, r.Attempts, r.Crashes, r.NextAttemptAt != nil && time.Until(*r.NextAttemptAt) > time.Minute}
		if r.Owner != nil {
			got.owner = *r.Owner
		}
		require.Equal(t, want, got, "row %d", r.Seq)
	}
}

func TestStoreBehavesAsItsModel(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		s := w.open(t)
		rapid.Check(t, func(t *rapid.T) {
			m := newModel(t, s)
			t.Repeat(map[string]func(*rapid.T){
				"register": m.register, "dump": m.dump, "claim": m.claim, "claim again": m.claim, "mark": m.mark,
				"mark again": m.mark, "repeat": m.repeat, "retry": m.retry, "expire": m.expire, "retire": m.retire, "age": m.age, "": m.check,
			})
		})
	})
}
