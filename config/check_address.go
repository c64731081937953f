package config

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// addresses checks url and urls; false means that the kind of the connection is not known.
func (c *checker) addresses(path string, at Connection) bool {
	one, several := path+".url", path+".urls"
	switch {
	case !c.sound(one) || !c.sound(several):
		return false
	case !c.has(one) && !c.has(several):
		c.wrong(path, path+".url is missing", "write url: postgres://host:5432/database, sqlite:FILE, stomp+tls://host:61613 or https://host/path")
		return false
	case c.has(one) && c.has(several):
		c.wrong(several, "url and urls cannot both be written", "keep one of them")
	case c.has(several) && len(at.URLs) == 0:
		c.wrong(several, "urls is empty", "write at least one address")
		return false
	}
	if !c.has(several) {
		return c.address(one, at.URL)
	}
	good := true
	for i, u := range at.URLs {
		item := fmt.Sprintf("%s[%d]", several, i)
		good = c.address(item, u) && good
		if scheme, _, _ := strings.Cut(u, ":"); scheme != at.scheme() {
			c.wrong(item, "all addresses of a connection have one scheme", "write them all as "+at.scheme()+"://")
		}
	}
	return good
}

func (c *checker) address(path, text string) bool {
	scheme, rest, found := strings.Cut(text, ":")
	switch {
	case slices.Contains(planned, scheme):
		c.wrong(path, scheme+":// is planned, not in this version", "this version has "+strings.Join(known, ", "))
		return false
	case !found || !slices.Contains(known, scheme):
		remedy := "begin it with postgres://, sqlite:, stomp://, stomp+tls://, http:// or https://"
		if slices.Contains(otherBrokers, scheme) {
			remedy = "brokers are reached by STOMP: stomp://host:61613, or stomp+tls://; most listen for it at a port of its own"
		} else if meant, near := Closest(scheme, known); near && found {
			remedy = `did you mean "` + meant + `"?`
		}
		c.wrong(path, last(path)+" has no scheme that is known here", remedy)
		return false
	case scheme == sqlite:
		c.sqliteFile(path, rest)
		return true
	}
	u, err := parseAddress(text)
	switch {
	case err != nil || u.Hostname() == "" && (scheme != postgres || !u.Query().Has("host")):
		c.wrong(path, last(path)+" is no address", "write "+scheme+"://host:port; a password belongs into the key password")
	case u.User != nil:
		c.wrong(path, "no user and no password in a URL", "write them as the keys user and password")
	case scheme == postgres:
		c.postgres(path, u)
	case slices.Contains(services, scheme):
		c.webAddress(path, u)
	default:
		c.stomp(path, u)
	}
	return true
}

// parseAddress parses a URL whose host may be several, with commas between them: PostgreSQL's
// client tries them in order. The first one stands in the result.
func parseAddress(text string) (*url.URL, error) {
	scheme, rest, slashes := strings.Cut(text, "://")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	hosts := strings.Split(rest[:end], ",")
	if !slashes || len(hosts) > 1 && scheme != postgres {
		return nil, errAddress
	}
	for _, host := range hosts[1:] {
		if u, err := url.Parse(scheme + "://" + host); err != nil || u.Hostname() == "" || u.User != nil {
			return nil, errAddress
		}
	}
	return url.Parse(scheme + "://" + hosts[0] + rest[end:])
}

var errAddress = errors.New("no address")

// sqliteFile wants what the database room opens: two slashes would begin a host.
func (c *checker) sqliteFile(path, file string) {
	host := strings.HasPrefix(file, "//") && !strings.HasPrefix(file, "///")
	if file == "" || host || strings.HasSuffix(file, "/") || strings.Contains(file, "?") {
		c.wrong(path, "a SQLite address is sqlite: and a file, without parameters", "write sqlite:orders.db or sqlite:/var/lib/orders.db")
	}
}

func (c *checker) stomp(path string, u *url.URL) {
	switch {
	case u.Port() == "":
		c.wrong(path, "the address has no port", "brokers mostly listen for STOMP at 61613: "+u.Scheme+"://"+u.Hostname()+":61613")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		c.wrong(path, "a broker's address ends with its port", "write the rest as keys: vhost, heartbeat, tls")
	}
}

// postgres checks the parameters. lib/pq would take a password there too, and TLS files that the
// tls block does not know of.
func (c *checker) postgres(path string, u *url.URL) {
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		c.wrong(path, "the parameters behind ? are not well-formed", "write ?sslmode=verify-full")
		return
	}
	for _, key := range slices.Sorted(maps.Keys(q)) {
		switch key {
		case "user", "password", "passfile":
			c.wrong(path, "no user and no password in a URL", "write them as the keys user and password")
		case "sslrootcert", "sslcert", "sslkey":
			c.wrong(path, key+" is no parameter here", "write the tls block: ca_file, cert_file, key_file")
		}
	}
	if strings.Trim(u.Path, "/") == "" {
		c.wrong(path, "the address names no database", "write postgres://host:5432/database")
	}
	if modes := []string{"disable", "require", "verify-ca", "verify-full"}; q.Has("sslmode") && !slices.Contains(modes, q.Get("sslmode")) {
		c.wrong(path, "sslmode is "+strings.Join(modes, ", "), "leave it out for verify-full")
	}
}
