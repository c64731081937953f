package database

import (
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// slack is how much longer the socket waits than the server, so that the server's own word about a time-out arrives.
const slack = 5 * time.Second

func openPostgres(o Options) (*sqlx.DB, error) {
	p, err := parsePostgres(o.URL)
	if err != nil {
		return nil, err
	}
	if err := p.complete(o); err != nil {
		return nil, err
	}
	connector, err := pq.NewConnector(p.dsn())
	if err != nil {
		return nil, err
	}
	connector.Dialer(guard{limit: o.RequestTimeout + slack})
	return sqlx.NewDb(sql.OpenDB(connector), Postgres), nil
}

// settings are libpq's keywords with their values.
type settings map[string]string

// parsePostgres reads a URL. It may name several hosts with a port each, which net/url refuses:
// postgres://a:5432,b:5433/db tries them in order.
func parsePostgres(raw string) (settings, error) {
	_, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return nil, errors.New("a PostgreSQL url looks like postgres://host:5432/database")
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority := rest[:end]
	if strings.Contains(authority, "@") {
		return nil, errors.New("the url holds a user or password: they have keys of their own, user and password")
	}
	u, err := url.Parse("postgres://" + rest[end:])
	if err != nil {
		return nil, errors.New("the url's path or query is not well-formed")
	}
	s := settings{}
	if err := s.hosts(authority); err != nil {
		return nil, err
	}
	s.set("dbname", strings.TrimPrefix(u.Path, "/"))
	return s, s.query(u.RawQuery)
}

func (s settings) set(key, value string) {
	if value != "" {
		s[key] = value
	}
}

func (s settings) hosts(authority string) error {
	if authority == "" {
		return nil
	}
	var hosts, ports []string
	for part := range strings.SplitSeq(authority, ",") {
		u, err := url.Parse("postgres://" + part)
		if err != nil || u.Hostname() == "" {
			return fmt.Errorf("%q is not a host with an optional port", part)
		}
		port := u.Port()
		if port == "" {
			port = "5432"
		}
		hosts, ports = append(hosts, u.Hostname()), append(ports, port)
	}
	s["host"], s["port"] = strings.Join(hosts, ","), strings.Join(ports, ",")
	return nil
}

func (s settings) query(raw string) error {
	q, err := url.ParseQuery(raw)
	if err != nil {
		return errors.New("the url's query is not well-formed")
	}
	for key, values := range q {
		if key == "user" || key == "password" {
			return fmt.Errorf("the url holds a %s: it has a key of its own", key)
		}
		s.set(key, values[len(values)-1])
	}
	return nil
}

// complete adds what the file's other keys say, and our own rules.
func (s settings) complete(o Options) error {
	s.set("user", o.User)
	s.set("password", o.Password)
	if s["application_name"] == "" {
		s["application_name"] = "rowrelay"
	}
	s["connect_timeout"] = strconv.Itoa(max(1, int(o.ConnectTimeout/time.Second)))
	ms := func(d time.Duration) string { return strconv.FormatInt(max(1, d.Milliseconds()), 10) }
	s["statement_timeout"], s["idle_in_transaction_session_timeout"] = ms(o.RequestTimeout), ms(o.RequestTimeout)
	s["lock_timeout"] = ms(o.RequestTimeout / 2)
	s["TimeZone"] = "UTC"
	if s["binary_parameters"] == "" {
		s["binary_parameters"] = "yes" // lib/pq's word for one round trip instead of two; all that we send is text in either
	}
	if o.Schema != "" {
		s["search_path"] = Quote(o.Schema)
	}
	if o.ReadOnly {
		s["default_transaction_read_only"] = "on"
	}
	return s.secure(o.TLS)
}

// secure settles TLS. Without a word in the URL the server must prove its name.
func (s settings) secure(t TLS) error {
	if s["sslmode"] == "" {
		s["sslmode"] = "verify-full"
	}
	if s["sslmode"] == "disable" && t != (TLS{}) {
		return errors.New("the url says sslmode=disable, but there is a tls block: remove one of them")
	}
	if t.ServerName != "" && s["sslmode"] != "verify-full" {
		return fmt.Errorf("tls.server_name is checked with sslmode=verify-full alone, the url says %s", s["sslmode"])
	}
	if (t.CertFile == "") != (t.KeyFile == "") {
		return errors.New("tls.cert_file and tls.key_file go together")
	}
	s.set("sslrootcert", t.CAFile)
	s.set("sslcert", t.CertFile)
	s.set("sslkey", t.KeyFile)
	if t.ServerName == "" {
		return nil
	}
	return s.expect(t.ServerName)
}

// expect lets the certificate be checked against another name than the URL's host. lib/pq has no key for that, but takes a
// registered tls.Config, whose name stays when lib/pq is told to send no host of its own (sslsni).
func (s settings) expect(name string) error {
	key := "rowrelay-" + name
	if err := pq.RegisterTLSConfig(key, &tls.Config{ServerName: name, MinVersion: tls.VersionTLS12}); err != nil {
		return err
	}
	s["sslmode"], s["sslsni"] = "pqgo-"+key, "0"
	return nil
}

// dsn writes the settings in libpq's own form, in which any value can stand.
func (s settings) dsn() string {
	escape := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(s)) {
		fmt.Fprintf(&b, "%s='%s' ", key, escape.Replace(s[key]))
	}
	return b.String()
}

func (s settings) address() string {
	hosts, ports := strings.Split(s["host"], ","), strings.Split(s["port"], ",")
	for i, host := range hosts {
		if host == "" {
			host = "localhost"
		}
		if i < len(ports) && ports[i] != "" && !strings.HasPrefix(host, "/") {
			host = net.JoinHostPort(host, ports[i])
		}
		hosts[i] = host
	}
	return strings.Join(hosts, ",") + "/" + s["dbname"]
}
