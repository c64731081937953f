package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

var (
	now     = time.Date(2026, 9, 1, 10, 45, 0, 0, time.UTC)
	relayDB = surveyedStore{Name: "relaydb", ID: "acme-prod", Where: "postgres://relay-db:5432/relay"}
)

func before(d time.Duration) time.Time { return now.Add(-d) }

// fileOf names enabled feeds.
func fileOf(feeds ...string) *config.File {
	f := &config.File{Feeds: map[string]config.Feed{}}
	for _, name := range feeds {
		f.Feeds[name] = config.Feed{Name: name, Enabled: true}
	}
	return f
}

func daemon(name string, feeds map[string]record.FeedState) store.Instance {
	return store.Instance{ID: name + "-1", Name: name, Alive: true, StartedAt: before(76 * time.Hour), LastSeen: before(time.Second),
		State: record.InstanceState{Version: "1.4.0", Host: "erp-relay-1", PID: 4711, Feeds: feeds,
			File: record.FileState{Path: "/etc/rowrelay/rowrelay.yaml", Hash: "9f3a0c11", At: before(time.Hour)}}}
}

func counts(feed string, lastRead, unfinished, failed int64, oldest time.Duration) store.FeedCounts {
	return store.FeedCounts{Feed: feed, Position: store.Position{LastRead: lastRead}, New: unfinished, Failed: failed,
		OldestUnsent: oldest, LastFinished: before(2 * time.Second)}
}

func running(rate int) record.FeedState {
	return record.FeedState{State: record.Running, LastPoll: before(time.Second), LastSent: before(time.Second), Workers: 4, SentPerMin: rate}
}

func waiting() record.FeedState {
	return record.FeedState{State: record.Waiting, WaitingFor: "mq", Code: record.ConnRefused, LastPoll: before(2 * time.Second), LastSent: before(6 * time.Minute)}
}

func mqAway(i store.Instance) store.Instance {
	i.State.Connections = map[string]record.ConnectionState{"mq": {Code: record.ConnRefused, Text: "mq1:61613: connection refused",
		Since: before(362 * time.Second), NextTry: now.Add(14 * time.Second)}}
	return i
}

func printed(file *config.File, o store.Overview) string {
	v, b := paper()
	o.Now = now
	found := take(file, relayDB, o, nil)
	found.print(v, false)
	return b.String()
}

func TestStatusNamesWhatAFeedWaitsFor(t *testing.T) {
	feeds := map[string]record.FeedState{"orders": running(118), "invoices": waiting()}
	golden(t, "status_waiting", printed(fileOf("orders", "invoices"), store.Overview{
		Instances: []store.Instance{mqAway(daemon("relay-1", feeds)), daemon("relay-2", map[string]record.FeedState{"orders": running(102), "invoices": running(7)})},
		Feeds:     []store.FeedCounts{counts("invoices", 99120, 412, 0, 362*time.Second), counts("orders", 4713, 3, 2, 400*time.Millisecond)},
	}))
}

func TestStatusGoesOnAfterABrokersSentence(t *testing.T) {
	one := mqAway(daemon("relay-1", map[string]record.FeedState{"invoices": waiting()}))
	c := one.State.Connections["mq"]
	c.Text = "mq1:61613: User name [relay] or password is invalid."
	one.State.Connections["mq"] = c
	require.Contains(t, printed(fileOf("invoices"), store.Overview{Instances: []store.Instance{one}}), "password is invalid, since 10:38:58, next try")
}

func TestStatusWithoutADaemonShowsTheStoresNumbers(t *testing.T) {
	said := running(118)
	said.LastPoll, said.LastSent = before(65*time.Minute), before(66*time.Minute)
	dead := daemon("relay-1", map[string]record.FeedState{"orders": said})
	dead.Alive, dead.LastSeen = false, before(65*time.Minute)
	golden(t, "status_down", printed(fileOf("orders", "prices"), store.Overview{
		Instances: []store.Instance{dead},
		Feeds:     []store.FeedCounts{counts("orders", 4713, 3, 1, 65*time.Minute)},
	}))
}

func TestStatusBeforeTheFirstRun(t *testing.T) {
	golden(t, "status_never", printed(fileOf("orders"), store.Overview{}))
}

