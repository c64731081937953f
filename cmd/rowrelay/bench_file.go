package main

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/rowrelay/rowrelay/config"
)

// shape is what varies between the runs of one call.
type shape struct {
	Workers  int         `json:"workers"`
	Size     config.Size `json:"size"`
	Feeds    int         `json:"feeds"`
	Finished int         `json:"finished"`
	poll     string      // poll_interval
}

// benchSchema is the source's; benchStore is the store's.
const benchSchema, benchStore = "rowrelay_bench_source", "rowrelay_bench"

// benchFile is the user's connections, as they are written, with feeds of its own. A receiver other than "" takes the broker's place.
func benchFile(text string, n benchNames, b benchCmd, s shape, receiver string) (string, error) {
	var user struct {
		Connections map[string]map[string]any `yaml:"connections"`
	}
	if err := yaml.Unmarshal([]byte(text), &user); err != nil {
		return "", err
	}
	kept := map[string]map[string]any{}
	for _, name := range []string{n.source, n.store, n.broker} {
		kept[name] = user.Connections[name]
	}
	kept[n.source]["require_read_only"] = false // the table is ours
	if receiver != "" {
		kept[n.broker] = map[string]any{"url": "stomp://" + receiver}
	}
	feeds := map[string]any{}
	for i := range s.Feeds {
		feeds[benchFeed(i)] = map[string]any{
			"poll_interval": s.poll, "workers": s.Workers,
			"source":  map[string]any{"connection": n.source, "table": benchSchema + "." + benchTable(i), "sequence": "id", "start": "first"},
			"message": map[string]any{"root": "Order", "max_size": "16MiB"},
			"sink":    map[string]any{"connection": n.broker, "queue": b.Queue, "connections": b.Connections, "batch": map[string]any{"max": b.Batch}},
		}
	}
	var out strings.Builder
	err := yaml.NewEncoder(&out).Encode(map[string]any{
		"instance": "rowrelay-bench", "log": map[string]any{"format": "text", "level": "warn"},
		"connections": kept, "store": map[string]any{"connection": n.store, "schema": benchStore}, "feeds": feeds,
	})
	return out.String(), err
}

func benchFeed(i int) string  { return fmt.Sprintf("bench%d", i+1) }
func benchTable(i int) string { return fmt.Sprintf("orders%d", i+1) }
