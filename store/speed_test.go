package store

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUnfinishedRowsOfAnOlderStoreAreFound makes a store of version 2, as a daemon of the version before has left it.
func TestUnfinishedRowsOfAnOlderStoreAreFound(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		s := w.open(t)
		p, err := s.provider()
		require.NoError(t, err)
		s.db.MustExec(`DROP TABLE audit`)
		for _, table := range []string{"dumped_data", "sequence_gap", "instance", "read_data_info", "store_info", versions} {
			s.db.MustExec(`DROP TABLE ` + table)
		}
		_, err = p.UpTo(t.Context(), 2)
		require.NoError(t, err)
		_, err = s.exec(t.Context(), s.db, `INSERT INTO store_info (store_id) VALUES ('older')`)
		require.NoError(t, err)
		_, err = s.exec(t.Context(), s.db, `INSERT INTO read_data_info (feed, last_read_seq, high_seq, start_seq, source_identity) VALUES ($1, 4, 4, 0, '{}')`, feed)
		require.NoError(t, err)
		const gone = "00000000-0000-0000-0000-00000000000a"
		for _, row := range []string{`1, 'COMPLETED', 'SENT', NULL, clock_timestamp()`, `2, 'NEW', NULL, NULL, NULL`, `3, 'FAILED', NULL, 'INTERNAL', clock_timestamp()`, `4, 'NEW', NULL, NULL, NULL`} {
			_, err = s.exec(t.Context(), s.db, `INSERT INTO dumped_data (feed, owner, metadata, message_id, read_at, seq, status, outcome, error_code, finished_at)
				VALUES ($1, $2, '{}', 'm', clock_timestamp(), `+row+`)`, feed, gone)
			require.NoError(t, err)
		}
		_, err = p.Up(t.Context())
		require.NoError(t, err)

		c := newCarrier(t, s, "new")
		require.Equal(t, []int64{2, 4}, seqs(c.claim(10)))
		o, err := s.Overview(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, []int64{2, 1}, []int64{o.Feeds[0].New, o.Feeds[0].Failed})
	})
}
