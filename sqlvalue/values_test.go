package sqlvalue

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/rowrelay/rowrelay/record"
)

// write is array_out, quoting every element.
func write(v record.Value) string {
	if v.Null {
		return "NULL"
	}
	if v.Kind != record.List {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v.Text) + `"`
	}
	items := make([]string, len(v.Items))
	for i, item := range v.Items {
		items[i] = write(item)
	}
	return "{" + strings.Join(items, ",") + "}"
}

func TestAnyArrayComesBack(t *testing.T) {
	element := rapid.OneOf(rapid.Just(record.Value{Null: true}),
		rapid.Map(rapid.StringOf(rapid.RuneFrom([]rune("a{},\"\\NUL ;ä\n"))), func(s string) record.Value { return record.Value{Text: s} }))
	row := rapid.Map(rapid.SliceOfN(element, 1, 4), func(items []record.Value) record.Value { return record.Value{Kind: record.List, Items: items} })
	table := rapid.Map(rapid.SliceOfN(row, 1, 3), func(items []record.Value) record.Value { return record.Value{Kind: record.List, Items: items} })
	read := array(record.Text, ',', asIs(record.Text))
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.OneOf(row, table).Draw(t, "array")
		got, err := read(rapid.SampledFrom([]string{"", "[2:5]=", "[0:0][-3:4]="}).Draw(t, "bounds") + write(want))
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}

func TestTextThatIsNoArrayIsAnError(t *testing.T) {
	read := array(record.Text, ',', asIs(record.Text))
	for _, text := range []string{"", "x", "{", "{a", "{a,", `{"a`, `{"a\`, "{a}}", "{a}b", "[1:2]", "{{a}", `{"a"b}`} {
		_, err := read(text)
		require.Error(t, err, text)
	}
	rapid.Check(t, func(t *rapid.T) { // whatever it is, no panic
		_, _ = read(rapid.StringOf(rapid.RuneFrom([]rune(`{},"\[]=:N0a`))).Draw(t, "text"))
	})
}

// TestWallTimeIsTheEarliestMomentThatShowsIt takes moments of three centuries in zones with odd rules.
func TestWallTimeIsTheEarliestMomentThatShowsIt(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "America/St_Johns"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		rapid.Check(t, func(t *rapid.T) {
			moment := time.Unix(rapid.Int64Range(-5_000_000_000, 5_000_000_000).Draw(t, "moment"), 0).In(zone)
			checkEarliest(t, moment, zone)
		})
	}
}

// TestWallTimeAtEveryTransition walks over the hours of a year in steps, so that every overlap is met.
func TestWallTimeAtEveryTransition(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		for moment := time.Date(2025, 1, 1, 0, 0, 0, 0, zone); moment.Year() < 2027; moment = moment.Add(10 * time.Minute) {
			checkEarliest(t, moment, zone)
		}
	}
}

func checkEarliest(t require.TestingT, moment time.Time, zone *time.Location) {
	const layout = "2006-01-02 15:04:05"
	wall, _, err := parseWall(moment.Format(layout))
	require.NoError(t, err)
	got := earliest(wall, zone)
	require.Equal(t, moment.Format(layout), got.In(zone).Format(layout))
	require.False(t, got.After(moment), "%s is later than %s", got, moment)
	again := got.Add(-time.Hour).In(zone).Format(layout)
	require.NotEqual(t, moment.Format(layout), again, "an hour earlier the clock showed it already")
}

func TestWallTimeThatNeverWasMovesForward(t *testing.T) {
	for _, c := range []struct{ zone, wall, want string }{
		{"Europe/Berlin", "2026-03-29 02:30:00.5", "2026-03-29T01:30:00.5Z"},
		{"America/New_York", "2026-03-08 02:00:00", "2026-03-08T07:00:00Z"},
		{"Australia/Lord_Howe", "2026-10-04 02:15:00", "2026-10-03T15:45:00Z"},
		{"Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30T22:00:00Z"}, // a day that was left out
	} {
		zone, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		v, err := timestamp(zone)(c.wall)
		require.NoError(t, err)
		require.Equal(t, c.want, v.Text, c.zone)
	}
}
