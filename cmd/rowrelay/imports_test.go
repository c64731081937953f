package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/rowrelay/rowrelay/"

// mayImport is the picture of ARCHITECTURE.md: who knows whom. Siblings never meet.
var mayImport = map[string][]string{
	"record":       {},
	"config":       {"record"},
	"database":     {"record"},
	"store":        {"database", "record"},
	"sqlvalue":     {"database", "record"},
	"source":       {"sqlvalue", "database", "record"},
	"expression":   {"record"},
	"process":      {"expression", "sqlvalue", "database", "web", "record"},
	"message":      {"expression", "record"},
	"clienttls":    {},
	"web":          {"clienttls", "database", "record"},
	"sink":         {"clienttls", "record"},
	"gap":          {"record"},
	"actors":       {"record", "store", "source", "gap", "message", "sink"},
	"stompbroker":  {},
	"bench":        {},
	"docs":         {},
	"cmd/rowrelay": {"record", "config", "database", "store", "source", "sqlvalue", "process", "expression", "message", "sink", "web", "clienttls", "actors", "stompbroker", "bench", "docs"},
}

// onlyIn says which rooms may know a library.
var onlyIn = map[string][]string{
	"github.com/asynkron/protoactor-go/actor": {"actors"},
	"github.com/go-stomp/stomp/v3/frame":      {"sink", "stompbroker"},
	"github.com/lib/pq":                       {"database", "store", "source"}, // store and source: pq.Array and error codes, no driver
	"modernc.org/sqlite":                      {"database"},
	"github.com/expr-lang/expr/parser":        {"expression"},
	"github.com/shopspring/decimal":           {"expression"},
	"github.com/jacoelho/xsd":                 {"cmd/rowrelay"},
	"go.yaml.in/yaml/v4":                      {"config", "cmd/rowrelay"},
}

func TestRoomsKnowOnlyWhomTheyMay(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{if .GoFiles}}{{.ImportPath}} {{join .Imports " "}}{{end}}`, module+"...").Output()
	require.NoError(t, err)
	seen := 0
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		room := strings.TrimPrefix(words[0], module)
		if room == "proof" || room == "testbed" || strings.HasPrefix(room, "testbed/") {
			continue // tests and their servers: no room imports them
		}
		allowed, known := mayImport[room]
		require.True(t, known, "%s is not in the picture: give it its sentence in ARCHITECTURE.md and its line here", room)
		seen++
		for _, imported := range words[1:] {
			if inner, ours := strings.CutPrefix(imported, module); ours {
				require.Contains(t, allowed, inner, "%s imports %s", room, inner)
			}
			if rooms, kept := onlyIn[imported]; kept {
				require.True(t, slices.Contains(rooms, room), "%s imports %s, which is for %v alone", room, imported, rooms)
			}
		}
	}
	require.Equal(t, len(mayImport), seen, "a room of the picture is gone")
}
