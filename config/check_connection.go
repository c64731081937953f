package config

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The schemes of this version, and those that have a place in the plan.
const (
	postgres = "postgres"
	sqlite   = "sqlite"
	stomp    = "stomp"
	stompTLS = "stomp+tls"
	plainWeb = "http"
	safeWeb  = "https"
)

var (
	known     = []string{postgres, sqlite, stomp, stompTLS, plainWeb, safeWeb}
	databases = []string{postgres, sqlite}
	services  = []string{plainWeb, safeWeb}
	planned   = []string{"mysql", "sqlserver", "oracle", "s3"}
)

// otherBrokers are schemes of brokers' addresses for other protocols.
var otherBrokers = []string{"tcp", "ssl", "nio", "amqp", "amqps", "mqtt", "ws", "jms", "failover", "broker", "activemq", "artemis"}

// fitting says which schemes a connection's key is for; url and user are for all.
var fitting = map[string][]string{
	"urls":              {stomp, stompTLS},
	"user":              {postgres, stomp, stompTLS, plainWeb, safeWeb},
	"password":          {postgres, stomp, stompTLS, plainWeb, safeWeb},
	"require_read_only": {postgres, sqlite},
	"timezone":          {postgres, sqlite},
	"tls":               {postgres, stompTLS, safeWeb},
	"pool":              {postgres, sqlite},
	"timeouts.request":  {postgres, sqlite, plainWeb, safeWeb},
	"timeouts.receipt":  {stomp, stompTLS},
	"broker":            {stomp, stompTLS},
	"vhost":             {stomp, stompTLS},
	"heartbeat":         {stomp, stompTLS},
	"max_frame":         {stomp, stompTLS},
	"headers":           {plainWeb, safeWeb},
	"rate_limit":        {plainWeb, safeWeb},
}

// Scheme is postgres, sqlite, stomp, stomp+tls, http or https.
func (c Connection) Scheme() string { return c.scheme() }

func (c Connection) scheme() string {
	scheme, _, _ := strings.Cut(c.Addresses()[0], ":")
	return scheme
}

func (c *checker) connection(name string, at Connection) {
	path := "connections." + name
	if !c.sound(path) {
		return
	}
	if !plainName.MatchString(name) {
		c.wrong(path, "a connection's name is of letters, digits, '_' and '-', at most 64", "rename it")
	}
	if !c.addresses(path, at) {
		return // of an unknown kind: its other keys say nothing
	}
	for _, key := range slices.Sorted(maps.Keys(fitting)) {
		if c.has(path+"."+key) && !slices.Contains(fitting[key], at.scheme()) {
			c.wrong(path+"."+key, fmt.Sprintf("%s is not for %s connections", key, at.scheme()), "remove it")
		}
	}
	c.relativeDatabase(path, at)
	c.tls(path, at)
	c.limits(path, at)
	c.questions(path, at)
}

// limits checks the numbers and words of a connection.
func (c *checker) limits(path string, at Connection) {
	c.timezone(path+".timezone", at.Timezone)
	c.number(path+".pool.max_open", at.Pool.MaxOpen)
	if c.has(path + ".pool.max_idle") {
		c.within(path+".pool.max_idle", at.Pool.MaxIdle, kind{high: int64(at.Pool.MaxOpen)})
	}
	c.number(path+".pool.max_lifetime", at.Pool.MaxLifetime)
	c.number(path+".timeouts.connect", at.Timeouts.Connect)
	c.number(path+".timeouts.request", at.Timeouts.Request)
	c.number(path+".timeouts.receipt", at.Timeouts.Receipt)
	c.oneOf(path+".broker", at.Broker)
	c.matches(path+".vhost", at.VHost, printable, "vhost is one line of text", "RabbitMQ's own is /")
	c.number(path+".heartbeat", at.Heartbeat)
	if c.has(path + ".max_frame") {
		c.number(path+".max_frame", at.MaxFrame)
	}
}

func (c *checker) timezone(path, name string) {
	_, err := time.LoadLocation(name)
	if c.sound(path) && (err != nil || name == "" || name == "Local") {
		c.wrong(path, "timezone must be a name of the IANA database"+c.not(path, quote(name)), "write UTC or Europe/Berlin")
	}
}

// tls checks that the block is whole, readable, and says the same as the URL.
func (c *checker) tls(path string, at Connection) {
	path += ".tls"
	if (at.TLS.CertFile == "") != (at.TLS.KeyFile == "") && c.sound(path) {
		c.wrong(path, "cert_file and key_file go together", "write both or none")
	}
	c.matches(path+".server_name", at.TLS.ServerName, printable, "server_name is the name in the server's certificate", "remove it to expect the host of the URL")
	c.readable(path+".ca_file", at.TLS.CAFile)
	c.readable(path+".cert_file", at.TLS.CertFile)
	c.readable(path+".key_file", at.TLS.KeyFile)
	mode := at.sslMode()
	switch {
	case at.scheme() != postgres || at.TLS == TLS{}:
	case mode == "disable":
		c.wrong(path, "sslmode=disable in the URL and a tls block disagree", "remove one of them")
	case mode == "require" && at.TLS.CAFile+at.TLS.ServerName != "", mode == "verify-ca" && at.TLS.ServerName != "":
		c.wrong(path, "sslmode="+mode+" in the URL does not check what the tls block names", "remove sslmode: verify-full is the default")
	}
}

// sslMode is what the first address asks for; empty means verify-full.
func (c Connection) sslMode() string {
	u, err := parseAddress(c.Addresses()[0])
	if err != nil {
		return ""
	}
	return u.Query().Get("sslmode")
}

// readable looks whether a file that a key names can be read; offline it need not be there.
func (c *checker) readable(path, file string) {
	if !c.has(path) || !c.sound(path) {
		return
	}
	c.relative(path, file)
	_, err := c.env.ReadFile(file)
	switch {
	case err == nil:
	case c.mode == Offline:
		c.warn(c.at(path), last(path)+" cannot be read here (needed by run)", "")
	default:
		c.wrong(path, last(path)+" cannot be read: "+cause(err), "it is a PEM file that this account may read")
	}
}

// sqliteStore is the store of a file that names none.
func sqliteStore(folder string) string { return filepath.Join(folder, "rowrelay.db") }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
