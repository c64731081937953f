package actors

import "time"

// span is how long a rate looks back, in steps of a second.
const span = 60

// rate counts what happened in the last minute, second by second, so that what `status` shows is of now: a count by the
// full minute would go on showing a minute that is long over. The zero value is ready.
type rate struct {
	counts [span]int
	at     int64 // the second that was counted last
}

// add counts one at a moment.
func (r *rate) add(now time.Time) {
	r.pass(now)
	r.counts[r.at%span]++
}

// sum is the count of the last minute.
func (r *rate) sum(now time.Time) (n int) {
	r.pass(now)
	for _, c := range r.counts {
		n += c
	}
	return n
}

// pass empties the seconds that have gone by; a clock that was put back counts into the last one.
func (r *rate) pass(now time.Time) {
	second := now.Unix()
	for s := max(r.at+1, second-span+1); s <= second; s++ {
		r.counts[s%span] = 0
	}
	r.at = max(r.at, second)
}
