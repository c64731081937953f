package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/record"
)

// yaml is the file: about a dozen lines, and every key of them a decision.
func (a answers) yaml() string {
	var b strings.Builder
	b.WriteString("# yaml-language-server: $schema=./" + schemaFile + "\n") // VS Code and IntelliJ read it, in the first line alone
	b.WriteString("# Written by rowrelay init; every key is explained in docs/config.md.\nconnections:\n")
	if a.mayWrite {
		b.WriteString("  # The account may write; rowrelay init --grants prints the SQL for one that may only read.\n")
	}
	if a.zoneless {
		b.WriteString(zoneHint)
	}
	fmt.Fprintf(&b, "  %s: { %s }\n", sourceName, strings.Join(a.source(), ", "))
	fmt.Fprintf(&b, "  %s: { %s }%s\n", brokerName, strings.Join(a.sink(), ", "), a.brokerHint())
	if a.storeID != "" {
		fmt.Fprintf(&b, "store: { id: %s }\n", quoted(a.storeID))
	}
	fmt.Fprintf(&b, "feeds:\n  %s:\n    source:\n", scalar(a.feed))
	fmt.Fprintf(&b, "      connection: %s\n      table: %s\n      sequence: %s\n      start: %s\n", sourceName, scalar(a.table), scalar(a.sequence), a.start)
	a.writeMessage(&b)
	fmt.Fprintf(&b, "    sink: { connection: %s, queue: %s }\n", brokerName, scalar(a.queue))
	return b.String()
}

func (a answers) source() []string {
	keys := credentials(a.url, a.user, a.password != "", sourcePassword, a.secrets)
	if a.caFile != "" {
		keys = append(keys, "tls: { ca_file: "+quoted(a.caFile)+" }")
	}
	if a.mayWrite {
		keys = append(keys, "require_read_only: false")
	}
	return keys
}

func (a answers) sink() []string {
	return credentials(a.broker, a.brokerUser, a.brokerPassword != "", brokerPassword, a.secrets)
}

func (a answers) brokerHint() string {
	if !a.brokerIsGuess {
		return ""
	}
	return " # put yours here, with user and password"
}

// credentials writes the keys of a connection. The secret itself stands in a file of its own.
func credentials(url, user string, secret bool, name, file string) []string {
	keys := []string{"url: " + quoted(url)}
	if user != "" {
		keys = append(keys, "user: "+scalar(user))
	}
	if secret {
		keys = append(keys, fmt.Sprintf("password: %q", "${"+name+":?it stands in "+file+"}"))
	}
	return keys
}

// root is sound whatever the feed is called, so that a bad name is one fault and not two.
func (a answers) root() string { return rootFor(legal(a.feed)) }

func (a answers) writeMessage(b *strings.Builder) {
	if a.columns == nil {
		fmt.Fprintf(b, "    message: { root: %s }\n", a.root())
		return
	}
	fmt.Fprintf(b, "    message:\n      root: %s\n      fields:\n", a.root())
	for _, c := range a.columns {
		keys := []string{"to: " + scalar(message.ElementName(c.Name)), "from: " + scalar(expression.Spelled(c.Name))}
		if typ := xsdType(c); typ != "" {
			keys = append(keys, "type: "+typ)
		}
		fmt.Fprintf(b, "        - { %s }\n", strings.Join(keys, ", "))
	}
}

// xsdTypes are the XML types that hold every value of a kind; a list has none, its items are elements.
var xsdTypes = map[record.Kind]string{
	record.Text: "string", record.Boolean: "boolean", record.Integer: "long", record.Decimal: "decimal", record.Float: "double",
	record.Bytes: "base64Binary", record.Date: "date", record.DateTime: "dateTime", record.Time: "time", record.Duration: "duration",
}

func xsdType(c record.Column) string {
	switch c.Type {
	case "smallint", "integer": // PostgreSQL's; SQLite writes INTEGER, which is larger
		return "int"
	case "real":
		return "float"
	}
	return xsdTypes[c.Kind]
}

// plainScalar is a text that no YAML reader takes for anything else, unless it is one of wordsOfYAML.
var plainScalar = regexp.MustCompile(`^[\pL_][\pL\pN_.-]*$`)

// wordsOfYAML are values in YAML 1.1 or 1.2 when they stand without quotes.
var wordsOfYAML = []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}

// scalar writes a text as YAML, quoted where it must be; a ${ in it stays one.
func scalar(s string) string {
	if plainScalar.MatchString(s) && !slices.Contains(wordsOfYAML, strings.ToLower(s)) {
		return s
	}
	return quoted(s)
}

// quoted writes a text as YAML in quotes. Go's escapes, for what has no shape, are YAML's too.
func quoted(s string) string {
	s = strings.ReplaceAll(s, "${", "$${")
	switch {
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		return strconv.Quote(s)
	case !strings.ContainsAny(s, `"\`):
		return `"` + s + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}
