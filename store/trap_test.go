package store

import (
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"
)

// pauseAtRow1 lets statements of sessions named `paused` wait at row 1, in the middle of their scan and after their
// snapshot was taken, for as long as somebody holds the advisory lock 42.
const pauseAtRow1 = `
	CREATE FUNCTION pause(seq bigint) RETURNS boolean LANGUAGE plpgsql AS $$
	BEGIN
		IF seq = 1 AND current_setting('application_name') = 'paused' THEN
			PERFORM pg_advisory_xact_lock_shared(42);
		END IF;
		RETURN true;
	END $$;
	CREATE POLICY pause ON dumped_data USING (pause(seq));
	ALTER TABLE dumped_data ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;`

// whoWins lets steal run on a paused session that has seen row 2 with a dead owner, while a new instance registers and
// claims that row, and returns the row's owner at the end and the new instance.
func whoWins(t *testing.T, aside bool, steal func(s *SQL, me string)) (owner, registered string) {
	w := newPostgresWorld(t)
	s := w.open(t)
	first := newCarrier(t, s, "first")
	first.dump(1, 2)
	if aside {
		first.claim(10) // else the pause is in the sweep, before the owners are looked at
	}
	first.expire()
	s.db.MustExec(pauseAtRow1)
	w.Connection.URL += "&application_name=paused"
	paused := newCarrier(t, w.open(t), "paused")

	gate, err := s.db.Connx(t.Context())
	require.NoError(t, err)
	defer gate.Close()
	_, err = gate.ExecContext(t.Context(), `SELECT pg_advisory_lock(42)`)
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		steal(paused.SQL, paused.id)
	}()
	require.Eventually(t, func() bool { return waiting(t, s.db) }, waitAtMost, pollEvery)

	second := newCarrier(t, s, "second")
	require.Equal(t, []int64{2}, seqs(second.claim(10, 1))[1:])
	_, err = gate.ExecContext(t.Context(), `SELECT pg_advisory_unlock(42)`)
	require.NoError(t, err)
	<-done
	return *second.row(2).Owner, second.id
}

// waiting: somebody stands before the gate.
func waiting(t *testing.T, db *sqlx.DB) bool {
	var n int
	require.NoError(t, db.Get(&n, `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted`))
	return n > 0
}

func TestClaimTakesNothingFromAnInstanceThatRegistersMeanwhile(t *testing.T) {
	for _, aside := range []bool{false, true} {
		owner, registered := whoWins(t, aside, func(s *SQL, me string) {
			_, err := s.Claim(t.Context(), feed, me, 10, nil)
			require.NoError(t, err)
		})
		require.Equal(t, registered, owner)
	}
}

// The control: the obvious statement, which asks for living owners by itself, steals. Otherwise the test above proves nothing.
func TestClaimByNotExistsWouldSteal(t *testing.T) {
	owner, registered := whoWins(t, false, func(s *SQL, me string) {
		_, err := s.db.Exec(`
			WITH due AS MATERIALIZED (
				SELECT seq FROM dumped_data x WHERE feed = $1 AND status = 'NEW'
				   AND NOT EXISTS (SELECT 1 FROM instance i WHERE i.id = x.owner AND i.alive_until > clock_timestamp())
				 ORDER BY seq FOR UPDATE SKIP LOCKED)
			UPDATE dumped_data d SET owner = $2 FROM due WHERE d.feed = $1 AND d.seq = due.seq`, feed, me)
		require.NoError(t, err)
	})
	require.NotEqual(t, registered, owner)
}
