package main

import (
	"slices"
	"time"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

// survey is what `status` knows: the file, the store and the daemons' own words put together. Its
// fields are those of `status -o json`. Times are the store's clock.
type survey struct {
	Now       time.Time        `json:"now"`
	Store     surveyedStore    `json:"store"`
	Instances []surveyedDaemon `json:"instances"`        // the newest of each name
	Feeds     []surveyedFeed   `json:"feeds"`            // by name
	Faults    []complaint      `json:"faults,omitempty"` // of the file, which was read in spite of them
}

type surveyedStore struct {
	Name  string `json:"name"` // the connection's name, or the SQLite file
	ID    string `json:"id"`
	Where string `json:"where"`
}

type surveyedDaemon struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Alive     bool      `json:"alive"`
	StartedAt time.Time `json:"started_at"`
	LastSeen  time.Time `json:"last_seen"`
	record.InstanceState
}

// surveyedFeed is one feed of the file or the store. State and rates are the living daemons' words;
// LastPoll is what any daemon said last, LastSent that or the store's own word, which outlives the daemon.
type surveyedFeed struct {
	Feed         string       `json:"feed"`
	State        string       `json:"state"` // running, waiting, stopped, paused, disabled, absent, down or idle
	WaitingFor   string       `json:"waiting_for,omitempty"`
	Code         record.Code  `json:"code,omitempty"`
	Text         string       `json:"text,omitempty"`
	InFile       bool         `json:"in_file"`
	LastPoll     *time.Time   `json:"last_poll"`
	LastRead     *int64       `json:"last_read"` // null: no position yet
	New          int64        `json:"new"`
	Failed       int64        `json:"failed"`
	InFlight     int          `json:"in_flight"`
	SentPerMin   int          `json:"sent_per_min"`
	OldestUnsent float64      `json:"oldest_unsent_seconds"`
	GapsOpen     int64        `json:"gaps_open"`
	OldestGap    float64      `json:"oldest_gap_seconds"`
	LastSent     *time.Time   `json:"last_sent"`
	LastFinished *time.Time   `json:"last_finished"`
	Daemons      []feedReport `json:"instances"` // what each living daemon says of this feed
}

type feedReport struct {
	Instance string `json:"instance"`
	record.FeedState
}

// Two states that no daemon reports of itself.
const (
	down = "down" // no daemon lives
	idle = "idle" // daemons live, but none of them carries this feed
)

// take puts the survey together.
func take(file *config.File, at surveyedStore, o store.Overview, faults config.Complaints) survey {
	s := survey{Now: o.Now, Store: at, Instances: []surveyedDaemon{}, Feeds: []surveyedFeed{}, Faults: complaintsForPrograms(faults)}
	for _, i := range o.Instances {
		s.Instances = append(s.Instances, surveyedDaemon{i.ID, i.Name, i.Alive, i.StartedAt, i.LastSeen, i.State})
	}
	counts := map[string]store.FeedCounts{}
	for _, c := range o.Feeds {
		counts[c.Feed] = c
	}
	for _, name := range knownFeeds(file, o) {
		s.Feeds = append(s.Feeds, s.feed(name, file, counts))
	}
	return s
}

// knownFeeds are the names in the file, the store or a living daemon's report, sorted.
func knownFeeds(file *config.File, o store.Overview) []string {
	names := file.FeedNames()
	for _, c := range o.Feeds {
		names = append(names, c.Feed)
	}
	for _, i := range o.Instances {
		for name := range i.State.Feeds {
			if i.Alive {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (s *survey) feed(name string, file *config.File, counts map[string]store.FeedCounts) surveyedFeed {
	in, inFile := file.Feeds[name]
	f := surveyedFeed{Feed: name, InFile: inFile, Daemons: []feedReport{}}
	if c, ok := counts[name]; ok {
		f.LastRead, f.New, f.Failed = &c.Position.LastRead, c.New, c.Failed
		f.GapsOpen, f.OldestGap = c.Gaps, c.OldestGap.Seconds()
		f.OldestUnsent, f.LastFinished = c.OldestUnsent.Seconds(), moment(c.LastFinished)
		f.LastSent = moment(c.LastSent)
	}
	for _, i := range s.Instances {
		said := i.Feeds[name] // zero if it says nothing of this feed
		f.LastPoll, f.LastSent = later(f.LastPoll, said.LastPoll), later(f.LastSent, said.LastSent)
		if i.Alive && said.State != "" {
			f.hear(feedReport{i.Name, said})
		}
	}
	if len(f.Daemons) == 0 {
		f.State = s.silent(in, inFile)
		f.halt(counts[name].Position)
	}
	return f
}

// silent is the state of a feed that no living daemon speaks of.
func (s *survey) silent(in config.Feed, inFile bool) string {
	switch {
	case !inFile && len(s.Faults) == 0: // that it cannot be read in a faulty file says nothing
		return record.Absent
	case inFile && !in.Enabled:
		return record.Disabled
	case s.alive() == 0:
		return down
	}
	return idle
}

// halt is for a feed that the store itself says is stopped: it is, whether or not a daemon lives.
func (f *surveyedFeed) halt(p store.Position) {
	if p.StopCode != "" && (f.State == down || f.State == idle) {
		f.State, f.Code, f.Text = record.Stopped, p.StopCode, p.StopText+"\n"+stopRemedy(f.Feed, p.StopCode)
	}
}

// gravity orders the states that daemons report: of several, the worst is the feed's.
var gravity = []string{record.Disabled, record.Running, record.Paused, record.Waiting, record.Stopped}

// hear adds what one living daemon says: rates add up, and the worst state counts.
func (f *surveyedFeed) hear(r feedReport) {
	f.Daemons = append(f.Daemons, r)
	f.InFlight += r.InFlight
	f.SentPerMin += r.SentPerMin
	if len(f.Daemons) == 1 || slices.Index(gravity, r.State) > slices.Index(gravity, f.State) {
		f.State, f.WaitingFor, f.Code, f.Text = r.State, r.WaitingFor, r.Code, r.Text
	}
}

func (s *survey) alive() int {
	n := 0
	for _, i := range s.Instances {
		if i.Alive {
			n++
		}
	}
	return n
}

// moment is nil for the zero time, so that JSON says null.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func later(a *time.Time, b time.Time) *time.Time {
	if b.IsZero() || a != nil && a.After(b) {
		return a
	}
	return &b
}
