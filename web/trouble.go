package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/record"
)

// elsewhere is a redirect that is not followed.
type elsewhere struct{ where string }

func (e *elsewhere) Error() string {
	return "it sends us on to " + e.where + "; only redirects on the same host are followed"
}

// unsafe is a TLS file that cannot be used.
type unsafe struct{ err error }

func (u *unsafe) Error() string { return u.err.Error() }

// away says what an error of the way there or back means: the service is not there.
func (c *Client) away(err error) *record.Outage {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // without the address, which holds values of the row
	}
	code := record.ConnLost
	if outage, ok := errors.AsType[*record.Outage](database.Trouble(c.o.Connection, err)); ok {
		code, err = outage.Code, outage.Err
	}
	if _, ok := errors.AsType[*elsewhere](err); ok {
		code = record.ConnHTTP
	}
	if _, ok := errors.AsType[*unsafe](err); ok {
		code = record.ConnTLS
	}
	return &record.Outage{Code: code, Connection: c.o.Connection, Err: err}
}

// refusal is an outage for a status that is not about the question: the service fails, asks us to wait, or does not know us. Where it fails, that
// may be the question's doing.
func (c *Client) refusal(a Answer) error {
	code := record.ConnHTTP
	switch status := a.Status; {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusUnauthorized || status == http.StatusProxyAuthRequired:
		code = record.ConnAuth
	case status == http.StatusRequestTimeout || status == http.StatusTooEarly || status == http.StatusTooManyRequests:
	case status >= 400 && status < 500:
		return nil
	}
	return &record.Outage{Code: code, Connection: c.o.Connection, After: a.after, Doubtful: a.Status >= 500,
		Err: fmt.Errorf("it answers %d %s", a.Status, http.StatusText(a.Status))}
}

// NotTheService is an outage for an answer that is none of the service's: a page for people, say, of a proxy.
func (c *Client) NotTheService(what string) *record.Outage {
	return &record.Outage{Code: record.ConnHTTP, Connection: c.o.Connection, Err: errors.New(what)}
}
