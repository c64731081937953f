package sink

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
)

// TLS names the files of a connection's stomp+tls addresses. They are read at every connect, so
// that a renewed certificate needs no restart.
type TLS struct {
	CAFile     string // PEM; empty: the system's authorities
	CertFile   string // PEM, with KeyFile; empty: no client certificate
	KeyFile    string
	ServerName string // the name that the broker's certificate must hold; empty: the address's host
}

// config builds a client configuration for the host.
func (t TLS) config(host string) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if t.ServerName != "" {
		c.ServerName = t.ServerName
	}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("tls.ca_file: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("tls.ca_file: %s holds no certificate in PEM", t.CAFile)
		}
	}
	if t.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("tls.cert_file and tls.key_file: %w", err)
		}
		c.Certificates = []tls.Certificate{cert}
	}
	return c, nil
}

// explain says what to look at when the handshake fails; nil if err is not about TLS.
func (t TLS) explain(err error) error {
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
