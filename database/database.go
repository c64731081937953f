// Package database opens a pool from a connection of the file, and tells an outage from a bad statement.
package database

import (
	"time"
)

// Options is one connection of the file.
type Options struct {
	Name           string // its name in the file, for errors
	URL            string // postgres://host:port/db?... or sqlite:path, without user and password
	User, Password string
	TLS            TLS
	ReadOnly       bool // SQLite: mode=ro; PostgreSQL: default_transaction_read_only on, beside the READ ONLY transactions
	MaxOpen        int
	MaxIdle        int
	MaxLifetime    time.Duration
	ConnectTimeout time.Duration
	RequestTimeout time.Duration // bounds every statement, on the server and by deadlines on the socket
}

// TLS is a connection's tls block; empty fields mean the system's CAs, no client certificate, the URL's host.
type TLS struct {
	CAFile, CertFile, KeyFile, ServerName string
}
