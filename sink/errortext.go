package sink

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-stomp/stomp/v3/frame"

	"github.com/rowrelay/rowrelay/record"
)

// textLimit keeps an ERROR's text to what a person reads; ActiveMQ sends whole stack traces.
const textLimit = 300

// errorText is an ERROR's message and the first line of its body: the body names the cause on
// Artemis and RabbitMQ, and the exception's class on ActiveMQ.
func errorText(f *frame.Frame) string {
	text := withoutMessage(f.Header.Get(frame.Message))
	line, _, _ := strings.Cut(strings.TrimSpace(string(f.Body)), "\n")
	line = withoutMessage(line)
	switch {
	case text == "" || line != "" && strings.HasSuffix(line, text):
		text = line
	case line != "":
		text = strings.TrimSuffix(text, ".") + ": " + line
	}
	if text == "" {
		text = f.Command + " without a text"
	}
	return short(strings.ToValidUTF8(text, "?"))
}

// withoutMessage cuts off where Artemis lists all properties of the message, ids and names among them.
func withoutMessage(text string) string {
	text, _, _ = strings.Cut(text, "CoreMessage[")
	return strings.TrimSpace(text)
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

// outageIn tells whether an ERROR's text speaks of an outage rather than of one message. A name that
// would itself be taken for trouble, for a queue may be called SHUTDOWN, is left out where it stands
// as a word of its own; any other name stays, for it may be part of what the broker says.
func outageIn(text, destination string) (record.Code, bool) {
	for _, name := range namesIn(destination) {
		if _, misleads := troubleIn(name); misleads {
			text = without(text, name)
		}
	}
	return troubleIn(text)
}

func troubleIn(text string) (record.Code, bool) {
	text = strings.ToLower(text)
	for _, t := range troubles {
		for _, piece := range t.pieces {
			if strings.Contains(text, piece) {
				return t.code, true
			}
		}
	}
	return "", false
}

// namesIn are the names that a text can repeat of a destination: without prefixes, of each of
// several queues (ActiveMQ's ','), and without options ('?').
func namesIn(destination string) []string {
	return strings.FieldsFunc(destination, func(r rune) bool { return strings.ContainsRune("/,?", r) })
}

// without replaces a name wherever it is not part of a longer word.
func without(text, name string) string {
	around := strings.Split(text, name)
	rest := around[0]
	for i, after := range around[1:] {
		last, _ := utf8.DecodeLastRuneInString(around[i])
		next, _ := utf8.DecodeRuneInString(after)
		if inWord(last) || inWord(next) {
			rest += name + after
		} else {
			rest += "*" + after
		}
	}
	return rest
}

func inWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
