package record

// Range is the numbers from Lo to Hi, both inclusive.
type Range struct {
	Lo int64 `json:"lo"`
	Hi int64 `json:"hi"`
}

// Holds reports whether seq lies in the range.
func (r Range) Holds(seq int64) bool { return r.Lo <= seq && seq <= r.Hi }

// Number is the number of a row that is there. Wanted is false for one that the feed's `where` leaves out: it
// is not carried, and it is no gap either.
type Number struct {
	Seq    int64
	Wanted bool
}

// Probe is one look for rows in a range of numbers.
type Probe struct {
	Range
	Found   []Number // in rising order
	Reached int64    // the look came so far; below Hi when a bound ended it
}

// Until cuts a probe down to what lies at or below seq: the rest counts as not looked at.
func (p Probe) Until(seq int64) Probe {
	if p.Reached <= seq {
		return p
	}
	for i, n := range p.Found {
		if n.Seq > seq {
			p.Found = p.Found[:i]
			break
		}
	}
	p.Reached = seq
	return p
}
