package gap

import (
	"math"
	"strings"
)

// grace is how many looks at the writers lie between a gap's birth and the first look at which a new holder is harmless.
// One is not enough: a writer may have taken its number after the look that came before the gap's birth and
// before the reading in which it was born, and is seen for the first time at the next look.
const grace = 2

// witness remembers since when each writer was seen, counted in looks that told something. It is kept in memory
// only: after a restart every gap counts as born at the present look.
type witness struct {
	looks   int
	server  string
	first   map[string]int // holder -> look
	horizon int            // the earliest first look of a holder that is there now
}

// look takes evidence in, and reports whether the server is another than before.
func (w *witness) look(e Evidence) (another bool) {
	w.looks++
	if another = e.Server != w.server; another {
		w.server, w.first = e.Server, nil
	}
	before := w.first
	w.first, w.horizon = make(map[string]int, len(e.Holders)), math.MaxInt
	for _, h := range e.Holders {
		at, known := before[h]
		switch {
		case known:
		case isPrepared(h): // a transaction that a crash left prepared is older than all that was seen
			at = 0
		default:
			at = w.looks
		}
		w.first[h] = at
		w.horizon = min(w.horizon, at)
	}
	return another
}

// quiet tells whether every writer that is there now took its lock after the gap was seen, and so owns higher numbers.
func (w *witness) quiet(g *Gap) bool { return w.horizon >= g.cycle+grace }

// isPrepared knows the name that PostgreSQL gives to a prepared transaction after a restart: -1/XID.
func isPrepared(holder string) bool { return strings.HasPrefix(holder, "-1/") }
