package testbed

import (
	"database/sql"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDatabasesAreApart(t *testing.T) {
	server := SharedPostgres(t)
	one, two := server.Database(t), server.Database(t)
	one.Exec(t, `CREATE TABLE orders (id bigint)`)
	two.Exec(t, `CREATE TABLE orders (id bigint)`)
	reader := one.Account(t)
	_, err := open(t, reader.URL).Exec(`SELECT * FROM orders`)
	require.ErrorContains(t, err, "permission denied")
	one.Exec(t, `GRANT SELECT ON orders TO `+reader.Name)
	_, err = open(t, reader.URL).Exec(`SELECT * FROM orders`)
	require.NoError(t, err)
}

func TestPostgresKeepsWhatWasCommittedAcrossAnImmediateRestart(t *testing.T) {
	server := StartPostgres(t)
	database := server.Database(t)
	database.Exec(t, `CREATE TABLE orders AS SELECT generate_series(1, 1000) AS id`)
	db := database.Open(t)
	require.NoError(t, db.Ping())
	server.Restart(t)
	var n int
	require.NoError(t, db.QueryRow(`SELECT count(*) FROM orders`).Scan(&n))
	require.Equal(t, 1000, n)
}

func TestPostgresCertificateIsForLocalhostAlone(t *testing.T) {
	server := SharedPostgres(t)
	_, port, err := net.SplitHostPort(server.Addr)
	require.NoError(t, err)
	ping := func(host, mode, ca string) error {
		db, err := sql.Open("postgres", "user=postgres password='"+server.Password+"' dbname=postgres port="+port+
			" host="+host+" sslmode="+mode+" sslrootcert="+ca)
		require.NoError(t, err)
		defer db.Close()
		return db.Ping()
	}
	stranger, err := newCertificates(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, ping("localhost", "verify-full", server.CAFile))
	require.ErrorContains(t, ping("127.0.0.1", "verify-full", server.CAFile), "certificate")
	require.ErrorContains(t, ping("localhost", "verify-full", stranger.ca), "unknown authority")
}
