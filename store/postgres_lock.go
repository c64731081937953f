package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// postgresLock is a session advisory lock on an instance's name, on a connection of its own.
type postgresLock struct {
	store *SQL
	name  string

	mu   sync.Mutex
	held *session  // nil while the connection is lost
	last sessionID // the session that held it last
}

func (postgres) lock(ctx context.Context, s *SQL, name string) (NameLock, error) {
	l := &postgresLock{store: s, name: name}
	return l, l.take(ctx)
}

func (l *postgresLock) key() int64 { return lockKey(l.store.options.Schema, "instance\x00"+l.name) }

// take tries once to get the lock.
func (l *postgresLock) take(ctx context.Context) error {
	s, err := newSession(ctx, l.store.options.Connection)
	if err != nil {
		return err
	}
	var got bool
	err = s.conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, l.key()).Scan(&got)
	if err == nil && !got {
		err = l.refused(ctx, s)
	}
	if err != nil {
		s.close()
		return err
	}
	l.held, l.last = s, s.id
	return nil
}

// Check implements NameLock.
func (l *postgresLock) Check(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held != nil {
		if _, err := l.held.conn.ExecContext(ctx, `SELECT 1`); err == nil {
			return nil
		}
		l.held.close()
		l.held = nil
	}
	return l.store.trouble(ctx, "lock the name "+l.name+" again", l.take(ctx))
}

// Release implements NameLock.
func (l *postgresLock) Release() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held != nil {
		l.held.close()
		l.held = nil
	}
	return nil
}

// refused finds out who holds the lock. Where it is our own lost session, whose end the server has not noticed, it is
// ended, and the next Check gets the lock.
func (l *postgresLock) refused(ctx context.Context, s *session) error {
	holder, client, err := l.holder(ctx, s)
	if errors.Is(err, sql.ErrNoRows) {
		return &HeldError{Holder: l.name + ", which has just ended"}
	}
	if err != nil {
		return err
	}
	if holder == l.last {
		_, err := s.conn.ExecContext(ctx, `SELECT pg_terminate_backend($1)`, holder.PID)
		return errors.Join(sql.ErrConnDone, err)
	}
	text, err := l.store.describe(ctx, l.name)
	if err != nil {
		return err
	}
	if client != "" {
		text += ", connected from " + client
	}
	return &HeldError{Holder: text}
}

// holder: pg_stat_activity tells an ordinary account of its own sessions alone; of others the process number remains.
func (l *postgresLock) holder(ctx context.Context, s *session) (id sessionID, client string, err error) {
	key := uint64(l.key())
	err = s.conn.QueryRowContext(ctx, `
		SELECT l.pid, coalesce(a.backend_start::text, ''), coalesce(host(a.client_addr), '')
		  FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
		 WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
		   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
		   AND l.classid::bigint = $1 AND l.objid::bigint = $2`,
		int64(key>>32), int64(key&0xffffffff)).Scan(&id.PID, &id.Started, &client)
	return id, client, err
}

// describe names the newest instance of a name from what it wrote into INSTANCE.
func (s *SQL) describe(ctx context.Context, name string) (string, error) {
	instances, err := s.instances(ctx)
	if err != nil {
		return "", err
	}
	for _, i := range instances {
		if i.Name == name && i.State.PID != 0 {
			return holder(name, i.State.PID, i.State.Host, i.StartedAt), nil
		}
	}
	return "another process named " + name, nil
}
