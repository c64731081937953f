package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/rowrelay/rowrelay/actors"
	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/expression"
	"github.com/rowrelay/rowrelay/message"
	"github.com/rowrelay/rowrelay/process"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/sink"
)

func messageOptions(feed string, m config.Message) message.Options {
	path := "feeds." + feed + ".message"
	o := message.Options{
		Path: path, Root: m.Root, Namespaces: m.Namespaces, SchemaLocation: m.SchemaLocation, Declaration: m.Declaration, Indent: m.Indent,
		IfNull: m.IfNull, InvalidChars: m.InvalidChars, Zone: m.Location(), MaxSize: int(m.MaxSize), Fields: fields(path, m.Fields),
		CorrelationID: origin(m.CorrelationID), Type: origin(m.Type), ReplyTo: origin(m.ReplyTo), GroupID: origin(m.GroupID),
	}
	for _, name := range slices.Sorted(maps.Keys(m.Properties)) {
		o.Properties = append(o.Properties, message.Property{Name: name, Source: message.Source(m.Properties[name])})
	}
	return o
}

func origin(o *config.Origin) *message.Source {
	if o == nil {
		return nil
	}
	return &message.Source{From: o.From, Value: o.Value}
}

func fields(path string, all []config.Field) []message.Field {
	var mapped []message.Field
	for i, f := range all {
		at := fmt.Sprintf("%s.fields[%d]", path, i)
		mapped = append(mapped, message.Field{
			Path: at, To: f.To, Source: message.Source{From: f.From, Value: f.Value}, Type: f.Type, Scale: f.Scale, Required: f.Required,
			MaxLength: f.MaxLength, IfNull: f.IfNull, CDATA: f.CDATA, Each: f.Each, As: f.As, Fields: fields(at, f.Fields),
		})
	}
	return mapped
}

// steps are a recipe that knows the source's columns.
type steps struct {
	feed    string
	plan    *process.Plan
	mapping *message.Plan
}

// Carry implements actors.Steps.
func (s *steps) Carry(ctx context.Context, r *record.Record) (actors.Carried, error) {
	scope := s.scope(r)
	verdict, err := s.plan.Run(ctx, scope)
	if err != nil || verdict.Filtered {
		return actors.Carried{Filtered: verdict.Filtered}, err
	}
	m, err := s.mapping.Render(scope)
	if err != nil {
		return actors.Carried{}, err
	}
	return actors.Carried{Body: m.Body, Headers: headers(m.Headers)}, nil
}

// Asks implements actors.Steps.
func (s *steps) Asks() bool { return s.plan.Asks() }

func (s *steps) scope(r *record.Record) *expression.Scope {
	return &expression.Scope{Feed: s.feed, Seq: r.Seq, Row: r.Row}
}

func headers(h message.Headers) sink.Headers {
	sent := sink.Headers{CorrelationID: h.CorrelationID, Type: h.Type, ReplyTo: h.ReplyTo, GroupID: h.GroupID}
	for _, p := range h.Properties {
		sent.Properties = append(sent.Properties, sink.Property(p))
	}
	return sent
}
