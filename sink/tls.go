package sink

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/rowrelay/rowrelay/clienttls"
	"github.com/rowrelay/rowrelay/record"
)

// explainTLS says what to look at when the handshake fails; nil if err is not about TLS.
func explainTLS(t clienttls.Files, err error) error {
	var unknown x509.UnknownAuthorityError
	var plain tls.RecordHeaderError
	var invalid x509.CertificateInvalidError
	var host x509.HostnameError
	var alert *net.OpError
	switch {
	case errors.As(err, &unknown) && unknown.Cert != nil:
		trusted := t.CAFile
		setDefault(&trusted, "the system's authorities; name its CA in tls.ca_file")
		return fmt.Errorf("the broker's certificate is signed by %q, which is not in %s", unknown.Cert.Issuer, trusted)
	case errors.As(err, &host): // its own text leaves the certificate's names out when host is an address
		return fmt.Errorf("the broker's certificate is valid for %s, not %s (tls.server_name may name the right one)", names(host.Certificate), host.Host)
	case errors.As(err, &plain):
		return fmt.Errorf("%w (a port without TLS is written stomp://)", plain)
	case errors.As(err, &invalid), errors.As(err, &unknown),
		errors.As(err, &alert) && alert.Op == "remote error": // the broker refuses us, as without a client certificate
		return err
	}
	return nil
}

// unanswered is for a handshake that met silence, or an end: the port is open, and so a firewall is
// not the first thing to look at. A port without TLS takes the handshake for the beginning of a frame.
func unanswered(err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		err = errors.New("the TLS handshake got no answer in time")
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		err = fmt.Errorf("the server ended the TLS handshake: %w", err)
	default:
		return err
	}
	return &refusal{record.ConnTLS, fmt.Errorf("%w (does this port speak plain STOMP? that is written stomp://)", err)}
}

// noSTOMP is for a login that met an end or other bytes than STOMP's: TLS, or the broker's own
// protocol on another port. Silence is left alone: it is no sign of another protocol.
func (s *STOMP) noSTOMP(err error, a address) error {
	if networkCode(err) != record.ConnLost || explainTLS(s.opts.TLS, err) != nil {
		return err
	}
	hint := "does this port speak STOMP?"
	if !a.tls {
		hint += " with TLS it is stomp+tls://"
	}
	return fmt.Errorf("the login got no answer in STOMP: %w (%s)", err, hint)
}

// names are the hosts that a certificate is for.
func names(c *x509.Certificate) string {
	all := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		all = append(all, ip.String())
	}
	if len(all) == 0 {
		return "no host at all"
	}
	return strings.Join(all, ", ")
}
