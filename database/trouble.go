package database

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/lib/pq"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/rowrelay/rowrelay/record"
)

// Trouble wraps an error that says "the database is away" as a *record.Outage of the named connection, and returns
// every other one as it is: a bad statement, context.Canceled, nil. lib/pq reports the end of the caller's context as
// a cancelled statement, which looks like a time-out here: who cancels looks at the context first.
func Trouble(name string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if _, ok := errors.AsType[*record.Outage](err); ok {
		return err
	}
	code := outage(err)
	if code == "" {
		return err
	}
	return &record.Outage{Code: code, Connection: name, Err: explained{err}}
}

// State returns the five letters by which PostgreSQL names an error (SQLSTATE), "" for other errors.
func State(err error) string {
	if e, ok := errors.AsType[*pq.Error](err); ok {
		return string(e.Code)
	}
	return ""
}

// outage tells the kind of outage, or "" if it is none. The server's own word comes first, then the
// most telling cause: with several hosts an error has several.
func outage(err error) record.Code {
	for _, look := range []func(error) record.Code{ofPostgres, ofSQLite, ofTLS, ofNet, ofPool} {
		if code := look(err); code != "" {
			return code
		}
	}
	return ""
}

// ofPostgres: https://www.postgresql.org/docs/current/errcodes-appendix.html
func ofPostgres(err error) record.Code {
	state := State(err)
	if state == "" {
		return ""
	}
	switch state {
	case "57014", "55P03": // a statement's or a lock's time-out
		return record.ConnTimeout
	case "25P03", "57P01", "57P02", "57P03", "57P05": // idle too long, the server stops or starts
		return record.ConnLost
	case "25006": // the store's server has become a standby
		return record.ConnLost
	}
	switch state[:2] {
	case "28":
		return record.ConnAuth
	case "08", "40", "53", "58": // connection, conflict with another transaction or with recovery, resources, the system
		return record.ConnLost
	}
	return ""
}

// ofSQLite: https://www.sqlite.org/rescode.html
func ofSQLite(err error) record.Code {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return ""
	}
	switch e.Code() & 0xff { // the upper bits tell the details
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return record.ConnTimeout
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOMEM:
		return record.ConnLost
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return record.ConnAuth
	}
	return ""
}

func ofTLS(err error) record.Code {
	if errors.Is(err, pq.ErrSSLNotSupported) || isA[*tls.CertificateVerificationError](err) ||
		isA[x509.HostnameError](err) || isA[x509.UnknownAuthorityError](err) || isA[x509.CertificateInvalidError](err) ||
		isA[tls.RecordHeaderError](err) || isA[tls.AlertError](err) || strings.Contains(err.Error(), "remote error: tls: ") {
		return record.ConnTLS
	}
	return ""
}

func ofNet(err error) record.Code {
	switch {
	case isA[*net.DNSError](err):
		return record.ConnDNS
	case errors.Is(err, syscall.ECONNREFUSED), isA[*net.OpError](err) && errors.Is(err, os.ErrNotExist): // a socket file
		return record.ConnRefused
	case timedOut(err):
		return record.ConnTimeout
	case isA[*net.OpError](err):
		return record.ConnLost
	}
	return ""
}

func timedOut(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout() || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, syscall.ETIMEDOUT)
}

func ofPool(err error) record.Code {
	for _, lost := range []error{
		io.EOF, io.ErrUnexpectedEOF, driver.ErrBadConn, sql.ErrConnDone, net.ErrClosed,
		syscall.ECONNRESET, syscall.EPIPE, syscall.EHOSTUNREACH, syscall.ENETUNREACH,
	} {
		if errors.Is(err, lost) {
			return record.ConnLost
		}
	}
	return ""
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
