package main

import (
	"fmt"
	"strings"

	"github.com/rowrelay/rowrelay/record"
)

// rowRemedies say in one line what to do about FAILED rows; explain says more.
var rowRemedies = map[record.Code]string{
	record.XMLInvalidChar: "correct the value in the source, or write message.invalid_chars: replace (or remove) and restart; then retry",
	record.XMLType:        "correct the field (a larger scale, from: \"round(x, 2)\", another type) and restart, or the value in the source; then retry",
	record.XMLTooLarge:    "raise message.max_size or leave columns out of source.columns, restart, then retry",
	record.XMLRequired:    "fill the value in in the source, or correct message.fields and restart, then retry",
	record.FilterExpr:     "correct the expression (rowrelay preview shows what it does) and restart, then retry",
	record.LookupTooMany:  "make the lookup's SQL select one row and restart, then retry",
	record.LookupNotFound: "the row is missing in the looked-up table, or use rows: optional; then retry",
	record.LookupHTTP5XX:  "the service fails at this row's question: its log says why; then retry",
	record.LookupHTTP4XX:  "read the status: it is about this row's path and query, unless the service's address in the file is wrong; then retry",
	record.LookupTimeout:  "the looked-up table needs an index for the lookup's SQL; then retry",
	record.SendRejected:   "read the broker's answer: permissions and limits of the queue; then retry",
	record.SourceRowGone:  "the row was deleted in the source before it was sent: bring it back, then retry",
	record.Internal:       "the log of the daemon at this time says more; please report it, then retry",
}

// outageRemedies say where to look when a connection is away; %s is its name in the file.
var outageRemedies = map[record.Code]string{
	record.ConnDNS:         "is the host in connections.%s.url right, and does this machine resolve it?",
	record.ConnRefused:     "is the server of connections.%s up, and are host and port right?",
	record.ConnTimeout:     "does a firewall stand before connections.%s, or is its server overloaded?",
	record.ConnTLS:         "compare connections.%s.tls (ca_file, server_name) with the server's certificate",
	record.ConnAuth:        "check user and password of connections.%s, and what the server allows them",
	record.ConnLost:        "the server of connections.%s ended the connection: its log says why",
	record.ConnHTTP:        "the status or the answer is in the text: is the service of connections.%s in trouble, and is its url the service's own?",
	record.SourceStatement: "the statement is in the text: what it meets in connections.%s must be mended there, or the feed in the file",
	record.ConnBlocked:     "the broker of connections.%s takes nothing: its disk, memory and flow control",
}

func outageRemedy(o *record.Outage) string {
	if o.Code == record.ConnTLS && strings.Contains(o.Error(), "SSL is not enabled") {
		return fmt.Sprintf("the server speaks no TLS: switch it on there, or write ?sslmode=disable into connections.%s.url, and passwords and rows travel unprotected", o.Connection)
	}
	if o.Code == record.ConnTLS && strings.Contains(o.Error(), "stomp://") { // the port speaks no TLS, as it seems
		return fmt.Sprintf("is the port in connections.%s right? stomp:// is for a port without TLS, stomp+tls:// for one with it; else the server is overloaded  %s", o.Connection, more(o.Code))
	}
	if strings.Contains(o.Error(), "unable to open database file") { // SQLite, which has no server
		return fmt.Sprintf("is that the file of connections.%s.url that you mean, and may this account read it and its folder?  %s", o.Connection, more(o.Code))
	}
	if remedy, ok := outageRemedies[o.Code]; ok {
		return fmt.Sprintf(remedy, o.Connection) + "  " + more(o.Code)
	}
	return "rowrelay check --connect tries every connection of the file"
}

// stopRemedy is what to do about a feed that is stopped until a person has decided.
func stopRemedy(feed string, code record.Code) string {
	if code == record.SourceWentBack {
		return "find the last number that is still the row that was sent, then\n" +
			"rowrelay rewind " + feed + " --to N --resend completed --reason ...   (or give the feed a new name)"
	}
	return more(code)
}

// rowRemedy is what to do about rows that failed with this code.
func rowRemedy(code record.Code) string {
	if remedy, ok := rowRemedies[code]; ok {
		return remedy
	}
	return "a newer version wrote this code; its own rowrelay explain tells what it means"
}

// rowAdvice is rowRemedy with where to read on, as far as this program knows the code.
func rowAdvice(code record.Code) string {
	if _, ok := rowRemedies[code]; !ok {
		return rowRemedy(code)
	}
	return rowRemedy(code) + "      " + more(code)
}
