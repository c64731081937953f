package sink

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/go-stomp/stomp/v3/frame"

	"github.com/rowrelay/rowrelay/record"
)

// connect tries the addresses in their order and returns the first connection that is logged in to
// a known broker; ctx alone ends it earlier. The outage tells of every address, with the code of
// the one that came furthest.
func (s *STOMP) connect(ctx context.Context) (*conn, *record.Outage) {
	var all []string
	var code record.Code
	for _, a := range s.addresses {
		c, err := s.connectTo(ctx, a)
		if err == nil {
			return c, nil
		}
		at := codeOf(err)
		if code == "" || rank(at) < rank(code) {
			code = at
		}
		all = append(all, a.hostPort+": "+err.Error())
	}
	return nil, s.outage(code, errors.New(s.clean(strings.Join(all, "; "))))
}

func (s *STOMP) outage(code record.Code, err error) *record.Outage {
	return &record.Outage{Code: code, Connection: s.opts.Connection, Err: err}
}

// clean removes the password, should a broker have repeated it.
func (s *STOMP) clean(text string) string {
	if s.opts.Password == "" {
		return text
	}
	return strings.ReplaceAll(text, s.opts.Password, "***")
}

// connectTo dials, logs in and starts the connection, all within the connect timeout.
func (s *STOMP) connectTo(ctx context.Context, a address) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.ConnectTimeout)
	defer cancel()
	link, err := s.dial(ctx, a)
	if err != nil {
		return nil, err
	}
	// Whatever ends ctx ends the handshake, which knows only deadlines.
	stop := context.AfterFunc(ctx, func() { _ = link.SetDeadline(time.Unix(1, 0)) })
	c, err := s.login(link, a)
	if !stop() || err != nil {
		link.Close()
		if err == nil {
			err = os.ErrDeadlineExceeded
		}
		return nil, s.explain(err)
	}
	c.start()
	return c, nil
}

func (s *STOMP) dial(ctx context.Context, a address) (net.Conn, error) {
	d := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3,
	}}
	link, err := d.DialContext(ctx, "tcp", a.hostPort)
	if err != nil || !a.tls {
		return link, s.explain(err)
	}
	host, _, _ := net.SplitHostPort(a.hostPort)
	config, err := s.opts.TLS.Config(host)
	if err != nil {
		link.Close()
		return nil, &refusal{record.ConnTLS, err}
	}
	secure := tls.Client(link, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		link.Close()
		return nil, s.explain(unanswered(err))
	}
	return secure, nil
}

// login writes CONNECT by hand: it is the one frame whose headers are not escaped (STOMP 1.2).
func (s *STOMP) login(link net.Conn, a address) (*conn, error) {
	o := s.opts
	var b strings.Builder
	beat := o.Heartbeat.Milliseconds()
	fmt.Fprintf(&b, "CONNECT\naccept-version:1.2\nhost:%s\nheart-beat:%d,%d\n", o.VHost, beat, beat)
	if o.User != "" {
		fmt.Fprintf(&b, "login:%s\npasscode:%s\n", o.User, o.Password)
	}
	b.WriteString("\n\x00")
	if _, err := io.WriteString(link, b.String()); err != nil {
		return nil, err
	}
	c := newConn(link, o)
	f, err := c.in.Read()
	for err == nil && f == nil { // a beat
		f, err = c.in.Read()
	}
	if err != nil {
		return nil, s.noSTOMP(err, a)
	}
	if err := c.welcome(f, a); err != nil {
		return nil, err
	}
	return c, s.known(c)
}

// known settles which broker this is; one that nobody knows gets nothing.
func (s *STOMP) known(c *conn) error {
	if s.opts.Broker != Auto {
		c.broker = s.opts.Broker
	}
	if c.broker == Auto {
		return &refusal{record.ConfigInvalid, fmt.Errorf(
			"%s is no broker that rowrelay knows, so nothing is sent: set connections.%s.broker to artemis, activemq, rabbitmq or other",
			c.peer, s.opts.Connection)}
	}
	return nil
}

// welcome reads the broker's answer to CONNECT.
func (c *conn) welcome(f *frame.Frame, a address) error {
	if f.Command != frame.CONNECTED {
		text := errorText(f)
		code, known := outageIn(text, "")
		if !known {
			code = record.ConnLost
		}
		return &refusal{code, fmt.Errorf("login refused: %s", text)}
	}
	if v := f.Header.Get(frame.Version); v != "1.2" {
		return &refusal{record.ConfigInvalid, fmt.Errorf("the broker speaks STOMP %q, not 1.2", v)}
	}
	server := f.Header.Get(frame.Server)
	c.broker = brokerOf(server)
	name, _, _ := strings.Cut(server, " ")
	setDefault(&name, "a broker without a server header")
	c.peer = name + " at " + a.hostPort
	return c.agree(f.Header.Get(frame.HeartBeat))
}

// refusal is a failed connect with the code that it deserves.
type refusal struct {
	code record.Code
	err  error
}

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// explain gives an error of the network its code, and words where Go's are short. nil stays nil.
func (s *STOMP) explain(err error) error {
	var known *refusal
	if err == nil || errors.As(err, &known) {
		return err
	}
	if clear := explainTLS(s.opts.TLS, err); clear != nil {
		return &refusal{record.ConnTLS, clear}
	}
	return &refusal{networkCode(err), err}
}

func networkCode(err error) record.Code {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &dns):
		return record.ConnDNS
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return record.ConnRefused
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return record.ConnTimeout
	}
	return record.ConnLost
}

func codeOf(err error) record.Code {
	var r *refusal
	if errors.As(err, &r) {
		return r.code
	}
	return networkCode(err)
}

// rank orders codes by how far a connect came, furthest first.
func rank(c record.Code) int {
	return slices.Index([]record.Code{
		record.ConfigInvalid, record.ConnAuth, record.ConnBlocked, record.ConnTLS,
		record.ConnLost, record.ConnTimeout, record.ConnRefused, record.ConnDNS,
	}, c)
}

// pulse reads from a connection and takes silence beyond the limit for death; 0 waits for ever.
type pulse struct {
	net.Conn
	limit time.Duration
}

func (p *pulse) Read(b []byte) (int, error) {
	if p.limit > 0 {
		if err := p.SetReadDeadline(time.Now().Add(p.limit)); err != nil {
			return 0, err
		}
	}
	return p.Conn.Read(b)
}

// patience writes to a connection and gives up when the peer takes nothing for the limit.
type patience struct {
	net.Conn
	limit time.Duration
}

func (p *patience) Write(b []byte) (int, error) {
	if err := p.SetWriteDeadline(time.Now().Add(p.limit)); err != nil {
		return 0, err
	}
	return p.Conn.Write(b)
}

// hidden keeps a frame.Writer from adopting a bufio.Writer, which it would flush at every frame.
type hidden struct{ *bufio.Writer }
