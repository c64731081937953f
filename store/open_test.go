package store

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/testbed"
)

func TestOnlyAMigrationMakesTables(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		_, err := Open(t.Context(), w.Options)
		var schema *SchemaError
		require.ErrorAs(t, err, &schema)
		require.Zero(t, schema.Have)
		require.ErrorContains(t, err, "rowrelay run")
		if database.Dialect(w.Connection.URL) == database.SQLite {
			require.NoFileExists(t, database.Address(w.Connection))
		}
		id := w.open(t).ID()
		s, err := Open(t.Context(), w.Options)
		require.NoError(t, err)
		defer s.Close()
		require.Equal(t, id, s.ID())
	})
}

func TestStoresOfOtherVersionsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		s := w.open(t)
		want, err := s.wantVersion()
		require.NoError(t, err)
		_, err = s.exec(t.Context(), s.db, `UPDATE store_version SET version_id = $1 WHERE version_id = $2`, want+1, want)
		require.NoError(t, err)
		for _, w.Migrate = range []bool{false, true} {
			_, err = Open(t.Context(), w.Options)
			var schema *SchemaError
			require.ErrorAs(t, err, &schema)
			require.Equal(t, want+1, schema.Have)
			require.ErrorContains(t, err, "newer program")
		}
		older := &SchemaError{Where: "x", Have: want, Want: want + 1}
		require.ErrorContains(t, older, "brings the store up to date")
	})
}

func TestTwoThatStartAtOnceMakeOneStore(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.Migrate = true
		ids := make([]string, 6)
		var all sync.WaitGroup
		for i := range ids {
			all.Go(func() {
				s, err := Open(t.Context(), w.Options)
				if err != nil {
					ids[i] = err.Error()
					return
				}
				ids[i] = s.ID()
				s.Close()
			})
		}
		all.Wait()
		for _, id := range ids {
			require.Equal(t, ids[0], id)
		}
		require.Regexp(t, `^[a-z]{8}$`, ids[0])
	})
}

func TestAStoreWhoseMakerDiedBeforeItHadAnIDIsCompleted(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.open(t).db.MustExec(`DELETE FROM store_info`)
		w.Migrate = true
		require.Regexp(t, `^[a-z]{8}$`, w.open(t).ID())
	})
}

func TestTheFilesIDMadeTheStoreAndMustStayItsOwn(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.ID = "acme-prod"
		require.Equal(t, "acme-prod", w.open(t).ID())
		w.ID = ""
		require.Equal(t, "acme-prod", w.open(t).ID())
		w.ID = "acme-test"
		_, err := Open(t.Context(), w.Options)
		var other *IDError
		require.ErrorAs(t, err, &other)
		require.Equal(t, IDError{Given: "acme-test", Stored: "acme-prod"}, *other)
	})
}

func TestStoresOfTwoSchemasDoNotMeet(t *testing.T) {
	w := newPostgresWorld(t)
	one := w.open(t)
	w.Schema = `odd "schema", of our's`
	two := w.open(t)
	require.NotEqual(t, one.ID(), two.ID())
	newCarrier(t, one, "one").dump(1)
	newCarrier(t, two, "one").dump(1)
	for _, s := range []*SQL{one, two} {
		lock, err := s.Lock(t.Context(), "one")
		require.NoError(t, err)
		defer func() { require.NoError(t, lock.Release()) }()
	}
	require.True(t, strings.HasSuffix(two.Where(), w.Schema), two.Where())
}

func TestAccountThatMayMakeNoSchemaIsToldTheGrant(t *testing.T) {
	d := testbed.SharedPostgres(t).Database(t)
	account := d.Account(t)
	o := Options{Migrate: true, Connection: database.Options{
		Name: "relaydb", URL: "postgres://" + d.Server.Addr + "/" + d.Name + "?sslmode=disable",
		User: account.Name, Password: account.Password,
	}}
	_, err := Open(t.Context(), o)
	require.ErrorContains(t, err, `CREATE SCHEMA "rowrelay" AUTHORIZATION "`+account.Name+`";`)
	d.ExecSuper(t, `CREATE SCHEMA "rowrelay" AUTHORIZATION "`+account.Name+`";`)
	s, err := Open(t.Context(), o)
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

func TestStoreThatIsAwayIsAnOutage(t *testing.T) {
	w := world{Options{Connection: database.Options{Name: "relaydb", URL: "postgres://127.0.0.1:1/x?sslmode=disable"}}}
	_, err := Open(t.Context(), w.Options)
	var outage *record.Outage
	require.ErrorAs(t, err, &outage)
	require.Equal(t, record.ConnRefused, outage.Code)
	require.Equal(t, "relaydb", outage.Connection)
}

func TestSQLiteStoreIsNamedByItsAbsolutePath(t *testing.T) {
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	require.NoError(t, err)
	s := world{Options{Connection: database.Options{URL: "sqlite:rowrelay.db"}}}.open(t)
	require.Equal(t, filepath.Join(here, "rowrelay.db"), s.Where())
}
