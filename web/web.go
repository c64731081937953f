// Package web asks a web service, and tells a service that is away from an answer that concerns one question.
package web

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/rowrelay/rowrelay/clienttls"
)

// Options say where the service is and how it is asked.
type Options struct {
	Connection     string // its name in the file
	URL            string // http or https; every path is below it
	User, Password string // of basic authentication; "" is none
	Headers        map[string]string
	TLS            clienttls.Files
	PerSecond      float64 // questions; 0: no limit
	ConnectTimeout time.Duration
	RequestTimeout time.Duration // of one question, from the connection to the answer's last byte
}

// Client asks one service. Idle connections are kept, as many as were in use at once. It is safe for concurrent use.
type Client struct {
	o        Options
	base     *url.URL
	http     *http.Client
	limit    *rate.Limiter
	answered atomic.Int64 // when the service has last answered a question, in nanoseconds since 1970
	refusals refusals
}

// Bounds of an answer. What is kept in memory of one is as much as of a lookup in a database.
const (
	maxBody    = 8 << 20
	maxHeaders = 64 << 10
	maxIdle    = 1024 // as many as a feed may have workers
	idle       = 90 * time.Second
)

// New makes a client; nothing is connected yet. The error is about the URL or the TLS files.
func New(o Options) (*Client, error) {
	base, err := url.Parse(o.URL)
	if err != nil {
		return nil, err
	}
	if _, err := o.TLS.Config(""); err != nil {
		return nil, err
	}
	c := &Client{o: o, base: base, limit: rate.NewLimiter(rate.Inf, 0)}
	if o.PerSecond > 0 {
		c.limit = rate.NewLimiter(rate.Limit(o.PerSecond), 1)
	}
	c.http = &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: c.dialer().DialContext, DialTLSContext: c.dialTLS, TLSHandshakeTimeout: o.ConnectTimeout,
			MaxIdleConns: maxIdle, MaxIdleConnsPerHost: maxIdle, IdleConnTimeout: idle, MaxResponseHeaderBytes: maxHeaders,
		},
		CheckRedirect: sameHost,
	}
	return c, nil
}

func (c *Client) dialer() *net.Dialer { return &net.Dialer{Timeout: c.o.ConnectTimeout} }

// dialTLS reads the TLS files for every connection.
func (c *Client) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	config, err := c.o.TLS.Config(host)
	if err != nil {
		return nil, &unsafe{err}
	}
	link, err := c.dialer().DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.o.ConnectTimeout)
	defer cancel()
	secure := tls.Client(link, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		link.Close()
		return nil, err
	}
	return secure, nil
}

// Close ends the connections that are kept.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// maxHops is how often a service may send a question on.
const maxHops = 5

// sameHost follows a redirect only to where the login may be sent again.
func sameHost(next *http.Request, before []*http.Request) error {
	first := before[0].URL
	switch {
	case next.URL.Host != first.Host || next.URL.Scheme != first.Scheme:
		return &elsewhere{next.URL.Scheme + "://" + next.URL.Host}
	case len(before) > maxHops:
		return &elsewhere{"itself, again and again"}
	}
	return nil
}

// below is the address of a path below the service's own.
func (c *Client) below(path string, query url.Values) string {
	at := strings.TrimSuffix(c.base.Scheme+"://"+c.base.Host+c.base.EscapedPath(), "/")
	if path != "" {
		at += "/" + strings.TrimPrefix(path, "/")
	}
	if len(query) > 0 {
		at += "?" + query.Encode()
	}
	return at
}
