package process

import (
	"container/list"
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sqlvalue"
)

// cache keeps answers by key, and lets one call at a time ask for a key.
type cache struct {
	o     Cache
	now   func() time.Time
	count *counter

	mu      sync.Mutex
	weight  int // of all entries
	entries map[string]*list.Element
	recent  *list.List // of *entry, the most recently used first
	flights map[string]*flight
}

type entry struct {
	key    string
	a      answer
	until  time.Time
	weight int
}

// maxWeight bounds what the answers of one cache weigh, whatever max_entries allows: a list of rows alone may weigh 8 MiB.
const maxWeight = 64 << 20

// flight is a call that is under way. What it came to is written before done is closed.
type flight struct {
	done  chan struct{}
	a     answer
	err   error
	ended bool // it came to its own end: who began it was not called off, and did not panic
}

func newCache(o Cache, now func() time.Time, count *counter) *cache {
	o.MaxEntries = max(1, o.MaxEntries)
	return &cache{o: o, now: now, count: count, entries: map[string]*list.Element{}, recent: list.New(), flights: map[string]*flight{}}
}

// get returns the answer for a key, and whether another call than this one's has found it. Only ctx ends the waiting.
func (c *cache) get(ctx context.Context, key string, ask func() (answer, error)) (answer, bool, error) {
	for {
		a, found, f, mine := c.join(key)
		switch {
		case found:
			c.count.hits.Add(1)
			return a, true, nil
		case mine:
			c.count.misses.Add(1)
			err := c.fly(ctx, key, f, ask)
			return f.a, false, err
		}
		select {
		case <-ctx.Done():
			return answer{}, false, ctx.Err()
		case <-f.done:
		}
		if f.ended {
			c.count.hits.Add(1)
			return f.a, true, f.err
		}
	}
}

// join looks into the cache, else boards the flight for the key, or opens one.
func (c *cache) join(key string) (a answer, found bool, f *flight, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, ok := c.entries[key]; ok {
		e := at.Value.(*entry)
		if c.now().Before(e.until) {
			c.recent.MoveToFront(at)
			return e.a, true, nil, false
		}
		c.drop(at)
	}
	if f, ok := c.flights[key]; ok {
		return a, false, f, false
	}
	f = &flight{done: make(chan struct{})}
	c.flights[key] = f
	return a, false, f, true
}

// fly asks, and lands whatever happens.
func (c *cache) fly(ctx context.Context, key string, f *flight, ask func() (answer, error)) error {
	began := c.now() // the answer is as old as the question
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if f.ended && f.err == nil {
			c.keep(key, f.a, began)
		}
		delete(c.flights, key)
		close(f.done)
	}()
	f.a, f.err = ask()
	f.ended = f.err == nil || ctx.Err() == nil
	return f.err
}

func (c *cache) keep(key string, a answer, began time.Time) {
	ttl := c.o.TTL
	if a.rows == 0 {
		ttl = c.o.MissingTTL
	}
	if ttl <= 0 {
		return
	}
	e := &entry{key: key, a: a, until: began.Add(ttl), weight: len(key) + sqlvalue.Weigh(a.value)}
	c.entries[key] = c.recent.PushFront(e)
	for c.weight += e.weight; c.recent.Len() > c.o.MaxEntries || c.weight > maxWeight; {
		c.drop(c.recent.Back())
	}
}

func (c *cache) drop(at *list.Element) {
	e := at.Value.(*entry)
	delete(c.entries, e.key)
	c.weight -= e.weight
	c.recent.Remove(at)
}

// key is the values in one string, which two different lists of values never share.
func key(values []record.Value) string {
	var b strings.Builder
	for _, v := range values {
		writeKey(&b, v)
	}
	return b.String()
}

func writeKey(b *strings.Builder, v record.Value) {
	if v.Null {
		b.WriteByte('-')
		return
	}
	b.WriteByte('a' + byte(v.Kind))
	b.WriteString(strconv.Itoa(len(v.Text)) + ":" + v.Text)
	if v.Kind == record.List {
		b.WriteString(strconv.Itoa(len(v.Items)) + ":")
		for _, item := range v.Items {
			writeKey(b, item)
		}
	}
}
