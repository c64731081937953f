package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

// TestSchemaOfTheConfigurationIsThePublishedOne compares docs/rowrelay.schema.json, which a file may
// point to, with what is printed; -update writes it.
func TestSchemaOfTheConfigurationIsThePublishedOne(t *testing.T) {
	const published = "../../docs/rowrelay.schema.json"
	got := rowrelay("schema", "config")
	require.Equal(t, exitOK, got.code)
	require.Empty(t, got.err)
	if *update {
		require.NoError(t, os.WriteFile(published, []byte(got.out), 0o644))
	}
	want, err := os.ReadFile(published)
	require.NoError(t, err)
	require.True(t, string(want) == got.out, "go test ./cmd/rowrelay -run Published -update")
}

// compiledSchema is what `schema config` prints, ready to validate.
func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.UnmarshalJSON(strings.NewReader(rowrelay("schema", "config").out))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("rowrelay.schema.json", schema))
	s, err := c.Compile("rowrelay.schema.json")
	require.NoError(t, err)
	return s
}

// asEditor is a file as an editor sees it: a date without quotes is a text, as in YAML 1.2.
func asEditor(t *testing.T, text string) map[string]any {
	t.Helper()
	var root yaml.Node
	require.NoError(t, yaml.Load([]byte(text), &root))
	plainDates(&root)
	var content map[string]any
	require.NoError(t, root.Decode(&content))
	return content
}

func plainDates(n *yaml.Node) {
	if n.Tag == "!!timestamp" {
		n.Tag = "!!str"
	}
	for _, inner := range n.Content {
		plainDates(inner)
	}
}

func TestDemosFileAndTheExamplesSatisfyTheSchema(t *testing.T) {
	s := compiledSchema(t)
	content := asEditor(t, fmt.Sprintf(demoConfig, sqliteValue("/tmp/a.db"), sqliteValue("/tmp/b.db"), "127.0.0.1:61613"))
	require.NoError(t, s.Validate(content))
	delete(content["feeds"].(map[string]any)["orders"].(map[string]any)["sink"].(map[string]any), "queue")
	require.ErrorContains(t, s.Validate(content), "/feeds/orders/sink")
	files, err := filepath.Glob("../../examples/*/rowrelay.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 4)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, s.Validate(asEditor(t, string(text))), file)
		first, _, _ := strings.Cut(string(text), "\n")
		require.Equal(t, "# yaml-language-server: $schema=../../docs/rowrelay.schema.json", first)
	}
}