func TestStatusExplainsEveryStateOfAFeed(t *testing.T) {
	file := fileOf("customers", "orders", "prices")
	file.Feeds["stock"] = config.Feed{Name: "stock"}
	one := daemon("relay-1", map[string]record.FeedState{
		"orders": running(1204),
		"customers": {State: record.Stopped, Code: record.SourceWentBack,
			Text: "number 4712 was issued again\ngive the feed a new name in the file, and restart"},
	})
	one.State.File.Refused = "rowrelay.yaml:10:7  unknown key \"sequnce\" in feeds.orders.source"
	gone := daemon("relay-0", nil)
	gone.Alive, gone.LastSeen = false, before(3*time.Hour)
	golden(t, "status_states", printed(file, store.Overview{
		Instances: []store.Instance{gone, one},
		Feeds:     []store.FeedCounts{counts("customers", 88, 0, 0, 0), counts("old_orders", 17, 0, 1, 0), counts("orders", 4713, 0, 0, 0)},
	}))
}

func TestStatusSaysWhatToDoBeforeARestart(t *testing.T) {
	one := daemon("relay-1", map[string]record.FeedState{"orders": running(118)})
	one.State.File.Refused, one.State.File.Next = "needs a restart: "+strings.Repeat("feeds.orders.process[0].filter, ", 20), beforeARestart
	got := printed(fileOf("orders"), store.Overview{Instances: []store.Instance{one}})
	require.Regexp(t, `(?m)its old file stays active: needs a restart: feeds\.orders\.process\[0\]\.filter, .* → before a restart: rowrelay check --connect$`, got)
}

func TestTheWorstOfSeveralDaemonsIsTheFeedsState(t *testing.T) {
	found := take(fileOf("orders"), relayDB, store.Overview{Now: now, Instances: []store.Instance{
		daemon("relay-1", map[string]record.FeedState{"orders": running(10)}),
		mqAway(daemon("relay-2", map[string]record.FeedState{"orders": waiting()})),
		daemon("relay-3", map[string]record.FeedState{"orders": running(5)}),
	}}, nil)
	require.Equal(t, record.Waiting, found.Feeds[0].State)
	require.Equal(t, 15, found.Feeds[0].SentPerMin)
	require.Equal(t, before(time.Second), *found.Feeds[0].LastPoll)
}

func TestADaemonThatIsSilentIsShownWithTheAgeOfItsWord(t *testing.T) {
	late := daemon("relay-1", map[string]record.FeedState{"orders": running(118)})
	late.LastSeen = before(7 * time.Second)
	got := printed(fileOf("orders"), store.Overview{Instances: []store.Instance{late, daemon("relay-2", nil)}})
	require.Contains(t, got, "relay-1 up 3d4h, file 9f3a0c11 ok, as of 7s ago · relay-2 up 3d4h, file 9f3a0c11 ok\n")
}

func TestTheStoreTellsWhatWasSentBeforeADaemonBegan(t *testing.T) {
	fresh := daemon("relay-1", map[string]record.FeedState{"orders": {State: record.Running}})
	sent := counts("orders", 4713, 0, 0, 0)
	sent.LastSent = before(3 * time.Minute)
	require.Regexp(t, `(?m)^orders .* 3m ago$`, printed(fileOf("orders"), store.Overview{Instances: []store.Instance{fresh}, Feeds: []store.FeedCounts{sent}}))
}

func TestADeadDaemonTellsOnlyWhatIsPast(t *testing.T) {
	dead := daemon("relay-1", map[string]record.FeedState{"orders": running(118)})
	dead.Alive = false
	found := take(fileOf("orders"), relayDB, store.Overview{Now: now, Instances: []store.Instance{dead}}, nil)
	require.Equal(t, down, found.Feeds[0].State)
	require.Zero(t, found.Feeds[0].SentPerMin)
	require.Empty(t, found.Feeds[0].Daemons)
	require.Equal(t, before(time.Second), *found.Feeds[0].LastSent)
}

func TestStatusJSONSaysNullForWhatIsNotKnown(t *testing.T) {
	document, err := json.Marshal(take(fileOf("orders"), relayDB, store.Overview{Now: now}, nil))
	require.NoError(t, err)
	require.JSONEq(t, `{"now":"2026-09-01T10:45:00Z",
		"store":{"name":"relaydb","id":"acme-prod","where":"postgres://relay-db:5432/relay"}, "instances":[],
		"feeds":[{"feed":"orders","state":"down","in_file":true,"last_poll":null,"last_read":null,"new":0,"failed":0,"gaps_open":0,"oldest_gap_seconds":0,"in_flight":0,
			"sent_per_min":0,"oldest_unsent_seconds":0,"last_sent":null,"last_finished":null,"instances":[]}]}`, string(document))
}
