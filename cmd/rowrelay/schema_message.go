package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/message"
)

type schemaMessageCmd struct {
	Feed string `arg:"" help:"The feed."`
	Out  string `placeholder:"DIR" help:"Write the documents into DIR, FEED.xsd first; needed where there are several."`
}

// described is one document. Its fields are those of `schema message -o json`.
type described struct {
	File      string `json:"file"`
	Namespace string `json:"namespace"`
	XSD       string `json:"xsd"`
}

// Run implements the command. It asks the databases for their columns, and reads no row.
func (k *schemaMessageCmd) Run(ctx context.Context, g *globals) error {
	file, found, err := g.load(config.Offline)
	if err != nil {
		return err
	}
	g.found = found
	if _, ok := file.Feeds[k.Feed]; !ok {
		return unknownFeed(k.Feed, file.FeedNames())
	}
	all, err := k.describe(ctx, file)
	if err != nil {
		return g.refused(err)
	}
	if len(all) > 1 && k.Out == "" && !g.json() {
		return &problem{exitUsage, fmt.Sprintf("the messages of %s have names of %d namespaces, and each has an XSD of its own", k.Feed, len(all)),
			fmt.Sprintf("rowrelay schema message %s --out DIR writes them; the others are imported by %s", k.Feed, all[0].File)}
	}
	return k.print(g, all)
}

func (k *schemaMessageCmd) describe(ctx context.Context, file *config.File) ([]message.Schema, error) {
	v := &viewer{previewCmd: &previewCmd{Feed: k.Feed}, file: file}
	if err := v.open(ctx); err != nil {
		return nil, err
	}
	defer v.close()
	if err := v.prepare(ctx); err != nil {
		return nil, err
	}
	return v.steps.mapping.Schemas(k.Feed, v.recipe.typesColumns())
}

// typesColumns: every value of a column is of its type. SQLite types single values; what a web service answers has no type at all.
func (r *recipe) typesColumns() bool {
	for _, connection := range append(r.lookups(), r.file.Feeds[r.feed].Source.Connection) {
		if r.file.Connections[connection].Scheme() == "sqlite" {
			return false
		}
	}
	return true
}

func (k *schemaMessageCmd) print(g *globals, all []message.Schema) error {
	items := make([]described, len(all))
	for i, s := range all {
		items[i] = described{File: s.File, Namespace: s.Namespace, XSD: s.Text}
		if k.Out == "" {
			continue
		}
		items[i].File = filepath.Join(k.Out, s.File)
		if err := errors.Join(os.MkdirAll(k.Out, 0o755), os.WriteFile(items[i].File, []byte(s.Text), 0o644)); err != nil {
			return err
		}
	}
	if g.json() {
		return g.console.out.json(struct {
			Items []described `json:"items"`
		}{items})
	}
	for _, one := range items {
		if k.Out != "" {
			g.console.out.printf("%s\n", one.File)
		} else if _, err := g.console.out.w.Write([]byte(one.XSD)); err != nil {
			return err
		}
	}
	return nil
}
