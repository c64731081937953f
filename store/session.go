package store

import (
	"context"
	"database/sql"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/database"
)

// session is one PostgreSQL connection outside the pool, for advisory locks: they end with it.
type session struct {
	db   *sqlx.DB
	conn *sql.Conn
	id   sessionID
}

// sessionID tells a session of the server from an earlier one of the same process number.
type sessionID struct {
	PID     int    `db:"pid"`
	Started string `db:"started"`
}

func newSession(ctx context.Context, o database.Options) (*session, error) {
	o.MaxOpen, o.MaxIdle = 1, 1
	db, err := database.Open(o)
	if err != nil {
		return nil, err
	}
	s := &session{db: db}
	if s.conn, err = db.Conn(ctx); err == nil {
		err = s.conn.QueryRowContext(ctx, `SELECT pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()`).
			Scan(&s.id.PID, &s.id.Started)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// close gives up the connection and with it the locks, also one whose server does not answer.
func (s *session) close() {
	if s.conn != nil {
		_ = s.conn.Close() // it may be lost already
	}
	_ = s.db.Close()
}
