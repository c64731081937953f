package actors

import (
	"context"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/rowrelay/rowrelay/source"
)

// poller holds the source: it reads when it is asked, answers each asking once, and keeps no position.
type poller struct {
	ctx    context.Context
	source source.Source
}

func (p *poller) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *OpenMessage:
		d, err := p.source.Open(p.ctx)
		c.Respond(&OpenedMessage{d, err})
	case *StartMessage:
		at, err := p.source.Start(p.ctx, m.At)
		c.Respond(&StartedMessage{at, err})
	case *PollMessage:
		page, err := p.source.Read(p.ctx, m.Seen.LastRead, m.Limit)
		c.Respond(&DumpRecordBunchMessage{m.Seen, page.Records, page.Full, err})
	case *RereadMessage:
		rows, seen, err := p.source.Reread(p.ctx, m.Seqs, m.Limit)
		c.Respond(&RereadDoneMessage{rows, seen, err})
	}
}
