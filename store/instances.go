package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
)

// keepDead is how long the row of a dead instance stays for people, and for transactions that were open when it died.
const keepDead = 7 * 24 * time.Hour

// Lock implements Instances.
func (s *SQL) Lock(ctx context.Context, name string) (NameLock, error) {
	l, err := s.dialect.lock(ctx, s, name)
	if held, ok := errors.AsType[*HeldError](err); ok && held.File != "" {
		return nil, held // whatever the name
	}
	if err != nil {
		return nil, s.trouble(ctx, "lock the name "+name, err)
	}
	return l, nil
}

// Register implements Instances.
func (s *SQL) Register(ctx context.Context, name string, state []byte) (string, error) {
	id := uuid.NewString()
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		if err := s.bury(ctx, tx, name); err != nil {
			return err
		}
		_, err := s.exec(ctx, tx, `
			INSERT INTO instance (id, name, started_at, seen_at, alive_until, state)
			VALUES ($1, $2, clock_timestamp(), clock_timestamp(), clock_timestamp() + $3 * interval '1 second', $4)`,
			id, name, s.options.TTL.Seconds(), clean(string(state)))
		return err
	})
	return id, s.trouble(ctx, "register instance "+name, err)
}

// bury declares the others of the name dead, and forgets those that died long ago: of each only when no NEW row names it.
func (s *SQL) bury(ctx context.Context, tx *sqlx.Tx, name string) error {
	if _, err := s.exec(ctx, tx, `UPDATE instance SET dead = true WHERE name = $1 AND NOT dead`, name); err != nil {
		return err
	}
	busy, err := s.owners(ctx, tx)
	if err == nil {
		_, err = s.exec(ctx, tx, `
			DELETE FROM instance WHERE dead AND alive_until < clock_timestamp() - $1 * interval '1 second' AND NOT id = ANY($2)`,
			keepDead.Seconds(), s.dialect.list(busy))
	}
	return err
}

// Heartbeat implements Instances.
func (s *SQL) Heartbeat(ctx context.Context, id string, state []byte) error {
	n, err := s.exec(ctx, s.db, `
		UPDATE instance
		   SET seen_at = clock_timestamp(), alive_until = clock_timestamp() + $2 * interval '1 second', state = $3
		 WHERE id = $1 AND NOT dead AND alive_until > clock_timestamp()`,
		id, s.options.TTL.Seconds(), clean(string(state)))
	if err == nil && n == 0 {
		return ErrFenced
	}
	return s.trouble(ctx, "give a sign of life", err)
}

// Retire implements Instances. It may also be told of an instance whose life has lapsed: that was no crash then.
func (s *SQL) Retire(ctx context.Context, id string) (released int64, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		_, err := s.exec(ctx, tx, `
			UPDATE instance SET dead = true, stopped_at = clock_timestamp() WHERE id = $1 AND stopped_at IS NULL`, id)
		if err != nil {
			return err
		}
		released, err = s.release(ctx, tx, id)
		return err
	})
	return released, s.trouble(ctx, "retire the instance", err)
}

// instances returns the newest instance of every name, in name order.
func (s *SQL) instances(ctx context.Context) ([]Instance, error) {
	var rows []struct {
		ID, Name, State string
		Alive           bool
		StartedAt       moment `db:"started_at"`
		SeenAt          moment `db:"seen_at"`
	}
	err := s.list(ctx, s.db, &rows, `
		SELECT id, name, state, started_at, seen_at, NOT dead AND alive_until > clock_timestamp() AS alive
		  FROM (SELECT *, row_number() OVER (PARTITION BY name ORDER BY started_at DESC, id) AS newest FROM instance) AS i
		 WHERE newest = 1 ORDER BY name`)
	if err != nil {
		return nil, err
	}
	var all []Instance
	for _, r := range rows {
		i := Instance{ID: r.ID, Name: r.Name, StartedAt: r.StartedAt.Time, LastSeen: r.SeenAt.Time, Alive: r.Alive}
		if err := json.Unmarshal([]byte(r.State), &i.State); err != nil && !errors.As(err, new(*json.UnmarshalTypeError)) {
			return nil, err // a state of another version may have fields of another type: what fits is shown
		}
		all = append(all, i)
	}
	return all, nil
}
