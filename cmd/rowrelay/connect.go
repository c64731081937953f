package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/source"
	"github.com/rowrelay/rowrelay/store"
)

// patience bounds the check of one feed's ends, beyond the time-outs of the connections themselves.
const patience = 2 * time.Minute

// ends is what was learnt of one feed's source and sink.
type ends struct {
	feed      config.Feed
	source    source.Description
	sourceErr error
	steps     *recipe           // of the feed
	stepsErr  error             // what its lookups, filters and fields say to the source's columns
	services  map[string]string // what the web services of its lookups answer, by connection
	proof     string            // who answered at the sink, and what it took
	sinkErr   error
}

// connect tries everything that the file names, at the same time, and tells the results in order:
// connections, store, feeds. What does not fit what is there is a complaint about the file.
func connect(ctx context.Context, file *config.File) (found []finding, unfit config.Complaints) {
	all := make([]ends, len(file.Feeds))
	var wg sync.WaitGroup
	for i, name := range file.FeedNames() {
		all[i].feed = file.Feeds[name]
		wg.Go(func() { all[i].trySource(ctx, file) })
		wg.Go(func() { all[i].trySink(ctx, file) })
	}
	ofStore := checkStore(ctx, file)
	wg.Wait()
	for _, name := range slices.Sorted(maps.Keys(file.Connections)) {
		found = append(found, connectionFinding(name, file, all))
	}
	found = append(found, ofStore...)
	for _, e := range all {
		found = append(found, e.findings()...)
		unfit = append(unfit, complaintsOf(file, faultsOf(e.sourceErr))...)
		unfit = append(unfit, complaintsOf(file, faultsOf(e.stepsErr))...)
	}
	return found, unfit
}

func (e *ends) trySource(ctx context.Context, file *config.File) {
	defer recovered(&e.sourceErr)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s, err := newSource(file, e.feed.Name)
	if err != nil {
		e.sourceErr = err
		return
	}
	defer s.Close()
	if e.source, e.sourceErr = s.Open(ctx); e.sourceErr == nil {
		e.trySteps(ctx, file)
	}
}

// trySteps compiles the feed's expressions against the columns that are there, and asks the lookups' databases for theirs.
func (e *ends) trySteps(ctx context.Context, file *config.File) {
	defer recovered(&e.stepsErr)
	if e.steps, e.stepsErr = newRecipe(file, e.feed.Name, true); e.stepsErr != nil {
		return
	}
	defer e.steps.Close()
	if _, e.stepsErr = e.steps.prepare(ctx, e.source.Columns); e.stepsErr == nil {
		e.services, e.stepsErr = e.steps.ping(ctx)
	}
}

func (e *ends) trySink(ctx context.Context, file *config.File) {
	defer recovered(&e.sinkErr)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	s, err := newSink(file, e.feed.Name, nil)
	if err != nil {
		e.sinkErr = err
		return
	}
	e.proof, e.sinkErr = s.Probe(ctx)
}

// connectionFinding is what the feeds learnt of one connection: an outage, or what answered.
func connectionFinding(name string, file *config.File, all []ends) finding {
	var answer string
	used := false
	for _, e := range all {
		for _, m := range e.meetings() {
			if m.connection != name {
				continue
			}
			if isOutage(m.err) {
				return trouble(name, m.err)
			}
			used = true
			if m.err == nil {
				answer = m.answer
			}
		}
	}
	switch {
	case answer != "":
		return fine(name, answer)
	case used:
		return doubt(name, "answers, but not as its feeds need it", "")
	case name == file.Store.Connection:
		return fine(name, "holds the store: see below")
	case slices.ContainsFunc(all, func(e ends) bool { return slices.Contains(e.lookups(), name) }):
		return doubt(name, "lookups use it, and were not tried: see below", "")
	}
	return doubt(name, "no feed uses it, so it was not tried", "remove connections."+name+", or name it in a feed")
}

// lookups are the connections of the feed's lookups.
func (e *ends) lookups() (names []string) {
	for _, it := range e.feed.Process {
		if it.Lookup != nil {
			names = append(names, it.Lookup.Connection)
		}
	}
	return names
}

// meeting is what happened to one end of a feed on its connection.
type meeting struct {
	connection, answer string
	err                error
}

