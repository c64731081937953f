// Package config is the file: its sections as plain structs, defaults, variables, complaints with line and column, and what may change live.
package config

import (
	"maps"
	"slices"
	"time"
	_ "time/tzdata" // so that `timezone` means the same on machines without zone files
)

// File is one configuration with defaults and variables filled in. It is complete only if Load
// returned no failing complaint, and is not changed afterwards.
type File struct {
	Instance      string                `yaml:"instance"` // the host's name unless written
	ShutdownGrace Duration              `yaml:"shutdown_grace"`
	Log           Log                   `yaml:"log"`
	Connections   map[string]Connection `yaml:"connections"`
	Store         Store                 `yaml:"store"`
	Defaults      Feed                  `yaml:"defaults"` // already in every feed; decoded before Feeds, so it stands before it
	Feeds         map[string]Feed       `yaml:"feeds"`

	_ struct{} `planned:"heartbeat_url http groups receivers"`

	text func() *text // as written; a function, so that no way of printing a File shows a line of it
	hash string
	uses []string
}

// Log says how much is logged and how.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn or error
	Format string `yaml:"format"` // auto, text or json
}

// Connection is one database, broker or web service: where it is, and how to reach it.
type Connection struct {
	Name            string   `yaml:"-"`
	URL             string   `yaml:"url"`  // without user and password; empty when URLs is written
	URLs            []string `yaml:"urls"` // brokers only, tried in order
	User            string   `yaml:"user"`
	Password        Secret   `yaml:"password"`
	RequireReadOnly bool     `yaml:"require_read_only"`
	Timezone        string   `yaml:"timezone"` // an IANA name that Location can load
	TLS             TLS      `yaml:"tls"`
	Pool            Pool     `yaml:"pool"`
	Timeouts        Timeouts `yaml:"timeouts"`
	Broker          string   `yaml:"broker"` // auto, artemis, activemq, rabbitmq or other
	VHost           string   `yaml:"vhost"`
	Heartbeat       Duration `yaml:"heartbeat"`
	MaxFrame        Size     `yaml:"max_frame"` // 0: what is known of the broker

	Headers   map[string]Secret `yaml:"headers"`    // of every question to a web service
	RateLimit Rate              `yaml:"rate_limit"` // of questions to a web service; 0: none

	_ struct{} `planned:"auth"`
}

// TLS holds paths of PEM files, and the name to expect in the certificate; empty means the
// system's authorities, no client certificate, the URL's host.
type TLS struct {
	CAFile     string `yaml:"ca_file"`
	CertFile   string `yaml:"cert_file"`
	KeyFile    string `yaml:"key_file"`
	ServerName string `yaml:"server_name"`
}

// Pool bounds a database's connections.
type Pool struct {
	MaxOpen     int      `yaml:"max_open"`
	MaxIdle     int      `yaml:"max_idle"`
	MaxLifetime Duration `yaml:"max_lifetime"`
}

// Timeouts bound every wait on a connection: Request a database's statement, Receipt a broker's answer.
type Timeouts struct {
	Connect Duration `yaml:"connect"`
	Request Duration `yaml:"request"`
	Receipt Duration `yaml:"receipt"`
}

// Store is where READ_DATA_INFO, DUMPED_DATA and their neighbours are kept.
type Store struct {
	Connection string `yaml:"connection"` // empty: the SQLite file at Path
	Path       string `yaml:"-"`          // absolute; empty when Connection is written, also if its variable is not set
	Beside     string `yaml:"-"`          // of a relative path that leads elsewhere than beside the file: the path beside it, absolute; else empty
	Schema     string `yaml:"schema"`     // PostgreSQL only
	ID         string `yaml:"id"`         // empty: the id that the store was made with

	_ struct{} `planned:"migrate payload retention require_reason"`
}

// Feed carries one source to one destination.
type Feed struct {
	Name         string   `yaml:"-"`
	Description  string   `yaml:"description"`
	Enabled      bool     `yaml:"enabled"`
	PollInterval Duration `yaml:"poll_interval"`
	Workers      int      `yaml:"workers"`
	MaxInFlight  int      `yaml:"max_in_flight"`
	Retry        Retry    `yaml:"retry"`
	Source       Source   `yaml:"source"`
	Process      []Item   `yaml:"process"` // in order
	Message      Message  `yaml:"message"`
	Sink         Sink     `yaml:"sink"`
	Tests        []Test   `yaml:"tests"` // nothing that a running daemon looks at

	_ struct{} `planned:"keep_order order_key on_failure schedule wake_on expect_by on_done"`
}

// Retry spreads the attempts of a row that might heal: Initial, then Factor times longer each time
// up to Max, shifted by up to the part Jitter (0 to 1) of itself.
type Retry struct {
	MaxAttempts int      `yaml:"max_attempts"`
	Initial     Duration `yaml:"initial"`
	Max         Duration `yaml:"max"`
	Factor      float64  `yaml:"factor"`
	Jitter      float64  `yaml:"jitter"`
}

// Source is the table or query that a feed follows; exactly one of Table and Query is written.
type Source struct {
	Connection  string   `yaml:"connection"`
	Table       string   `yaml:"table"`
	Query       string   `yaml:"query"`
	Columns     []string `yaml:"columns"` // nil: all
	Where       string   `yaml:"where"`   // SQL, with Table only
	Sequence    string   `yaml:"sequence"`
	Start       Start    `yaml:"start"`
	BusinessKey string   `yaml:"business_key"`
	Created     string   `yaml:"created"`
	Bunch       int      `yaml:"bunch"`
	Gaps        Gaps     `yaml:"gaps"`

	_ struct{} `planned:"http"`
}

// Gaps say how long a number that was passed over is looked for: at least MinWatch where the database tells who could still
// fill it, Watch where only time tells.
type Gaps struct {
	MinWatch Duration `yaml:"min_watch"`
	Watch    Duration `yaml:"watch"`
}

// Sink is a feed's destination; exactly one of Queue and Topic is written.
type Sink struct {
	Connection  string `yaml:"connection"`
	Queue       string `yaml:"queue"`
	Topic       string `yaml:"topic"`
	Connections int    `yaml:"connections"`
	Batch       Batch  `yaml:"batch"`

	_ struct{} `planned:"object path"`
}

// Batch bounds what is under way on one broker connection; Linger is how long to wait for more.
type Batch struct {
	Max    int      `yaml:"max"`
	Linger Duration `yaml:"linger"`
}

// FeedNames lists the feeds in alphabetical order.
func (f *File) FeedNames() []string { return slices.Sorted(maps.Keys(f.Feeds)) }

// Hash is eight hexadecimal digits that tell two contents apart, filled-in values included but the
// instance's name and the tests; no value can be computed back from them.
func (f *File) Hash() string { return f.hash }

// Uses lists the files that ${file:...} names, in the order of their first mention.
func (f *File) Uses() []string { return f.uses }

// Location is what timestamps without a zone mean on this connection.
func (c Connection) Location() *time.Location { return location(c.Timezone) }

func location(name string) *time.Location {
	at, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC // Load has refused it
	}
	return at
}

// Addresses lists the connection's URLs in the order to try them.
func (c Connection) Addresses() []string {
	if len(c.URLs) > 0 {
		return c.URLs
	}
	return []string{c.URL}
}
