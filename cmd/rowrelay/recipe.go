package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rowrelay/rowrelay/actors"
	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/database"
	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/process"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/web"
)

// recipe is what the file says of the way from a row to its message, with the pools of its lookups.
type recipe struct {
	file     *config.File
	feed     string
	pipeline *process.Pipeline
	message  message.Options
	pools    map[string]*sqlx.DB    // by connection
	clients  map[string]*web.Client // by connection
}

// newRecipe reads a feed's process and message; nothing is connected yet, and Close ends what is connected later. What is never to be
// connected needs neither logins nor certificates.
func newRecipe(f *config.File, feed string, connected bool) (*recipe, error) {
	r := &recipe{file: f, feed: feed, message: messageOptions(feed, f.Feeds[feed].Message), pools: map[string]*sqlx.DB{}, clients: map[string]*web.Client{}}
	var items []process.Item
	for i, it := range f.Feeds[feed].Process {
		item, err := r.item(i, it, connected)
		if err != nil {
			r.Close()
			return nil, err
		}
		items = append(items, item)
	}
	r.pipeline = process.New(feed, items)
	return r, nil
}

func (r *recipe) item(i int, it config.Item, connected bool) (process.Item, error) {
	item := process.Item{Path: fmt.Sprintf("feeds.%s.process[%d]", r.feed, i), Name: cmp.Or(it.Name, "filter"), When: it.When, Filter: it.Filter}
	if it.Lookup == nil {
		return item, nil
	}
	l := it.Lookup
	item.Name = cmp.Or(it.Name, l.Into)
	c := r.file.Connections[l.Connection]
	item.Lookup = &process.Lookup{Into: l.Into, Connection: l.Connection, SQL: l.SQL, Rows: process.Rows(l.Rows), Columns: l.Columns,
		Zone: c.Location(), Timeout: time.Duration(c.Timeouts.Request)}
	if l.HTTP != nil {
		item.Lookup.HTTP = &process.HTTP{Get: l.HTTP.Get, Query: l.HTTP.Query, Select: l.HTTP.Select, Missing: l.HTTP.Missing}
	}
	if l.Cache != nil {
		item.Lookup.Cache = &process.Cache{TTL: time.Duration(l.Cache.TTL), MaxEntries: l.Cache.MaxEntries, MissingTTL: time.Duration(l.Cache.MissingTTL)}
	}
	err := r.reach(item.Lookup)
	if !connected {
		return item, nil
	}
	return item, err
}

// reach gives a lookup its pool or its client. Neither connects yet, but a pool tells how the database's SQL is read.
func (r *recipe) reach(l *process.Lookup) (err error) {
	if l.HTTP != nil {
		l.HTTP.Client, err = r.client(l.Connection)
		return err
	}
	l.DB, err = r.pool(l.Connection)
	return err
}

// client is one for all lookups of the feed on a connection.
func (r *recipe) client(connection string) (*web.Client, error) {
	if c, ok := r.clients[connection]; ok {
		return c, nil
	}
	client, err := web.New(webOptions(r.file, connection))
	if err != nil {
		return nil, fmt.Errorf("connections.%s: %w", connection, err)
	}
	r.clients[connection] = client
	return client, nil
}

// pool is one for all lookups of the feed on a connection.
func (r *recipe) pool(connection string) (*sqlx.DB, error) {
	if db, ok := r.pools[connection]; ok {
		return db, nil
	}
	o := databaseOptions(r.file, connection)
	o.ReadOnly = true
	db, err := database.Open(o)
	if err != nil {
		return nil, fmt.Errorf("connections.%s: %w", connection, err)
	}
	r.pools[connection] = db
	return db, nil
}

// Close ends the lookups' connections.
func (r *recipe) Close() error {
	var errs []error
	for _, c := range r.clients {
		c.Close()
	}
	for _, db := range r.pools {
		errs = append(errs, db.Close())
	}
	return errors.Join(errs...)
}

// ping asks every web service of the lookups for its own address, and returns what answered, by connection.
func (r *recipe) ping(ctx context.Context) (map[string]string, error) {
	answers := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(r.clients)) {
		status, err := r.clients[name].Ping(ctx)
		if err != nil {
			return nil, err
		}
		answers[name] = "answers " + r.file.Connections[name].URL + " with " + status
	}
	return answers, nil
}

// lookups are the connections of the feed's lookups.
func (r *recipe) lookups() []string {
	names := map[string]bool{}
	for _, it := range r.file.Feeds[r.feed].Process {
		if it.Lookup != nil {
			names[it.Lookup.Connection] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// Prepare implements actors.Prepare.
func (r *recipe) Prepare(ctx context.Context, columns []record.Column) (actors.Steps, error) {
	return r.prepare(ctx, columns)
}

func (r *recipe) prepare(ctx context.Context, columns []record.Column) (*steps, error) {
	plan, err := r.pipeline.Prepare(ctx, columns)
	if err != nil {
		return nil, placed(r.file, err)
	}
	mapping, err := message.Compile(r.message, plan.Names())
	if faults, ok := errors.AsType[message.Faults](err); ok {
		return nil, placed(r.file, record.Misfit(faults...))
	}
	if err != nil {
		return nil, err
	}
	return &steps{r.feed, plan, mapping}, nil
}

// offline is what can be told of the expressions without a database; the names are what is known of the source.
func (r *recipe) offline(names expression.Names) config.Complaints {
	names, faults := r.pipeline.Offline(names)
	_, err := message.Compile(r.message, names)
	if wrong, ok := errors.AsType[message.Faults](err); ok {
		faults = append(faults, wrong...)
	}
	return complaintsOf(r.file, faults)
}

// expressions complains about everything that is wrong in the expressions of a file that is sound otherwise.
func expressions(f *config.File) config.Complaints {
	var found config.Complaints
	for _, feed := range f.FeedNames() {
		r, err := newRecipe(f, feed, false)
		if err != nil {
			continue // without databases nothing fails
		}
		found = append(found, r.offline(expression.Names{Open: true})...)
		_ = r.Close() // nothing was connected
	}
	return found
}
