package proof

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

// dropped waits for a sign of life that is newer than now from each of the instances and returns, by name, how many
// bunches each has dropped.
func (w *world) dropped(names ...string) map[string]int64 {
	w.t.Helper()
	since := w.status().Now
	all := map[string]int64{}
	w.until("both instances have reported", func() bool {
		for _, i := range w.status().Instances {
			if i.Alive && i.LastSeen.After(since) {
				all[i.Name] = i.Feeds["orders"].Dropped
			}
		}
		return len(all) == len(names)
	})
	return all
}

// away is how far the store is from the daemons, each way. On one machine without it a daemon reads, dumps and reads again
// within one turn of the processor, and the two hardly meet.
const away = time.Millisecond

func TestTwoDaemonsDropWhatTheOtherHasRead(t *testing.T) {
	rows, least := size(2000, 20000), int64(size(50, 500))
	broker := testbed.SharedBroker(t, testbed.ActiveMQ)
	w := newWorld(t).to(broker)
	w.bunch = 10
	proxy := testbed.NewProxy(t, w.store.Server.Addr)
	proxy.Delay(away)
	w.through = proxy.Addr
	w.fill(1, rows)
	first := w.start()
	w.instance = "relay-2"
	second := w.start()
	w.settled(rows)
	dropped := w.dropped("relay-1", "relay-2")
	require.Zero(t, first.stop())
	require.Zero(t, second.stop())

	w.requireStoreAgrees(rows)
	db := w.store.Open(t)
	require.Zero(t, w.number(db, `SELECT count(*) FROM rowrelay.dumped_data WHERE claim_no > 1`))
	seen := w.delivered(broker, rows)
	require.Len(t, seen, rows)
	require.Empty(t, moreThanOnce(seen))
	require.GreaterOrEqual(t, dropped["relay-1"]+dropped["relay-2"], least, "bunches refused")
	carried := w.number(db, `SELECT count(*) FROM rowrelay.dumped_data d JOIN rowrelay.instance i ON i.id = d.owner WHERE i.name = 'relay-2'`)
	show(t, "two daemons, bunch 10, rows %d (%d of them carried by relay-2): bunches refused %d by relay-1's counter, %d by relay-2's; DUMPED_DATA holds every row of the source once, the broker delivered %d once each",
		rows, carried, dropped["relay-1"], dropped["relay-2"], len(seen))
}
