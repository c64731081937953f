package proof

import (
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

// TestGapsOnAStandbyAreClosedByTheWindow: nobody can see on a standby who writes on its primary.
func TestGapsOnAStandbyAreClosedByTheWindow(t *testing.T) {
	primary := testbed.StartPostgres(t)
	w := newWorldOn(t, primary.Postgres, testbed.SharedPostgres(t)).sequenced("").watching("0s", "5s")
	standby := primary.Standby(t)
	w.from = standby.Addr
	a := w.listened()
	replicated(t, primary, standby)
	w.config()
	check, _, _ := w.run("check", "--connect")
	require.Contains(t, check, "carried if they appear within gaps.watch: the server is a standby")
	r := w.start()
	r.says("numbers=age")
	p := w.press(stressFor(), time.Second, everyShape, nil)
	w.complete(a, r, p)
	show(t, "a hot standby as source, watch 5s: %s", r.line(`numbers="`))
	show(t, "rows %d, lost 0, double 0, unexpected 0; naive (on the primary) lost %d; open gaps at most %d", len(p.committed), p.naive, p.peak)
}

// replicated waits until the standby has followed.
func replicated(t *testing.T, primary, standby *testbed.PostgresProcess) {
	t.Helper()
	at := func(p *testbed.PostgresProcess, query string) (lsn string) {
		db, err := sql.Open("postgres", p.URL("postgres"))
		require.NoError(t, err)
		defer db.Close()
		require.NoError(t, db.QueryRow(query).Scan(&lsn))
		return lsn
	}
	want := at(primary, `SELECT pg_current_wal_lsn()`)
	require.Eventually(t, func() bool {
		return at(standby, `SELECT coalesce(pg_last_wal_replay_lsn() >= '`+want+`', false)`) == "true"
	}, patience, tick)
}
