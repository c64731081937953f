package store

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

func TestFirstPositionStaysWhoeverComesSecond(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		s := w.open(t)
		_, err := s.Position(t.Context(), feed)
		require.ErrorIs(t, err, ErrNoFeed)
		require.ErrorIs(t, s.SetIdentity(t.Context(), feed, []byte(`{}`)), ErrNoFeed)
		want := Position{LastRead: -5, High: -5, StartSeq: -5, Identity: []byte(`{"timeline":1}`)}
		p, err := s.CreateFeed(t.Context(), feed, Beginning{Start: -5, Identity: want.Identity})
		require.NoError(t, err)
		require.Equal(t, want, p)
		p, err = s.CreateFeed(t.Context(), feed, Beginning{Start: 99, Identity: []byte(`{}`)})
		require.NoError(t, err)
		require.Equal(t, want, p)
		require.NoError(t, s.SetIdentity(t.Context(), feed, []byte(`{"timeline":2}`)))
		p, err = s.Position(t.Context(), feed)
		require.NoError(t, err)
		require.Equal(t, `{"timeline":2}`, string(p.Identity))
		require.Zero(t, p.Version)
	})
}

func TestDumpMovesThePositionWithItsRows(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := newCarrier(t, w.open(t), "one")
		records := bunch(3, 9)
		records[0].Key = new("A-4711")
		p, inserted, err := one.Dump(t.Context(), Dump{Feed: feed, Instance: one.id, LastRead: 9, Records: records})
		require.NoError(t, err)
		require.Equal(t, []int64{3, 9}, dumpedSeqs(inserted))
		require.Equal(t, Position{LastRead: 9, High: 9, Version: 1, Identity: []byte(`{}`)}, p)
		stored, err := one.Position(t.Context(), feed)
		require.NoError(t, err)
		require.Equal(t, p, stored)
		row := one.row(3)
		require.Equal(t, record.New, row.Status)
		require.Equal(t, "A-4711", *row.BusinessKey)
		require.Equal(t, one.id, *row.Owner)
		require.Equal(t, 1, row.ClaimNo)
		require.Nil(t, one.row(9).BusinessKey)
	})
}

func TestDumpOfNothingMovesThePosition(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := newCarrier(t, w.open(t), "one")
		p, inserted, err := one.Dump(t.Context(), Dump{Feed: feed, Instance: one.id, LastRead: 9})
		require.NoError(t, err)
		require.Empty(t, inserted)
		require.EqualValues(t, 9, p.LastRead)
	})
}

func TestStaleDumpWritesNothing(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := newCarrier(t, w.open(t), "one")
		one.dump(1)
		for _, seen := range []Position{{LastRead: 0, Version: 0}, {LastRead: 1, Version: 0}, {LastRead: 0, Version: 1}} {
			_, inserted, err := one.Dump(t.Context(), Dump{Feed: feed, Instance: one.id, Seen: seen, LastRead: 2, Records: bunch(2)})
			require.ErrorIs(t, err, ErrStale)
			require.Empty(t, inserted)
		}
		_, err := one.Row(t.Context(), feed, 2)
		require.ErrorIs(t, err, ErrNoRow)
		_, _, err = one.Dump(t.Context(), Dump{Feed: "unknown", Instance: one.id})
		require.ErrorIs(t, err, ErrNoFeed)
	})
}

func TestARowNamesItsOwnersInstanceWhileThatIsKnown(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := newCarrier(t, w.open(t), "one")
		one.dump(1)
		require.Equal(t, one.id, *one.row(1).Owner)
		require.Equal(t, "one", *one.row(1).OwnerName)
		one.db.MustExec(one.dialect.sql(`DELETE FROM instance WHERE id = $1`), one.id)
		require.Nil(t, one.row(1).OwnerName)
	})
}

func TestKnownRowBelowHighIsLeftOut(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := newCarrier(t, w.open(t), "one")
		one.dump(1, 3)
		p, err := one.Position(t.Context(), feed)
		require.NoError(t, err)
		_, inserted, err := one.Dump(t.Context(), Dump{Feed: feed, Instance: one.id, Seen: p, LastRead: 4, Records: bunch(1, 2, 3, 4)})
		require.NoError(t, err)
		require.Equal(t, []int64{2, 4}, dumpedSeqs(inserted))
	})
}

func TestKnownRowAboveHighStopsTheFeed(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := newCarrier(t, w.open(t), "one")
		one.dump(1, 2)
		one.db.MustExec(`UPDATE read_data_info SET last_read_seq = 1, high_seq = 1`)
		p, err := one.Position(t.Context(), feed)
		require.NoError(t, err)
		_, _, err = one.Dump(t.Context(), Dump{Feed: feed, Instance: one.id, Seen: p, LastRead: 3, Records: bunch(2, 3)})
		var stop *record.Stop
		require.ErrorAs(t, err, &stop)
		require.Equal(t, record.SourceWentBack, stop.Code)
		require.Contains(t, stop.Remedy, "rowrelay rewind orders")
		after, err := one.Position(t.Context(), feed)
		require.NoError(t, err)
		require.Equal(t, p, after)
		_, err = one.Row(t.Context(), feed, 3)
		require.ErrorIs(t, err, ErrNoRow)
	})
}

func TestAKeyThatPostgreSQLRefusesDoesNotHoldItsBunch(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one := newCarrier(t, w.open(t), "one")
		records := bunch(1, 2)
		records[0].Key, records[1].Key = new("A\x00\xff"), new(`'"\{},NULL`)
		_, inserted, err := one.Dump(t.Context(), Dump{Feed: feed, Instance: one.id, LastRead: 2, Records: records})
		require.NoError(t, err)
		require.Len(t, inserted, 2)
		require.Equal(t, "A\uFFFD\uFFFD", *one.row(1).BusinessKey)
		require.Equal(t, `'"\{},NULL`, *one.row(2).BusinessKey)
	})
}

func TestNumbersReachTheLimitsOfInt8(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		const low, high = -1 << 63, 1<<63 - 1
		s := w.open(t)
		_, err := s.CreateFeed(t.Context(), feed, Beginning{Start: low, Identity: []byte(`{}`)})
		require.NoError(t, err)
		one := newCarrier(t, s, "one")
		one.dump(low+1, high)
		require.Equal(t, []int64{low + 1, high}, seqs(one.claim(10)))
		require.Equal(t, []int64{high}, one.mark(sent(high, 2)))
	})
}
