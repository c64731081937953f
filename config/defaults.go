package config

import (
	"strings"
	"sync"
	"time"
)

func defaultFile(env Environment) *File {
	return &File{
		Instance:      env.Hostname,
		ShutdownGrace: Duration(25 * time.Second), // Kubernetes kills after 30 s
		Log:           Log{Level: "info", Format: "auto"},
		Store:         Store{Schema: "rowrelay"},
		Defaults:      defaultFeed(),
	}
}

func defaultConnection() Connection {
	return Connection{
		RequireReadOnly: true,
		Timezone:        "UTC",
		Pool:            Pool{MaxOpen: 10, MaxIdle: 5, MaxLifetime: Duration(30 * time.Minute)},
		Timeouts: Timeouts{
			Connect: Duration(5 * time.Second),
			Request: Duration(30 * time.Second),
			Receipt: Duration(2 * time.Minute),
		},
		Broker:    "auto",
		Heartbeat: Duration(10 * time.Second),
	}
}

func defaultFeed() Feed {
	return Feed{
		Enabled:      true,
		PollInterval: Duration(time.Second),
		Workers:      4,
		MaxInFlight:  4000,
		Retry:        Retry{MaxAttempts: 5, Initial: Duration(time.Second), Max: Duration(5 * time.Minute), Factor: 2, Jitter: 0.2},
		Source:       Source{Bunch: 1000, Gaps: Gaps{MinWatch: Duration(time.Minute), Watch: Duration(time.Hour)}},
		Message: Message{
			Declaration: true, IfNull: "omit", InvalidChars: "fail", Timezone: "UTC",
			MaxSize: 1 << 20, Class: "text", Persistent: true,
		},
		Sink: Sink{Connections: 2, Batch: Batch{Max: 400}},
	}
}

func defaultCache() Cache { return Cache{MaxEntries: 10_000} }

// usualValues are the defaults as the file would write them, by the reference's paths, also of keys
// that stand in lists. The instance's is not among them: it is the host's name.
var usualValues = sync.OnceValue(func() map[string]string {
	plain, feed, cache := defaultFile(Environment{}), defaultFeed(), defaultCache()
	feed.Process = []Item{{Lookup: &Lookup{Cache: &cache}}}
	feed.Message.Fields = []Field{{}}
	values := map[string]string{}
	for path, value := range flatten(&File{
		ShutdownGrace: plain.ShutdownGrace, Log: plain.Log, Store: plain.Store,
		Connections: map[string]Connection{"NAME": defaultConnection()}, Feeds: map[string]Feed{"NAME": feed},
	}) {
		if value = strings.Trim(value, "+"); value != "written" { // lengths of lists, and sections that are there
			values[generic(path)] = value
		}
	}
	return values
})
