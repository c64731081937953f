package database

import (
	"context"
	"errors"
	"net"

	"github.com/lib/pq"
)

// Knock tells whether anybody listens where a PostgreSQL connection leads, before a login is known: it dials as logging in does, the
// same hosts, sockets and time-outs, and hangs up without a word, which the server logs with log_connections alone. Its error goes through Trouble.
func Knock(ctx context.Context, o Options) error {
	o.User = "nobody" // is not sent; without one the driver looks for that of the process, which may have none
	p, err := parsePostgres(o.URL)
	if err != nil {
		return err
	}
	if err := p.complete(o.withDefaults()); err != nil {
		return err
	}
	connector, err := pq.NewConnector(p.dsn())
	if err != nil {
		return err
	}
	k := &knocker{}
	connector.Dialer(k)
	if _, err = connector.Connect(ctx); k.open {
		return nil
	}
	return err
}

var errHungUp = errors.New("somebody listens, and that is all that was asked")

// knocker lets the driver find its hosts and dial them, and ends each attempt there. After one that listens no other is tried.
type knocker struct {
	guard
	open bool
}

// DialContext is pq.DialerContext.
func (k *knocker) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if k.open {
		return nil, errHungUp
	}
	conn, err := k.guard.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	k.open = true
	return nil, errors.Join(errHungUp, conn.Close())
}
