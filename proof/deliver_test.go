package proof

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/testbed"
)

var brokers = []testbed.Part{testbed.ActiveMQ, testbed.Artemis, testbed.RabbitMQ}

// order is a message as its receiver reads it.
type order struct {
	XMLName xml.Name `xml:"Order"`
	ID      int64    `xml:"id"`
	Key     string   `xml:"key"`
	Note    string   `xml:"note"`
	Amount  string   `xml:"amount"`
}

// requireOrder checks one delivery completely and returns its number.
func requireOrder(t *testing.T, d testbed.Delivery) int64 {
	t.Helper()
	var o order
	require.NoError(t, xml.Unmarshal(d.Body, &o), "%s", d.Body)
	require.Equal(t, "TextMessage", d.Class)
	require.Equal(t, testbed.Persistent, d.DeliveryMode)
	id := fmt.Sprintf("proof.orders.%d", o.ID)
	require.Equal(t, id, d.CorrelationID)
	require.Equal(t, id, d.Properties["dedupId"])
	require.Equal(t, "A-"+strconv.FormatInt(o.ID, 10), o.Key)
	require.Equal(t, hostile[o.ID%int64(len(hostile))], o.Note)
	require.NotContains(t, o.Amount, "E")
	return o.ID
}

func TestEveryRowArrivesOnce(t *testing.T) {
	for _, kind := range brokers {
		t.Run(string(kind), func(t *testing.T) {
			rows := size(4000, 20000)
			broker := testbed.SharedBroker(t, kind)
			w := newWorld(t).to(broker)
			w.fill(1, rows)
			r := w.start()
			w.settled(rows)
			require.Zero(t, r.stop())
			w.requireStoreAgrees(rows)

			seen := map[int64]int{}
			for _, d := range testbed.Drain(t, broker, w.queue, rows) {
				seen[requireOrder(t, d)]++
			}
			require.Len(t, seen, rows)
			for id, n := range seen {
				require.Equal(t, 1, n, "row %d", id)
			}
			show(t, "rows %d, delivered once each %d, duplicates 0, hostile values %d kinds; READ_DATA_INFO, DUMPED_DATA and the source agree", rows, len(seen), len(hostile))
		})
	}
}

func TestAnAccountThatMayWriteIsRefused(t *testing.T) {
	w := newWorld(t)
	w.sink, w.queue = "127.0.0.1:1", "ERP.ORDERS"
	w.source.Exec(t, fmt.Sprintf(`GRANT UPDATE (note) ON orders TO %q`, w.reader.Name))
	r := w.start()
	require.Equal(t, 78, r.wait())
	log := r.log.String()
	for _, said := range []string{"MAY_WRITE", "GRANT SELECT", "require_read_only"} {
		require.True(t, strings.Contains(log, said), "%s\n%s", said, log)
	}
	show(t, "an account with UPDATE on one column: exit 78, MAY_WRITE, the GRANT script and the key")
}
