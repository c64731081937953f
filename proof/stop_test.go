package proof

import (
	"database/sql"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

// backlog is how many rows are unread before a process is stopped: more than any machine carries in the longest time before it.
const backlog = 20_000

// stops is what many SIGTERMs leave behind.
type stops struct {
	*world
	store   *sql.DB
	rows    int // in the source
	atWork  int // stops that found a row NEW or unread
	idle    int
	left    int // rows that stops left NEW
	slowest time.Duration
	busiest int // rows that one stop left NEW
}

func (s *stops) unread() int {
	return s.rows - int(max(0, s.number(s.store, `SELECT last_read_seq FROM rowrelay.read_data_info WHERE feed = 'orders'`)))
}

// once stops a process at a random moment of a load that comes when it runs: how fast the machine is decides
// nothing then.
func (s *stops) once(random *rand.Rand) {
	s.t.Helper()
	r := s.start()
	r.says("feed started")
	pause(random)
	if missing := backlog - s.unread(); missing > 0 {
		s.fill(s.rows+1, s.rows+missing)
		s.rows += missing
	}
	s.until("a row is NEW", func() bool { return len(s.newRows(s.store)) > 0 || s.unread() == 0 })
	time.Sleep(between(random, 0, 100*time.Millisecond))
	asked := time.Now()
	require.Zero(s.t, r.stop())
	s.slowest = max(s.slowest, time.Since(asked))
	s.stopped(len(s.newRows(s.store)))
}

// stopped counts a stop and checks that the rows it left are anybody's.
func (s *stops) stopped(left int) {
	s.t.Helper()
	s.left, s.busiest = s.left+left, max(s.busiest, left)
	if left+s.unread() == 0 {
		s.idle++
		return
	}
	s.atWork++
	require.Zero(s.t, s.number(s.store, `SELECT count(*) FROM rowrelay.dumped_data WHERE status = 'NEW' AND (owner IS NOT NULL OR attempts > 0 OR crashes > 0)`))
	require.Zero(s.t, s.number(s.store, `SELECT count(*) FROM rowrelay.dumped_data WHERE status = 'FAILED'`))
}

func TestSIGTERMFinishesWhatIsUnderWayAndLeavesTheRestNew(t *testing.T) {
	for i, kind := range brokers {
		t.Run(string(kind), func(t *testing.T) {
			broker := testbed.StartShipped(t, kind).Broker // which keeps up to 200,000 messages until the end
			w := newWorld(t).to(broker)
			w.feed["poll_interval"] = "20ms"
			s := &stops{world: w, store: w.store.Open(t)}
			for random, want := randomly(100+i), size(6, 20); s.atWork < want || s.left == 0; {
				require.Less(t, s.atWork+s.idle, 3*want, "the load is too small: stops at work %d, idle %d, rows left NEW %d", s.atWork, s.idle, s.left)
				s.once(random)
			}
			r := w.start()
			w.settled(s.rows)
			require.Zero(t, r.stop())
			w.requireStoreAgrees(s.rows)
			seen := w.delivered(broker, s.rows)
			require.Len(t, seen, s.rows)
			require.Empty(t, moreThanOnce(seen))
			show(t, "SIGTERM at %d random moments of a load (and %d when it was over): exit 0 each, after %s at most; rows left NEW %d (%d by one stop), none with an owner, an attempt or a crash, and sent by the next start; rows %d, delivered once each, duplicates 0",
				s.atWork, s.idle, s.slowest.Round(time.Millisecond), s.left, s.busiest, s.rows)
		})
	}
}
