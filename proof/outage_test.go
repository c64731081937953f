package proof

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/store"
	"github.com/rowrelay/rowrelay/testbed"
)

// journey is one daemon's run that an outage hits in the middle.
type journey struct {
	*world
	broker *testbed.Broker
	relay  *relay
	facts  *sql.DB // the store
	rows   int
}

// journey starts the daemon and returns when a fifth of its rows is sent.
func (w *world) journey(broker *testbed.Broker) *journey {
	w.t.Helper()
	j := &journey{world: w.to(broker), broker: broker, facts: w.store.Open(w.t), rows: size(4000, 20000)}
	w.bunch, w.feed["max_in_flight"] = 100, "400"
	w.fill(1, j.rows)
	j.relay = w.start()
	w.until("a fifth is sent", func() bool { return j.sent() >= int64(j.rows/5) })
	return j
}

func (j *journey) sent() int64 {
	return j.number(j.facts, `SELECT count(*) FROM rowrelay.dumped_data WHERE outcome = 'SENT'`)
}

// arrive waits until the daemon that was started has carried every row by itself, and returns the rows that were
// delivered more than once. No row may have used an attempt for the outage.
func (j *journey) arrive() (copies []int64) {
	j.t.Helper()
	j.settled(j.rows)
	require.Zero(j.t, j.relay.stop(), "the same process, all the way")
	j.requireStoreAgrees(j.rows)
	require.Zero(j.t, j.number(j.facts, `SELECT count(*) FROM rowrelay.dumped_data WHERE attempts <> 1`))
	seen := j.delivered(j.broker, j.rows)
	require.Len(j.t, seen, j.rows)
	return moreThanOnce(seen)
}

// stays waits until the outage has lasted that long: its length is what is being tried.
func stays(since time.Time, long time.Duration) { time.Sleep(time.Until(since.Add(long))) }

func TestABrokerThatIsKilledIsWaitedFor(t *testing.T) {
	long := time.Duration(size(5, 20)) * time.Second
	kinds := brokers
	if !*full {
		kinds = []testbed.Part{testbed.ActiveMQ}
	}
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			broker := testbed.StartBroker(t, kind)
			j := newWorld(t).journey(broker.Broker)
			broker.WroteDown(t, j.queue)
			broker.Kill(t)
			since := time.Now()
			unsure := j.newRows(j.facts) // without a receipt: the broker may hold them
			sent := j.sent()
			require.Less(t, sent, int64(j.rows), "in the middle")
			j.statusNames("mq")
			stays(since, long)
			away := time.Since(since).Round(time.Second)
			broker.Start(t)
			copies := j.arrive()
			for _, seq := range copies {
				require.Contains(t, unsure, seq, "a copy that no kill explains")
			}
			if kind == testbed.Artemis {
				require.Empty(t, copies, "Artemis knows the ids that it has")
			}
			show(t, "broker killed after %d of %d rows and away for %s: status named mq, lost 0, FAILED 0, no attempt used, same process; duplicates %d, all among the %d rows in flight at the kill",
				sent, j.rows, away, len(copies), len(unsure))
		})
	}
}

func TestASourceThatRestartsIsWaitedFor(t *testing.T) {
	postgres := testbed.StartPostgres(t)
	j := newWorldOn(t, postgres.Postgres, testbed.SharedPostgres(t)).journey(testbed.SharedBroker(t, testbed.ActiveMQ))
	postgres.Stop(t)
	j.statusNames("erp")
	sent := j.sent()
	require.Less(t, sent, int64(j.rows), "in the middle")
	postgres.Start(t)
	copies := j.arrive()
	require.Empty(t, copies)
	show(t, "source stopped `immediate` with %d of %d rows sent, started again: status named erp, lost 0, FAILED 0, duplicates 0, same process", sent, j.rows)
}

func TestAStoreThatRestartsIsWaitedFor(t *testing.T) {
	for _, long := range []time.Duration{0, store.TTL + time.Second} {
		t.Run(fmt.Sprintf("away for %s or longer", long), func(t *testing.T) {
			postgres := testbed.StartPostgres(t)
			j := newWorldOn(t, testbed.SharedPostgres(t), postgres.Postgres).journey(testbed.SharedBroker(t, testbed.ActiveMQ))
			sent := j.sent()
			require.Less(t, sent, int64(j.rows), "in the middle")
			postgres.Stop(t)
			since := time.Now()
			j.relay.says(`msg="connection lost" connection=relaydb`)
			_, said, code := j.run("status")
			require.Equal(t, 69, code, said)
			require.Contains(t, said, "relaydb")
			stays(since, long)
			away := time.Since(since).Round(time.Second)
			postgres.Start(t)
			copies := j.arrive()
			require.Empty(t, copies, "the broker was never disturbed")
			said, _, _ = strings.Cut(said, "\n")
			ids := j.number(j.facts, `SELECT count(*) FROM rowrelay.instance WHERE name = 'relay-1'`)
			if long > store.TTL {
				require.EqualValues(t, 2, ids)
				j.relay.says("declared dead; it goes on under a new id")
			}
			show(t, "store stopped `immediate` after %d of %d rows, away for %s: the log named relaydb, status said %q and ended with 69; lost 0, FAILED 0, duplicates 0, same process, instance ids %d",
				sent, j.rows, away, said, ids)
		})
	}
}
