package main

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/config"
)

// versus is what `preview --against -o json` writes.
type versus struct {
	Rows    int          `json:"rows"`
	Same    int          `json:"same"`
	Differ  []difference `json:"differ"`
	Against string       `json:"against"`
}

// difference is one row of which two configurations make something else.
type difference struct {
	Seq    int64  `json:"seq"`
	Before viewed `json:"before"`
	Now    viewed `json:"now"`
}

// compare makes the messages of the same rows by another file, and shows what differs.
func (p *previewCmd) compare(ctx context.Context, g *globals, v *viewer, now []viewed) error {
	before, err := p.before(ctx, g, v)
	if err != nil {
		return err
	}
	c := versus{Rows: len(now), Against: p.Against, Differ: []difference{}}
	for i, one := range now {
		if same(before[i], one) {
			c.Same++
			continue
		}
		c.Differ = append(c.Differ, difference{one.Seq, before[i], one})
	}
	if g.json() {
		if err := g.console.out.json(c); err != nil {
			return err
		}
	} else {
		c.print(g.console.out)
	}
	if len(c.Differ) > 0 || slices.ContainsFunc(now, func(one viewed) bool { return one.Outcome == failedOutcome }) {
		return answered(exitNo)
	}
	return nil
}

// before is what the other file makes of the same rows.
func (p *previewCmd) before(ctx context.Context, g *globals, v *viewer) ([]viewed, error) {
	file, found := read(p.Against, config.Offline)
	if err := found.Err(); err != nil {
		return nil, err
	}
	if _, ok := file.Feeds[p.Feed]; !ok {
		return nil, &problem{exitNo, fmt.Sprintf("%s has no feed %s", p.Against, p.Feed), "compare with a file that has it"}
	}
	old := *v
	old.file = file
	if err := old.prepare(ctx); err != nil {
		return nil, g.refused(err)
	}
	defer old.recipe.Close()
	return old.all(ctx)
}

// same compares what the receiver would get.
func same(a, b viewed) bool {
	return a.Outcome == b.Outcome && a.Code == b.Code && a.Body == b.Body && reflect.DeepEqual(a.Headers, b.Headers)
}

func (c versus) print(out *voice) {
	verb := "differ"
	if len(c.Differ) == 1 {
		verb = "differs"
	}
	out.printf("%s: %d same, %d %s\n", counted(c.Rows, "row"), c.Same, len(c.Differ), verb)
	for _, d := range c.Differ {
		out.printf("%d  %s\n", d.Seq, d)
	}
}

// String shows the part that differs, old → new.
func (d difference) String() string {
	if d.Before.Outcome != d.Now.Outcome || d.Before.Code != d.Now.Code {
		return outcomeOf(d.Before) + "  →  " + outcomeOf(d.Now)
	}
	if d.Before.Body != d.Now.Body {
		a, b := apart(d.Before.Body, d.Now.Body)
		return printable(a) + "  →  " + printable(b)
	}
	return headerLine(d.Before) + "  →  " + headerLine(d.Now)
}

func outcomeOf(one viewed) string {
	switch {
	case one.Code != "":
		return fmt.Sprintf("%s %s", one.Outcome, one.Code)
	case one.By != "":
		return fmt.Sprintf("%s by %q", one.Outcome, one.By)
	}
	return one.Outcome
}

// apart cuts what two documents have in common off both ends, to whole elements.
func apart(a, b string) (string, string) {
	x, y := elements(a), elements(b)
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	return cut(strings.Join(x, ""), 300), cut(strings.Join(y, ""), 300)
}

// elements splits a document before each start tag, so that a text stands with its element.
func elements(document string) []string {
	var parts []string
	from := 0
	for i := 1; i < len(document); i++ {
		if document[i] == '<' && i+1 < len(document) && document[i+1] != '/' && document[i+1] != '!' {
			parts = append(parts, document[from:i])
			from = i
		}
	}
	return append(parts, document[from:])
}
