package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/record"
)

type previewCmd struct {
	Feed    string `arg:"" help:"The feed."`
	Seq     reach  `placeholder:"4712|100..120" help:"These rows; else the next ones that would be read."`
	Limit   int    `default:"3" help:"At most so many rows (${default}); with --seq A..B as many as it names."`
	Row     string `placeholder:"FILE" type:"existingfile" help:"A row from a JSON file, {\"column\": \"value\"}, instead of the source's."`
	XML     bool   `help:"Print the documents alone."`
	Out     string `placeholder:"DIR" help:"Write each document to DIR/SEQ.xml."`
	XSD     string `name:"xsd" placeholder:"FILE" type:"existingfile" help:"Check the documents against an XSD, the receiver's for example."`
	Against string `placeholder:"FILE" type:"existingfile" help:"Compare with what another configuration makes of the same rows."`
}

// reach is one number, or the numbers from one to another.
type reach struct {
	named bool
	record.Range
}

// UnmarshalText reads 4712 or 100..120.
func (r *reach) UnmarshalText(b []byte) error {
	from, to, found := strings.Cut(string(b), "..")
	if !found {
		to = from
	}
	lo, err := strconv.ParseInt(from, 10, 64)
	hi, err2 := strconv.ParseInt(to, 10, 64)
	if err := errors.Join(err, err2); err != nil || lo > hi {
		return fmt.Errorf("%q is neither a number nor two of them: write 4712 or 100..120", b)
	}
	*r = reach{true, record.Range{Lo: lo, Hi: hi}}
	return nil
}

// previewRows bounds a preview, and previewBytes what is held of it at once.
const (
	previewRows  = 10_000
	previewBytes = 8 << 20
)

// Validate refuses what can never be meant; kong calls it.
func (p *previewCmd) Validate() error {
	switch {
	case p.Limit < 1 || p.Limit > previewRows:
		return fmt.Errorf("--limit must be 1 to %d", previewRows)
	case p.Row != "" && p.Seq.named:
		return errors.New("--row and --seq exclude each other")
	case p.XSD != "" && p.Against != "":
		return errors.New("--xsd and --against exclude each other")
	}
	return nil
}

// Run implements the command. It reads, and writes nothing but what it prints.
func (p *previewCmd) Run(ctx context.Context, g *globals) error {
	file, found, err := g.load(config.Offline)
	if err != nil {
		return err
	}
	g.found = found
	if _, ok := file.Feeds[p.Feed]; !ok {
		return unknownFeed(p.Feed, file.FeedNames())
	}
	v := &viewer{previewCmd: p, file: file}
	if p.XSD != "" {
		if v.schema, err = readSchema(p.XSD); err != nil {
			return err
		}
	}
	if err := v.start(ctx); err != nil {
		return g.refused(err)
	}
	defer v.close()
	if err := v.read(ctx); err != nil {
		return g.refused(err)
	}
	shown, err := v.all(ctx)
	if err != nil {
		return g.refused(err)
	}
	if p.Against != "" {
		return p.compare(ctx, g, v, shown)
	}
	return v.print(g, shown)
}
