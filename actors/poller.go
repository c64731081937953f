package actors

import (
	"context"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rowrelay/rowrelay/source"
)

// poller holds the source: it reads when it is asked, answers each asking once, and keeps no position.
type poller struct {
	ctx     context.Context
	source  source.Source
	prepare Prepare
}

func (p *poller) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *OpenMessage:
		c.Respond(p.open())
	case *StartMessage:
		at, err := p.source.Start(p.ctx, m.At)
		c.Respond(&StartedMessage{at, err})
	case *PollMessage:
		c.Respond(p.poll(m))
	case *LateMessage:
		rows, seen, err := p.source.Late(p.ctx, m.Seqs, m.Limit)
		c.Respond(&LateDoneMessage{rows, seen, err})
	case *RereadMessage:
		rows, seen, err := p.source.Reread(p.ctx, m.Seqs, m.Limit)
		c.Respond(&RereadDoneMessage{rows, seen, err})
	}
}

// open learns what the source is, and makes the steps for its columns.
func (p *poller) open() *OpenedMessage {
	m := &OpenedMessage{}
	if m.Source, m.Err = p.source.Open(p.ctx); m.Err == nil {
		m.Steps, m.Err = p.prepare(p.ctx, m.Source.Columns)
	}
	return m
}

// poll asks for the evidence before the snapshot is taken: the other way round it proves nothing.
func (p *poller) poll(m *PollMessage) *DumpRecordBunchMessage {
	bunch := &DumpRecordBunchMessage{Seen: m.Seen}
	if m.Evidence {
		if bunch.Evidence, bunch.Err = p.source.Evidence(p.ctx); bunch.Err != nil {
			return bunch
		}
	}
	bunch.Page, bunch.Err = p.source.Read(p.ctx, source.Query{After: m.Seen.LastRead, Limit: m.Limit, Probes: m.Probes})
	return bunch
}
