package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/cenkalti/backoff/v5"

	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// markBatch is how many marks one statement writes at most; measured, the knee of PostgreSQL lies there.
const markBatch = 1000

// completer writes how each attempt ended, in batches, and tells the dump actor which marks are
// committed. A store that is away is waited for: what is owed stays here.
type completer struct {
	*room
	name    string // as the board knows it
	retry   Retry
	enough  int // so many are written at once; fewer wait for more
	owed    []*RecordMessage
	queued  bool // a flush is on its way
	early   bool // one that does not wait
	written time.Time
	pause   *backoff.ExponentialBackOff
	drainer *actor.PID
}

func (p *completer) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *RecordsMessage:
		p.owed = append(p.owed, m.Records...)
		p.queue(c)
	case *flush:
		p.queued, p.early = false, false
		p.write(c)
	case *TuneMessage:
		p.retry, p.enough = m.Settings.Retry, enough(m.Settings)
	case *DrainMessage:
		p.drainer = c.Sender()
		c.Send(c.Self(), &flush{}) // now: the pause after a failure may be longer than what is left of the grace
		p.drained(c)
	}
}

// gather is how long marks wait for others after some were written: a transaction costs as much as many rows.
const gather = 50 * time.Millisecond

// enough is how many marks wait for no others: the dump actor must not starve for the places that they hold.
func enough(s Settings) int { return max(1, min(markBatch, s.MaxInFlight/4)) }

// queue lets what is on its way arrive before it is written in one go.
func (p *completer) queue(c actor.Context) {
	rest := gather - time.Since(p.written)
	switch {
	case p.early:
	case rest <= 0 || len(p.owed) >= p.enough:
		p.queued, p.early = true, true
		c.Send(c.Self(), &flush{})
	case !p.queued:
		p.queued = true
		p.later(c, rest)
	}
}

func (p *completer) later(c actor.Context, d time.Duration) {
	root, self := c.ActorSystem().Root, c.Self()
	time.AfterFunc(d, func() { root.Send(self, &flush{}) })
}

func (p *completer) write(c actor.Context) {
	batch := p.owed[:min(len(p.owed), markBatch)]
	if len(batch) == 0 {
		return
	}
	marks := make([]store.Mark, len(batch))
	for i, m := range batch {
		marks[i] = p.mark(m)
	}
	if _, err := p.store.Mark(p.ctx, p.feed.Name, p.instance, marks); err != nil {
		p.wait(c, err)
		return
	}
	p.wrote(c, batch, marks)
}

func (p *completer) wrote(c actor.Context, batch []*RecordMessage, marks []store.Mark) {
	p.pause.Reset()
	p.board.Up(p.name, p.feed.StoreName, "")
	p.owed, p.written = p.owed[len(batch):], time.Now()
	p.gauge.finished(p.log, batch, marks)
	c.Send(batch[0].From, &MarkedMessage{marks})
	if len(p.owed) > 0 {
		p.queue(c)
	}
	p.drained(c)
}

// wait keeps what is owed and tries again. A mark that was committed although its answer was lost hits
// nothing the second time.
func (p *completer) wait(c actor.Context, err error) {
	if p.ctx.Err() != nil {
		return
	}
	next := p.pause.NextBackOff()
	p.board.Down(p.name, outage(p.feed.StoreName, err), next)
	p.queued, p.early = true, true
	p.later(c, next)
}

func (p *completer) drained(c actor.Context) {
	if p.drainer != nil && len(p.owed) == 0 {
		c.Send(p.drainer, &DrainedMessage{c.Self()})
		p.drainer = nil
	}
}

// mark turns the end of an attempt into its mark: a row that may heal is tried again while it has attempts.
func (p *completer) mark(m *RecordMessage) store.Mark {
	k := store.Mark{Seq: m.Record.Seq, ClaimNo: m.Record.ClaimNo, Attempt: true}
	if m.Err == nil {
		if k.Status, k.Outcome = record.Completed, record.Sent; m.Filtered {
			k.Outcome = record.Filtered
		}
		return k
	}
	f := failure(m.Err)
	k.Code, k.Text, k.Status = f.Code, f.Text, record.Failed
	if failed := m.Record.Attempts + 1; f.MayHeal() && !m.Final && failed < p.retry.MaxAttempts {
		k.Status, k.Wait = record.New, p.retry.wait(failed)
	}
	return k
}
