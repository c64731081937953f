package message

import (
	"slices"
	"strings"
	"unicode"
)

// selectorWords are those of JMS selectors, which no property's name may be.
var selectorWords = []string{"NULL", "TRUE", "FALSE", "NOT", "AND", "OR", "BETWEEN", "LIKE", "IN", "IS", "ESCAPE"}

// ownHeaders mean something of their own to a broker in a STOMP SEND, or are written by rowrelay.
var ownHeaders = []string{"destination", "receipt", "transaction", "transformation", "persistent", "durable", "exclusive", "priority",
	"expires", "expiration", "timestamp", "redelivered", "subscription", "type", "dedupId", "_AMQ_DUPL_ID"}

// propertyFault says what is wrong with a property's name; "" is nothing.
func propertyFault(name string) (text, remedy string) {
	switch {
	case !isJavaIdentifier(name):
		return quote(name) + " is no name of a property: JMS takes Java identifiers only", "use letters, digits, '_' and '$', and do not begin with a digit"
	case strings.HasPrefix(name, "JMS"):
		return "names that begin with JMS belong to JMS", "use group_id for JMSXGroupID, correlation_id, type and reply_to for the others"
	case slices.Contains(selectorWords, strings.ToUpper(name)):
		return name + " is a word of JMS selectors", "choose another name"
	case slices.Contains(ownHeaders, name):
		return name + " is a header that the broker or rowrelay itself uses", "choose another name"
	}
	return "", ""
}

func isJavaIdentifier(s string) bool {
	for i, r := range s {
		if r != '_' && r != '$' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}
