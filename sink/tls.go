package sink

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/clienttls"
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
