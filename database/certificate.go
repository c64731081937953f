package database

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// explained is an error for a log: its text is one line (lib/pq joins those of several hosts by line breaks) and names
// both sides of a certificate that does not fit, which Go's own text leaves out for an address and for an authority.
type explained struct{ error }

func (e explained) Unwrap() error { return e.error }

func (e explained) Error() string {
	text := e.error.Error()
	if host, ok := errors.AsType[x509.HostnameError](e.error); ok {
		text = strings.Replace(text, host.Error(), fmt.Sprintf("certificate is valid for %s, not %s", names(host.Certificate), host.Host), 1)
	}
	if unknown, ok := errors.AsType[x509.UnknownAuthorityError](e.error); ok && unknown.Cert != nil {
		text = strings.Replace(text, unknown.Error(), fmt.Sprintf("certificate signed by %s, an unknown authority", unknown.Cert.Issuer), 1)
	}
	return strings.ReplaceAll(text, "\n", "; ")
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
