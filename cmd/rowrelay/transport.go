package main

import (
	"strconv"
	"strings"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/sink"
)

// transport is how a feed's messages travel, whatever is in them.
type transport struct {
	Destination string `json:"destination"` // queue ERP.ORDERS
	Class       string `json:"class"`       // TextMessage or BytesMessage
	Persistent  bool   `json:"persistent"`
	Priority    *int   `json:"priority,omitempty"` // nil: the broker's
	TTL         string `json:"ttl,omitempty"`      // empty: it never expires
}

func transportOf(f config.Feed) *transport {
	d := &transport{Destination: "queue " + f.Sink.Queue, Class: "TextMessage", Persistent: f.Message.Persistent, Priority: f.Message.Priority}
	if f.Sink.Topic != "" {
		d.Destination = "topic " + f.Sink.Topic
	}
	if f.Message.Class == string(sink.Bytes) {
		d.Class = "BytesMessage"
	}
	if f.Message.TTL > 0 {
		d.TTL = f.Message.TTL.String()
	}
	return d
}

// words are what of it stands in JMS headers.
func (d *transport) words() []string {
	words := []string{"persistent"}
	if !d.Persistent {
		words[0] = "not persistent"
	}
	if d.Priority != nil {
		words = append(words, "JMSPriority="+strconv.Itoa(*d.Priority))
	}
	if d.TTL != "" {
		words = append(words, "expires after "+d.TTL)
	}
	return words
}

// headerLine tells the headers of a message as JMS calls them.
func headerLine(one viewed) string {
	h := one.Headers
	correlation := h.CorrelationID
	if correlation == "" {
		correlation = one.ID
	}
	parts := []string{"dedupId=" + one.ID, "JMSCorrelationID=" + correlation}
	for _, p := range []sink.Property{{Name: "JMSType", Value: h.Type}, {Name: "JMSReplyTo", Value: h.ReplyTo}, {Name: "JMSXGroupID", Value: h.GroupID}} {
		if p.Value != "" {
			parts = append(parts, p.Name+"="+p.Value)
		}
	}
	parts = append(parts, one.Sent.words()...)
	for _, p := range h.Properties {
		parts = append(parts, p.Name+"="+p.Value)
	}
	return printable(strings.Join(parts, "  "))
}
