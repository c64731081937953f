package database_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
)

func TestSQLiteFileMayHaveAnyName(t *testing.T) {
	for _, name := range []string{"plain.db", `a b?c#d%41 'ü.db`} {
		o := database.Options{Name: "erp", URL: "sqlite://" + filepath.Join(t.TempDir(), name)}
		require.NoError(t, trouble(t, o))
		require.FileExists(t, database.Address(o))
	}
}

func TestSQLiteRelativePathIsOfTheWorkingDirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, trouble(t, database.Options{URL: "sqlite:relay.db"}))
	require.FileExists(t, "relay.db")
}

func TestSQLiteWriterIsDurableAndReaderCannotWrite(t *testing.T) {
	o := database.Options{Name: "erp", URL: "sqlite:" + filepath.Join(t.TempDir(), "x.db")}
	writer := open(t, o)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var got string
		require.NoError(t, writer.Get(&got, `PRAGMA `+pragma))
		require.Equal(t, want, got, pragma)
	}
	writer.MustExec(`CREATE TABLE orders (id integer)`)

	o.ReadOnly = true
	reader := open(t, o)
	writer.MustExec(`INSERT INTO orders VALUES (1)`)
	var n int
	require.NoError(t, reader.Get(&n, `SELECT count(*) FROM orders WHERE id = ?`, 1))
	require.Equal(t, 1, n)
	_, err := reader.Exec(`INSERT INTO orders VALUES (2)`)
	requireOutage(t, database.Trouble("erp", err), record.ConnAuth)
}

func TestSQLiteLockedFileIsAnOutage(t *testing.T) {
	o := database.Options{Name: "erp", URL: "sqlite:" + filepath.Join(t.TempDir(), "x.db"), RequestTimeout: time.Millisecond}
	holder, other := open(t, o), open(t, o)
	holder.MustExec(`CREATE TABLE orders (id integer)`)
	_, err := other.Exec(`SELECT * FROM orders`)
	require.NoError(t, err)
	tx := holder.MustBegin()
	_, err = other.Exec(`INSERT INTO orders VALUES (1)`)
	require.NoError(t, tx.Rollback())
	requireOutage(t, database.Trouble("erp", err), record.ConnTimeout)
}

func TestSQLiteMissingFileIsAnOutageOfAReader(t *testing.T) {
	o := database.Options{Name: "erp", URL: "sqlite:" + filepath.Join(t.TempDir(), "x.db"), ReadOnly: true}
	requireOutage(t, trouble(t, o), record.ConnLost)
	require.NoFileExists(t, database.Address(o))
}

func TestSQLiteFileThatCannotBeOpenedIsNamedWithItsWholePath(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	err := trouble(t, database.Options{Name: "erp", URL: "sqlite:gone.db", ReadOnly: true})
	requireOutage(t, err, record.ConnLost)
	require.ErrorContains(t, err, filepath.Join(here, "gone.db")+": ")
}