func (e *ends) meetings() []meeting {
	met := []meeting{
		{e.feed.Source.Connection, e.source.Server, e.sourceErr},
		{e.feed.Sink.Connection, "login accepted", e.sinkErr},
	}
	if e.steps == nil {
		return met
	}
	for _, name := range e.steps.lookups() {
		if away, ok := errors.AsType[*record.Outage](e.stepsErr); ok && away.Connection == name {
			met = append(met, meeting{name, "", away})
		} else if e.stepsErr == nil && name != e.feed.Source.Connection {
			met = append(met, meeting{name, cmp.Or(e.services[name], "asked by lookups"), nil})
		}
	}
	return met
}

func isOutage(err error) bool {
	_, ok := errors.AsType[*record.Outage](err)
	return ok
}

// findings are the feed's own: what is away was said with its connection.
func (e *ends) findings() []finding {
	found := e.sourceFindings()
	switch {
	case isOutage(e.sinkErr):
		return append(found, doubt(e.feed.Name, "sink not checked: "+e.feed.Sink.Connection+" could not be used, see above", ""))
	case e.sinkErr != nil:
		return append(found, trouble(e.feed.Name, e.sinkErr))
	}
	return append(found, fine(e.feed.Name, "sink "+e.proof))
}

func (e *ends) sourceFindings() []finding {
	name, s := e.feed.Name, e.feed.Source
	switch {
	case isOutage(e.sourceErr):
		return []finding{doubt(name, "source not checked: "+s.Connection+" could not be used, see above", "")}
	case faultsOf(e.sourceErr) != nil:
		return []finding{doubt(name, "process and message not checked: the source does not fit the file, see above", "")}
	case e.sourceErr != nil:
		return []finding{trouble(name, e.sourceErr)}
	}
	found := []finding{fine(name, fmt.Sprintf("source %s follows %s; %s: %s", e.source.Identity.Relation, s.Sequence,
		counted(len(e.source.Columns), "column"), columnList(e.source.Columns)))}
	for _, note := range e.source.Notes {
		found = append(found, doubt(name, note, ""))
	}
	return append(append(found, numbering(name, e.source.Numbers)), e.stepFindings()...)
}

// stepFindings are what the feed's steps say to the columns.
func (e *ends) stepFindings() []finding {
	switch {
	case isOutage(e.stepsErr):
		return []finding{doubt(e.feed.Name, "process and message not checked: the database or service of a lookup is away", "")}
	case faultsOf(e.stepsErr) != nil:
		return nil // said about the file
	case e.stepsErr != nil:
		return []finding{trouble(e.feed.Name, e.stepsErr)}
	case len(e.feed.Process) == 0 && e.feed.Message.Fields == nil:
		return nil
	}
	return append([]finding{fine(e.feed.Name, fmt.Sprintf("process and message fit the columns: %s, %s",
		counted(len(e.feed.Process), "step"), counted(len(e.feed.Message.Fields), "field")))}, e.steps.doubts(e.source.Columns)...)
}

// numbering says how gaps are closed; by age alone is worth a thought.
func numbering(feed string, n source.Numbering) finding {
	if n.Rule == source.ByAge {
		return doubt(feed, n.Text, "let feeds."+feed+".source.gaps.watch be longer than the longest transaction that writes; docs/gaps.md")
	}
	return fine(feed, n.Text)
}

// checkStore opens the store as commands do: nothing is made or migrated.
func checkStore(ctx context.Context, file *config.File) []finding {
	const name = "store"
	st, err := openStore(ctx, file, false)
	if missing, ok := errors.AsType[*store.SchemaError](err); ok && missing.Have == 0 {
		return []finding{doubt(name, missing.Where+" has no tables yet", "the first run makes them")}
	}
	if err != nil {
		return []finding{trouble(name, err)}
	}
	defer st.Close()
	found := []finding{fine(name, fmt.Sprintf("%s, id %s", st.Where(), st.ID()))}
	if file.Store.ID == "" {
		found = append(found, doubt(name, "store.id is not set", "write store: { id: "+st.ID()+" }, so that a copied store is found out"))
	}
	return found
}

func columnList(columns []record.Column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name + " " + c.Type
	}
	return strings.Join(names, ", ")
}
