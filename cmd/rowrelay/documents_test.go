package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/config"
)

// documents are the Markdown files that users read.
func documents(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pattern := range []string{"../../README.md", "../../docs/*.md", "../../examples/*/README.md"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, path := range paths {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			found[path] = string(text)
		}
	}
	require.Greater(t, len(found), 10)
	return found
}

// frame is the rest of a configuration, for a piece of one that stands in a feed.
const frame = `connections:
  erp: { url: "postgres://erp-db:5432/erp", user: relay_ro }
  mq: { url: "stomp+tls://mq:61613", user: relay }
  rates: { url: "https://rates.internal" }
store: { id: acme }
feeds:
  orders:
`

// completed makes a piece of a configuration a whole one, by the key that it begins with.
func completed(piece string) string {
	piece = dedent(piece)
	switch firstKey.FindString(piece) {
	case "connections:":
		return piece + "  erp: { url: \"sqlite:erp.db\" }\n  mq: { url: \"stomp://mq:61613\" }\nstore: { id: acme }\nfeeds:\n  orders:\n" + feedWith("")
	case "filter:":
		return frame + feedWith("process:\n  - "+indent(piece, "    ")[4:])
	case "- lookup:", "- filter:":
		return frame + feedWith("process:\n"+indent(piece, "  "))
	case "tests:":
		return frame + feedWith(piece+"process:\n  - lookup: { into: customer, connection: erp, rows: one, sql: SELECT 1 }\n  - lookup: { into: lines, connection: erp, rows: many, sql: SELECT 1 }\n")
	}
	return frame + feedWith(piece)
}

// feedWith is a feed with these keys; what is not among them is as simple as can be.
func feedWith(keys string) string {
	feed := ""
	if keys != "" {
		feed = indent(keys, "    ")
	}
	for name, simple := range map[string]string{
		"source":  "    source: { connection: erp, table: orders, sequence: order_seq, start: now }\n",
		"message": "    message: { root: Order }\n",
		"sink":    "    sink: { connection: mq, queue: ERP.ORDERS }\n",
	} {
		if !regexp.MustCompile("(?m)^" + name + ":").MatchString(keys) {
			feed += simple
		}
	}
	return feed
}

// dedent takes off the indentation of the first line.
func dedent(s string) string {
	by := s[:len(s)-len(strings.TrimLeft(s, " "))]
	return strings.TrimPrefix(strings.ReplaceAll(s, "\n"+by, "\n"), by)
}

func indent(s, by string) string {
	return by + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n"+by) + "\n"
}

// firstKey is the key, or the item of a list, that a piece begins with.
var firstKey = regexp.MustCompile(`^(?:- )?[a-z]+:`)

func TestEveryYAMLBlockOfTheDocumentationIsOneThatRowrelayTakes(t *testing.T) {
	wholes, parts := 0, 0
	for path, text := range documents(t) {
		one := examineMarkdown(path)
		require.NoError(t, one.found.Err(), path)
		for _, b := range blocksOf(text) {
			if b.whole() {
				wholes++
				continue
			}
			file, found := config.Parse(path, []byte(completed(b.text)), config.Process(), config.Offline)
			require.NoError(t, withExpressions(file, found).Err(), "%s:%d\n%s", path, b.line, completed(b.text))
			parts++
		}
	}
	require.Positive(t, wholes)
	require.Greater(t, parts, 4)
}

func TestCheckTakesMarkdown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(path, []byte("# Page\n```yaml\nfilter: x > 1\n```\n\n```yaml\nconnections:\n  erp: { url: \"sqlite:a.db\" }\nfeeds:\n  a: { source: { connection: erp } }\n```\n"), 0o600))
	got := rowrelay("check", path)
	require.Equal(t, exitConfig, got.code)
	require.Regexp(t, `page\.md:10:\d+  feeds\.a\.`, got.out)
	require.NoError(t, os.WriteFile(path, []byte("# Page\n```yaml\nfilter: x > 1\n```\n"), 0o600))
	got = rowrelay("check", path)
	require.Equal(t, exitOK, got.code)
	require.Contains(t, got.out, "0 configurations, 1 piece of one not checked")
}

// shownCommand is a command as the documentation shows it: in a block, behind a prompt, or within a line.
var shownCommand = regexp.MustCompile("(?m)(?:^\\$ |^|`|&& |: )(?:\\./bin/)?(rowrelay [^`\n]+)")

// stands replaces the words of a command that stand for what a user types.
var stands = strings.NewReplacer("ORDERS", "orders", "FEED", "orders", "SEQ...", "1", "SEQ", "1", " N", " 1", "LAST", "1", "TEXT", "why", "CODE", "XML_TYPE", "COMMAND", "status", "[FILE...]", "", "DIR", "dir", "...", "")

func TestEveryCommandOfTheDocumentationCanBeTyped(t *testing.T) {
	all := documents(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{"old.yaml", "before.yaml", "rowrelay.v1.yaml", "row.json", "theirs.xsd"} {
		require.NoError(t, os.WriteFile(name, nil, 0o600))
	}
	seen := 0
	for path, text := range all {
		for _, m := range shownCommand.FindAllStringSubmatch(text, -1) {
			command, _, _ := strings.Cut(m[1], " #")
			words := strings.Fields(stands.Replace(command))[1:]
			if !isCommand(words) {
				continue // a sentence that begins with the name
			}
			seen++
			var cli commands
			parser, err := kong.New(&cli, kong.Name("rowrelay"), kong.Exit(func(int) {}), kong.Writers(&strings.Builder{}, &strings.Builder{}))
			require.NoError(t, err)
			if slices.Contains(words, "--help") || len(words) == 1 { // or the command's name alone, in a sentence
				continue
			}
			_, err = parser.Parse(unquoted(words))
			require.NoError(t, err, "%s: %s", path, command)
		}
	}
	require.Greater(t, seen, 20)
}

// isCommand: the first word is one of the commands.
func isCommand(words []string) bool {
	parser, err := kong.New(&commands{})
	if err != nil || len(words) == 0 {
		return false
	}
	return slices.ContainsFunc(parser.Model.Children, func(n *kong.Node) bool { return n.Name == words[0] })
}

// unquoted joins what stands in quotes, as a shell does, and ends where a pipe or a redirection begins.
func unquoted(words []string) (args []string) {
	for i := 0; i < len(words); i++ {
		word := words[i]
		if word == "|" || word == ">" || word == "&&" || word == "||" || strings.HasPrefix(word, ">") {
			break
		}
		for strings.Count(word, `"`)%2 == 1 && i+1 < len(words) {
			i++
			word += " " + words[i]
		}
		args = append(args, strings.Trim(strings.ReplaceAll(word, `"`, ""), ".,;:)"))
	}
	return args
}
