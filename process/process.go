// Package process takes a row through the steps of the file's `process`: filters and lookups, in order.
package process

import (
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
)

// Item is one item of `process`. Exactly one of Filter and Lookup is set.
type Item struct {
	Path   string // feeds.orders.process[1], for complaints and errors
	Name   string // the file's `name`, or "filter", or the lookup's `into`
	When   string // an expression: the item is skipped unless it is true; "" is always
	Filter string // an expression: the row goes on only if it is true
	Lookup *Lookup
}

// Lookup asks a database or a web service for what belongs to a row. Exactly one of SQL and HTTP is set.
type Lookup struct {
	Into       string // what expressions call the result
	Connection string // its name in the file
	SQL        string // one SELECT; :name and :"Odd Name" stand for a column of the row, :into.column, :seq and :feed for what they say
	HTTP       *HTTP
	Rows       Rows
	Columns    map[string]string // result columns whose type the driver cannot tell: bool, int, decimal, ...
	Cache      *Cache            // nil: none
	DB         *sqlx.DB          // of SQL: a pool of database.Open, read-only, which stays the caller's; nil is enough for Offline
	Zone       *time.Location    // what a timestamp without a zone means there; nil is UTC
	Timeout    time.Duration     // of one statement, on our side; 0: the server's own time-out is enough (SQLite has none)
}

// Rows says how many rows a lookup may find, and what its result is then.
type Rows string

// What the result is: a row, a row or NULL, a list of rows. More than one row for One or Optional is LOOKUP_TOO_MANY.
const (
	One      Rows = "one" // no row is LOOKUP_NOT_FOUND
	Optional Rows = "optional"
	Many     Rows = "many"
)

// Cache keeps the results of a lookup by the values of its parameters.
type Cache struct {
	TTL        time.Duration // how old a result may be
	MaxEntries int           // at least 1; the least recently used one goes
	MissingTTL time.Duration // of "no row"; 0: not kept
}

// Pipeline is the `process` of one feed, before it has seen a database.
type Pipeline struct {
	feed   string
	items  []Item
	counts []counter        // by item
	now    func() time.Time // of the caches
}

// New makes a pipeline; nothing is checked yet. The items are not to be changed afterwards.
func New(feed string, items []Item) *Pipeline {
	return &Pipeline{feed: feed, items: items, counts: make([]counter, len(items)), now: time.Now}
}

// Stats counts how a lookup's cache was used since the pipeline was made. Who waited for another row's call is a hit.
type Stats struct {
	Name         string // the item's
	Hits, Misses int64
}

// Stats are those of the lookups that have a cache, in order. It may be called at any time.
func (p *Pipeline) Stats() []Stats {
	var all []Stats
	for i, item := range p.items {
		if item.Lookup != nil && item.Lookup.Cache != nil {
			c := &p.counts[i]
			all = append(all, Stats{Name: item.Name, Hits: c.hits.Load(), Misses: c.misses.Load()})
		}
	}
	return all
}

type counter struct{ hits, misses atomic.Int64 }
