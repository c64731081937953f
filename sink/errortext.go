package sink

import (
	"strings"
	"unicode/utf8"

	"github.com/go-stomp/stomp/v3/frame"

	"github.com/rowrelay/rowrelay/record"
)

// textLimit keeps an ERROR's text to what a person reads; ActiveMQ sends whole stack traces.
const textLimit = 300

// errorText is an ERROR's message and the first line of its body: the body names the cause on
// Artemis and RabbitMQ, and the exception's class on ActiveMQ.
func errorText(f *frame.Frame) string {
	text, _, _ := strings.Cut(f.Header.Get(frame.Message), "CoreMessage[") // Artemis: all properties of the message
	text = strings.TrimSpace(text)
	line, _, _ := strings.Cut(strings.TrimSpace(string(f.Body)), "\n")
	line = strings.TrimSpace(line)
	switch {
	case text == "" || line != "" && strings.HasSuffix(line, text):
		text = line
	case line != "":
		text += ": " + line
	}
	if text == "" {
		text = f.Command + " without a text"
	}
	return short(strings.ToValidUTF8(text, "?"))
}

func short(text string) string {
	if len(text) <= textLimit {
		return text
	}
	cut := textLimit
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "..."
}

// troubles are pieces of ERROR texts, in lower case, that speak of the broker, the login or the
// destination, hence of every message alike. What is not found here is taken for the message's own,
// so a piece must not be one that a text about a single message could hold. Artemis says no more
// than that sending failed: publisher.judge finds out.
var troubles = []struct {
	code   record.Code
	pieces []string
}{
	{record.ConnAuth, []string{
		"not authorized", "securityexception", // ActiveMQ
		"security error", "password is invalid", "amq229031", "amq229032", "amq229213", "does not have permission", // Artemis
		"access refused", "access_refused", "access denied", "refused for user", "credential expired", // RabbitMQ
	}},
	{record.ConnBlocked, []string{
		"resourceallocationexception", "usage manager", "waiting for space", "no space left", // ActiveMQ
		"is full", "amq229102", "amq229119", // Artemis: address full, disk full
		"resource_error", "resource_alarm", "resource_locked", "connection limit", // RabbitMQ
		"does not exist", "amq339001", "not_found", "no queue '", "no exchange '", "inequivalent arg", // the destination
		"invalid destination", "unknown destination",
	}},
	{record.ConnLost, []string{
		"brokerstopped", "been stopped", "being stopped", "service is stopped", "is stopping", "transportdisposed",
		"shutdown", "shutting down", "shut down", "is a slave",
		"amq339007", "amq339008", "amq339010", // Artemis: the connection is not or no longer logged in
		"connection_forced", "connection-forced", "nodedown",
	}},
}

// outageIn tells whether an ERROR's text speaks of an outage rather than of one message. The
// destination's name is left out of it: a queue may be called SHUTDOWN.
func outageIn(text, destination string) (record.Code, bool) {
	text = strings.ToLower(strings.ReplaceAll(text, bareName(destination), ""))
	for _, t := range troubles {
		for _, piece := range t.pieces {
			if strings.Contains(text, piece) {
				return t.code, true
			}
		}
	}
	return "", false
}

// bareName is a destination without the prefix that the broker takes off in its texts.
func bareName(destination string) string {
	if i := strings.LastIndexByte(destination, '/'); i >= 0 {
		return destination[i+1:]
	}
	return destination
}
