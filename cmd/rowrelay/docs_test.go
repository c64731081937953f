package main

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/docs"
)

// TestEveryCodeIsExplained holds docs/errors.md against the constants of record, in both directions.
func TestEveryCodeIsExplained(t *testing.T) {
	text, err := os.ReadFile("../../record/errors.go")
	require.NoError(t, err)
	var codes, explained []string
	for _, found := range regexp.MustCompile(`\bCode += "(\w+)"`).FindAllStringSubmatch(string(text), -1) {
		codes = append(codes, found[1])
	}
	for _, p := range pagesOf(docs.Errors) {
		explained = append(explained, string(p.Code))
	}
	require.Greater(t, len(codes), 20)
	require.ElementsMatch(t, codes, explained)
}

func TestEveryRemedyIsOfACodeThatIsExplained(t *testing.T) {
	for _, code := range slices.Concat(slices.Collect(maps.Keys(rowRemedies)), slices.Collect(maps.Keys(outageRemedies))) {
		require.Equal(t, exitOK, rowrelay("explain", string(code)).code, code)
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
