package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rowrelay/rowrelay/record"
)

type statusCmd struct {
	Feed string `arg:"" optional:"" help:"This feed only."`
}

// Run implements the command.
func (s *statusCmd) Run(ctx context.Context, g *globals) error {
	file, st, err := g.openToRead(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	o, err := st.Overview(ctx)
	if err != nil {
		return fmt.Errorf("read the store: %w", err)
	}
	at := surveyedStore{Name: cmp.Or(file.Store.Connection, st.Where()), ID: st.ID(), Where: st.Where()}
	found := take(file, at, o, g.faults)
	if s.Feed != "" {
		known := knownFeeds(file, o)
		if !slices.Contains(known, s.Feed) {
			return unknownFeed(s.Feed, known)
		}
		found.Feeds = slices.DeleteFunc(found.Feeds, func(f surveyedFeed) bool { return f.Feed != s.Feed })
	}
	if g.json() {
		return g.console.out.json(found)
	}
	found.print(g.console.out, g.Quiet)
	return nil
}

func (s *survey) print(v *voice, quiet bool) {
	s.printDaemons(v)
	if len(s.Feeds) == 0 {
		v.printf("no feeds\n")
		return
	}
	t := table{columns: []column{{"FEED", false}, {"STATE", false}, {"LAST POLL", true}, {"LAST READ", true}, {"NEW", true},
		{"FAILED", true}, {"SENT/MIN", true}, {"OLDEST", true}, {"GAPS", true}, {"LAST SENT", false}}}
	failed := int64(0)
	for _, f := range s.Feeds {
		failed += f.Failed
		t.add(s.notes(f), s.cells(f)...)
	}
	t.print(v)
	if failed > 0 && !quiet {
		v.printf("%s\n", v.paint(warn.colour, s.decision(failed)))
	}
}

func (s *survey) decision(failed int64) string {
	command, verb := "rowrelay failed", "need"
	if len(s.Feeds) == 1 {
		command += " " + s.Feeds[0].Feed
	}
	if failed == 1 {
		return "1 failed row needs a decision: " + command
	}
	return fmt.Sprintf("%s failed rows %s a decision: %s", thousands(failed), verb, command)
}

// printDaemons is the line of the store and the living, and a warning for whatever is unusual.
func (s *survey) printDaemons(v *voice) {
	line := []string{"store " + s.Store.Name}
	var warnings []string
	for _, i := range s.Instances {
		if i.Alive {
			line = append(line, fmt.Sprintf("%s up %s, file %s %s", i.Name, upFor(s.Now.Sub(i.StartedAt)), i.File.Hash, verdict(i.File))+s.silence(i))
			warnings = append(warnings, s.refusal(i)...)
		} else if s.alive() > 0 && s.Now.Sub(i.LastSeen) < 24*time.Hour {
			line = append(line, fmt.Sprintf("%s gone since %s", i.Name, clock(s.Now, i.LastSeen)))
		}
	}
	v.printf("%s\n", printable(strings.Join(line, " · ")))
	if s.alive() == 0 {
		warnings = append(warnings, s.nobody())
	}
	for _, w := range warnings {
		v.printf("%s\n", v.paint(warn.colour, "! "+printable(w)))
	}
}

func verdict(f record.FileState) string {
	if f.Refused != "" {
		return "edit refused"
	}
	return "ok"
}

func (s *survey) refusal(i surveyedDaemon) []string {
	if i.File.Refused == "" {
		return nil
	}
	return []string{fmt.Sprintf("%s refused the edit of %s at %s, its old file stays active: %s",
		i.Name, i.File.Path, clock(s.Now, i.File.At), withNext(cut(i.File.Refused, 400), i.File.Next))}
}

func (s *survey) nobody() string {
	if len(s.Instances) == 0 {
		return "no daemon has run on this store yet; the numbers below are the store's"
	}
	last := slices.MaxFunc(s.Instances, func(a, b surveyedDaemon) int { return a.LastSeen.Compare(b.LastSeen) })
	return fmt.Sprintf("%s was seen last at %s; the numbers below are the store's", last.Name, clock(s.Now, last.LastSeen))
}

func (s *survey) cells(f surveyedFeed) []string {
	lastRead, oldest := "-", "-"
	if f.LastRead != nil {
		lastRead = strconv.FormatInt(*f.LastRead, 10)
	}
	if f.New > 0 {
		oldest = span(time.Duration(f.OldestUnsent * float64(time.Second)))
	}
	gaps := "0"
	if f.GapsOpen > 0 {
		gaps = fmt.Sprintf("%s (%s)", thousands(f.GapsOpen), span(time.Duration(f.OldestGap*float64(time.Second))))
	}
	rate := "-"
	if len(f.Daemons) > 0 {
		rate = strconv.Itoa(f.SentPerMin)
	}
	return []string{f.Feed, f.stateWords(), s.since(f.LastPoll), lastRead, strconv.FormatInt(f.New, 10),
		strconv.FormatInt(f.Failed, 10), rate, oldest, gaps, s.since(f.LastSent)}
}

func (s *survey) since(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return ago(s.Now, *t)
}

func (f *surveyedFeed) stateWords() string {
	if f.State == record.Waiting && f.WaitingFor != "" {
		return "waiting for " + f.WaitingFor
	}
	return f.State
}

// notes explain a state that a person should not have to guess.
func (s *survey) notes(f surveyedFeed) []string {
	switch f.State {
	case record.Waiting:
		return s.waitingNotes(f)
	case record.Stopped:
		return strings.Split(cmp.Or(string(f.Code), "stopped")+": "+f.Text, "\n")
	case record.Absent:
		return []string{"not in the file: its rows stay as they are, nobody carries them"}
	case idle:
		if len(s.Faults) > 0 && !f.InFile {
			return []string{"no living daemon carries it; whether it is in the file cannot be told"}
		}
		return []string{"no living daemon carries it: it is new in the file (restart), or left out by run --feed"}
	}
	return nil
}

// waitingNotes has one line for every daemon that waits, named when not all of them do.
func (s *survey) waitingNotes(f surveyedFeed) []string {
	var notes []string
	for _, r := range f.Daemons {
		if r.State != record.Waiting {
			continue
		}
		note := s.connectionNote(r)
		if s.alive() > 1 {
			note = r.Instance + ": " + note
		}
		notes = append(notes, note)
	}
	return notes
}

func (s *survey) connectionNote(r feedReport) string {
	c := s.connection(r.Instance, r.WaitingFor)
	note := fmt.Sprintf("%s: %s", r.WaitingFor, cmp.Or(c.Code, r.Code, "away"))
	if c.Text != "" {
		note += " " + clause(cut(c.Text, 160))
	}
	if !c.Since.IsZero() {
		note += ", since " + clock(s.Now, c.Since)
	}
	if !c.NextTry.IsZero() {
		note += ", next try in " + upFor(c.NextTry.Sub(s.Now))
	}
	return note + "; rows are kept, no attempts used"
}

// upFor is span without fractions.
func upFor(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%ds", max(d, 0)/time.Second)
	}
	return span(d)
}

func (s *survey) connection(instance, name string) record.ConnectionState {
	for _, i := range s.Instances {
		if i.Alive && i.Name == instance {
			return i.Connections[name]
		}
	}
	return record.ConnectionState{}
}
