package web

import (
	"sync"
	"time"
)

// A service that fails is away; one that fails at the same question again and again, and answers others each time in between, fails at that
// question. Five times: where one of two servers behind an address is away, a question meets it so often in a row by chance only rarely.
const enough = 5

// refusals are the questions at which the service has failed and which it has not answered since.
type refusals struct {
	mu         sync.Mutex
	byQuestion map[string]refused
}

// refused is how often a question was refused while others were answered, and when it was the last time, in nanoseconds since 1970.
type refused struct {
	times int
	last  int64
}

// manyRefusals bounds what is remembered: a question may never be asked again.
const manyRefusals = 4096

// judge tells a service that fails from one that fails at this question alone: the answer stands then.
func (c *Client) judge(question string, a Answer) error {
	err := c.refusal(a)
	switch {
	case err == nil:
		c.answered.Store(time.Now().UnixNano())
		c.refusals.forget(question)
	case a.Status >= 500 && c.refusals.again(question, c.answered.Load()):
		return nil
	}
	return err
}

// again notes a refusal, and reports whether it is the question that is to blame; answered is when another one was answered last.
func (r *refusals) again(question string, answered int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byQuestion == nil || len(r.byQuestion) >= manyRefusals {
		r.byQuestion = map[string]refused{}
	}
	before := r.byQuestion[question]
	now := refused{before.times, time.Now().UnixNano()}
	if answered > before.last && before.last > 0 {
		now.times++
	}
	if now.times >= enough {
		delete(r.byQuestion, question)
		return true
	}
	r.byQuestion[question] = now
	return false
}

func (r *refusals) forget(question string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.byQuestion, question)
}
