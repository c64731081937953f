package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/record"
)

// shortfall is a key below a test's `expect` that is not met, and how it is not.
type shortfall struct{ key, text string }

// unmet lists what is not as a test wants it.
func unmet(file *config.File, want config.Expect, got performed) []shortfall {
	if short := outcomeShort(file, want, got); short != nil {
		return []shortfall{*short}
	}
	if got.message == nil {
		return nil
	}
	var all []shortfall
	note := func(key, what string, want *string, got string, there bool) {
		switch {
		case want == nil && there:
			all = append(all, shortfall{key, fmt.Sprintf("%s: got %q, want none", what, got)})
		case want != nil && (!there || got != *want):
			all = append(all, shortfall{key, fmt.Sprintf("%s: got %s, want %q", what, quotedOr(got, there), *want)})
		}
	}
	for _, path := range slices.Sorted(maps.Keys(want.Message)) {
		text, there := seek(got.message.Body, path)
		note("message."+path, "message "+path, textOf(want.Message[path]), text, there)
	}
	properties := map[string]string{}
	for _, p := range got.message.Headers.Properties {
		properties[p.Name] = p.Value
	}
	for _, name := range slices.Sorted(maps.Keys(want.Properties)) {
		text, there := properties[name]
		note("properties."+name, "property "+name, textOf(want.Properties[name]), text, there)
	}
	h := got.message.Headers
	for _, one := range []struct {
		name string
		want *string
		got  string
	}{{"correlation_id", want.Headers.CorrelationID, h.CorrelationID}, {"type", want.Headers.Type, h.Type},
		{"reply_to", want.Headers.ReplyTo, h.ReplyTo}, {"group_id", want.Headers.GroupID, h.GroupID}} {
		if one.want != nil && *one.want != one.got {
			all = append(all, shortfall{"headers." + one.name, fmt.Sprintf("header %s: got %q, want %q", one.name, one.got, *one.want)})
		}
	}
	return all
}

func outcomeShort(file *config.File, want config.Expect, got performed) *shortfall {
	outcome := string(record.Sent)
	switch {
	case got.failure != nil:
		outcome = string(got.failure.Code)
	case got.filtered:
		outcome = string(record.Filtered)
	}
	key, wanted := "outcome", want.Outcome
	if want.Error != "" {
		key, wanted = "error", want.Error
	}
	switch {
	case outcome == wanted:
		return nil
	case got.failure != nil:
		return &shortfall{key, fmt.Sprintf("got %s %s, want %s", failedOutcome, clause(got.failure.Error()), wanted) + failedAt(file, got.failure)}
	case got.filtered:
		return &shortfall{key, fmt.Sprintf("got %s, want %s; %s", outcome, wanted, got.why)}
	}
	return &shortfall{key, fmt.Sprintf("got %s, want %s", outcome, wanted)}
}

// failedAt goes on after the text of a failure: where it happened, and what to do.
func failedAt(file *config.File, f *record.Failure) string {
	if at := placeOf(file, f); at != "" {
		return "; it failed at " + at + " → " + rowRemedy(f.Code)
	}
	return " → " + rowRemedy(f.Code)
}

func quotedOr(text string, there bool) string {
	if !there {
		return "none"
	}
	return strconv.Quote(text)
}

func textOf(d config.Data) *string {
	if d.Null {
		return nil
	}
	return &d.Text
}

// seek finds an element's text, or an attribute, by its path as fields write it: ord:Order/ord:Lines/ord:Line[2]/@no. Without a number
// the first one counts.
func seek(document []byte, path string) (text string, found bool) {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	attribute := ""
	if last := segments[len(segments)-1]; strings.HasPrefix(last, "@") {
		attribute, segments = last[1:], segments[:len(segments)-1]
	}
	w := walker{want: segments}
	d := xml.NewDecoder(bytes.NewReader(document))
	for {
		token, err := d.RawToken()
		if err != nil {
			return text, found
		}
		switch t := token.(type) {
		case xml.StartElement:
			if w.enter(rawName(t.Name)) && !found {
				if attribute != "" {
					return attributeOf(t, attribute)
				}
				found = true
			}
		case xml.CharData:
			if w.here() {
				text += string(t)
			}
		case xml.EndElement:
			if w.here() {
				return text, found
			}
			w.leave()
		}
	}
}

func rawName(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

func attributeOf(e xml.StartElement, name string) (string, bool) {
	for _, a := range e.Attr {
		if rawName(a.Name) == name {
			return a.Value, true
		}
	}
	return "", false
}

// walker follows a path through a document.
type walker struct {
	want  []string
	depth int   // of the element that is open
	match int   // how many of its parents and itself are on the path
	seen  []int // on the path, how many elements of the wanted name each parent has had
}

// enter opens an element, and reports whether it is the wanted one.
func (w *walker) enter(name string) bool {
	w.depth++
	if w.match != w.depth-1 || w.match == len(w.want) {
		return false
	}
	want, nth := w.want[w.match], 1
	if open := strings.IndexByte(want, '['); open > 0 && strings.HasSuffix(want, "]") {
		nth, _ = strconv.Atoi(want[open+1 : len(want)-1])
		want = want[:open]
	}
	for len(w.seen) <= w.match {
		w.seen = append(w.seen, 0)
	}
	if name != want {
		return false
	}
	if w.seen[w.match]++; w.seen[w.match] != nth {
		return false
	}
	w.match++
	w.seen = w.seen[:w.match]
	return w.match == len(w.want)
}

// here tells whether the open element is the wanted one.
func (w *walker) here() bool { return w.match == len(w.want) && w.depth == w.match }

func (w *walker) leave() {
	if w.match == w.depth {
		w.match--
	}
	w.depth--
}
