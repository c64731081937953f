package sink

import (
	"bytes"
	"slices"
	"time"

	"github.com/rowrelay/rowrelay/record"
)

// resendAfter is how long a message in doubt waits after its old connection was closed: two sends
// of one id at the same moment can both pass Artemis's duplicate detection.
const resendAfter = time.Second

// deadly is how many connections in a row must die, without a receipt between, before the
// messages in doubt are sent one by one; how many with one message alone before it is the one; and
// how often a message must be refused where another is taken.
const deadly = 3

// job is one batch on its way: what has its result, and what is still to be sent, in order.
type job struct {
	batch   []Message
	parcels []parcel
	queue   []int // to be sent, rising
	open    int   // without a result
	results []error
}

// parcel is what the publisher knows about one message of a batch.
type parcel struct {
	settled bool
	alone   bool            // to be sent with nothing else under way
	deaths  int             // connections that died in a row with it alone under way
	after   time.Time       // not to be sent earlier
	accused *record.Failure // what it is refused for, unless the broker refuses every message; nil: nothing
	refused int             // times in a row that it was refused and another message was not
}

func newJob(batch []Message) *job {
	j := &job{batch: batch, parcels: make([]parcel, len(batch)), results: make([]error, len(batch))}
	for i := range batch {
		j.queue = append(j.queue, i)
	}
	j.open = len(batch)
	return j
}

func (j *job) settle(i int, result error) {
	j.parcels[i].settled = true
	j.results[i] = result
	j.open--
}

// end gives every message that has no result yet this one.
func (j *job) end(err error) []error {
	for i := range j.parcels {
		if !j.parcels[i].settled {
			j.settle(i, err)
		}
	}
	return j.results
}

// again queues messages once more, in the batch's order.
func (j *job) again(messages []int) {
	j.queue = append(j.queue, messages...)
	slices.Sort(j.queue)
}

func (j *job) isolate(messages []int) {
	for _, i := range messages {
		j.parcels[i].alone = true
	}
}

// accuse makes a failure the message's own, once the broker has shown that it takes another.
func (j *job) accuse(i int, f *record.Failure) {
	j.parcels[i].alone, j.parcels[i].accused = true, f
}

// acquit forgets the accusations: the broker takes no other message either.
func (j *job) acquit() {
	for _, i := range j.accused() {
		j.parcels[i].accused, j.parcels[i].refused = nil, 0
	}
}

// convict settles those that were refused often enough. Once is not enough: a broker that is just
// about full may have refused this one and have room for the next.
func (j *job) convict() {
	for _, i := range j.accused() {
		p := &j.parcels[i]
		if p.refused++; p.refused >= deadly {
			j.drop(i, p.accused)
		}
		p.accused = nil
	}
}

func (j *job) accused() []int {
	var all []int
	for _, i := range j.queue {
		if j.parcels[i].accused != nil {
			all = append(all, i)
		}
	}
	return all
}

func (j *job) delay(messages []int, until time.Time) {
	for _, i := range messages {
		j.parcels[i].after = until
	}
}

// forgive forgets all deaths: a broker that cannot be reached explains them.
func (j *job) forgive() {
	for i := range j.parcels {
		j.parcels[i].deaths = 0
	}
}

// drop settles a message that is queued.
func (j *job) drop(i int, result error) {
	j.queue = slices.DeleteFunc(j.queue, func(other int) bool { return other == i })
	j.settle(i, result)
}

// refuse settles what must not reach the broker.
func (j *job) refuse(l letter) {
	j.queue = slices.DeleteFunc(j.queue, func(i int) bool {
		f := l.objection(j.batch[i])
		if f != nil {
			j.settle(i, f)
		}
		return f != nil
	})
}

// objection says why a message cannot be sent; nil if it can.
func (l letter) objection(m Message) *record.Failure {
	if !plainID(m.ID) {
		return record.Fail(record.Internal, "the message id %q holds more than letters, digits, '.', '_' and '-'", m.ID)
	}
	if l.class == Text && bytes.IndexByte(m.Body, 0) >= 0 { // it would end the frame
		return record.Fail(record.XMLInvalidChar, "the text holds a NUL character")
	}
	if f := l.unreadable(m.Headers); f != nil || l.limit == 0 {
		return f
	}
	if n := size(l.frame(m)); n > l.limit {
		return record.Fail(record.XMLTooLarge, "the message takes %d bytes with its headers, the broker's frame limit is %d (max_frame)", n, l.limit)
	}
	return nil
}

// unreadable finds a header that would not arrive as it is. A body can escape what a header cannot.
func (l letter) unreadable(h Headers) *record.Failure {
	named := append([]Property{{"correlation-id", h.CorrelationID}, {"type", h.Type}, {"reply-to", h.ReplyTo}, {"JMSXGroupID", h.GroupID}}, h.Properties...)
	for _, p := range named {
		for _, r := range p.Value {
			if r == 0 {
				return record.Fail(record.XMLInvalidChar, "header %s holds a NUL character", p.Name)
			}
			if r > 0xFFFF && l.broker == ActiveMQ {
				return record.Fail(record.XMLInvalidChar, "header %s holds %U: ActiveMQ Classic's JMS clients cannot read characters above U+FFFF", p.Name, r)
			}
		}
	}
	return nil
}

func plainID(id string) bool {
	for _, r := range id {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '_' && r != '-' {
			return false
		}
	}
	return id != ""
}
