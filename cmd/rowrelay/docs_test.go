package main

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/record"
)

func TestEveryCodeHasItsAnchorInTheDocumentation(t *testing.T) {
	text, err := os.ReadFile("../../docs/errors.md")
	require.NoError(t, err)
	codes := slices.Concat(slices.Collect(maps.Keys(rowRemedies)), slices.Collect(maps.Keys(outageRemedies)),
		[]record.Code{record.SequenceNotUnique, record.SourceWentBack, record.MayWrite, record.ConfigInvalid})
	for _, code := range codes {
		require.Contains(t, string(text), "\n### "+string(code)+"\n")
	}
}

func TestEveryCommandAndFlagIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/cli.md")
	require.NoError(t, err)
	parser, err := kong.New(&commands{})
	require.NoError(t, err)
	for _, command := range parser.Model.Leaves(true) {
		require.Contains(t, string(text), strings.TrimSuffix(command.Path(), " list")) // list is what failed does unasked
		for _, flag := range command.Flags {
			require.Contains(t, string(text), "--"+flag.Name, command.Path())
		}
	}
}
