package main

import (
	"fmt"
	"os"
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

func TestDemosFileSatisfiesTheSchema(t *testing.T) {
	schema, err := jsonschema.UnmarshalJSON(strings.NewReader(rowrelay("schema", "config").out))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("rowrelay.schema.json", schema))
	s, err := c.Compile("rowrelay.schema.json")
	require.NoError(t, err)
	var content map[string]any
	text := fmt.Sprintf(demoConfig, sqliteValue("/tmp/a.db"), sqliteValue("/tmp/b.db"), "127.0.0.1:61613")
	require.NoError(t, yaml.Load([]byte(text), &content))
	require.NoError(t, s.Validate(content))
	delete(content["feeds"].(map[string]any)["orders"].(map[string]any)["sink"].(map[string]any), "queue")
	require.ErrorContains(t, s.Validate(content), "/feeds/orders/sink")
}
