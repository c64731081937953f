package store

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

func TestALivingNameIsHeldAndItsHolderNamed(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one, two := w.open(t), w.open(t)
		lock, err := one.Lock(t.Context(), "relay-1")
		require.NoError(t, err)
		newCarrier(t, one, "relay-1")
		_, err = two.Lock(t.Context(), "relay-1")
		var held *HeldError
		require.ErrorAs(t, err, &held)
		require.Regexp(t, `^relay-1, pid \d+ on \S+, since \d{4}-`, held.Holder)
		require.NoError(t, lock.Check(t.Context()))

		require.NoError(t, lock.Release())
		require.NoError(t, lock.Release())
		require.Eventually(t, func() bool { // PostgreSQL may need a moment to end the session
			lock, err = two.Lock(t.Context(), "relay-1")
			return err == nil
		}, waitAtMost, pollEvery)
		require.NoError(t, lock.Release())
	})
}

func TestPostgreSQLServesSeveralNamesAndSQLiteOne(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		one, two := w.open(t), w.open(t)
		first, err := one.Lock(t.Context(), "relay-1")
		require.NoError(t, err)
		defer func() { require.NoError(t, first.Release()) }()
		second, err := two.Lock(t.Context(), "relay-2")
		if one.db.DriverName() == "sqlite" {
			var held *HeldError
			require.ErrorAs(t, err, &held)
			require.Equal(t, one.Where(), held.File)
			require.Regexp(t, `^the SQLite store /\S+ is held by relay-1, pid \d+ on \S+, since \d{4}-`, err.Error())
			return
		}
		require.NoError(t, err)
		require.NoError(t, second.Release())
	})
}

// terminate ends the connection of a lock on the server, as a restart or a firewall does.
func terminate(t *testing.T, l NameLock) {
	p := l.(*postgresLock)
	_, err := p.store.db.Exec(`SELECT pg_terminate_backend($1, 10000)`, p.held.id.PID)
	require.NoError(t, err)
}

func TestLostLockIsTakenAgainUnlessAnotherWasFaster(t *testing.T) {
	w := newPostgresWorld(t)
	one, two := w.open(t), w.open(t)
	lock, err := one.Lock(t.Context(), "relay-1")
	require.NoError(t, err)
	terminate(t, lock)
	require.NoError(t, lock.Check(t.Context()))
	require.NoError(t, lock.Check(t.Context()))

	terminate(t, lock)
	other, err := two.Lock(t.Context(), "relay-1")
	require.NoError(t, err)
	require.ErrorAs(t, lock.Check(t.Context()), new(*HeldError))
	require.NoError(t, other.Release())
	require.Eventually(t, func() bool { return lock.Check(t.Context()) == nil }, waitAtMost, pollEvery)
	require.NoError(t, lock.Release())
}

func TestLockThatOnlyTheServerStillHoldsIsEndedAndTakenAgain(t *testing.T) {
	w := newPostgresWorld(t)
	s := w.open(t)
	lock, err := s.Lock(t.Context(), "relay-1")
	require.NoError(t, err)
	p := lock.(*postgresLock)
	zombie := p.held // the connection is lost for us, and the server has not noticed
	defer zombie.close()
	p.held = nil
	require.ErrorAs(t, lock.Check(t.Context()), new(*record.Outage))
	require.Eventually(t, func() bool { return lock.Check(t.Context()) == nil }, waitAtMost, pollEvery)
	require.NoError(t, lock.Release())
}

func TestRemovedLockFileIsTakenAgain(t *testing.T) {
	s := newSQLiteWorld(t).open(t)
	lock, err := s.Lock(t.Context(), "relay-1")
	require.NoError(t, err)
	require.NoError(t, os.Remove(s.lockPath()))
	require.NoError(t, lock.Check(t.Context()))
	_, err = s.Lock(t.Context(), "relay-1")
	require.ErrorAs(t, err, new(*HeldError))
	require.NoError(t, lock.Release())
}
