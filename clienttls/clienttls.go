// Package clienttls reads the files of a connection's `tls` block.
package clienttls

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// Files names what a connection with TLS needs. They are read at every connect, so that a renewed certificate needs no restart.
type Files struct {
	CAFile     string // PEM; empty: the system's authorities
	CertFile   string // PEM, with KeyFile; empty: no client certificate
	KeyFile    string
	ServerName string // the name that the server's certificate must hold; empty: the address's host
}

// Config builds a client's configuration for the host, TLS 1.2 at least. Its error names the key of the file that is to blame.
func (f Files) Config(host string) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if f.ServerName != "" {
		c.ServerName = f.ServerName
	}
	if f.CAFile != "" {
		pem, err := os.ReadFile(f.CAFile)
		if err != nil {
			return nil, fmt.Errorf("tls.ca_file: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("tls.ca_file: %s holds no certificate in PEM", f.CAFile)
		}
	}
	if f.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(f.CertFile, f.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("tls.cert_file and tls.key_file: %w", err)
		}
		c.Certificates = []tls.Certificate{cert}
	}
	return c, nil
}
