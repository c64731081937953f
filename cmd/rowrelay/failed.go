package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/rowrelay/rowrelay/config"
	"github.com/rowrelay/rowrelay/record"
	"github.com/rowrelay/rowrelay/store"
)

type failedCmd struct {
	List failedList `cmd:"" group:"Commands:" default:"withargs" help:"Group FAILED rows by their code; with --code or --key, list them."`
	Show failedShow `cmd:"" group:"Commands:" help:"Show everything that is known of one row, whatever its status."`
}

// selection is how failed and retry pick FAILED rows.
type selection struct {
	Code  string          `placeholder:"CODE" help:"Rows that failed with this code."`
	Since config.Duration `placeholder:"2h" help:"Rows that failed at most so long ago."`
	Key   string          `placeholder:"KEY" help:"Rows with this business key."`
}

func (s selection) filter(feed string) store.Filter {
	return store.Filter{Feed: feed, Code: record.Code(s.Code), Key: s.Key, Since: time.Duration(s.Since)}
}

// listed is how many rows `failed --code` and `failed --key` list.
const listed = 20

type failedList struct {
	Feed string `arg:"" optional:"" help:"This feed only."`
	selection
	ExitCode bool `help:"Exit with 1 if there is any such row."`
}

// failedRows is what `failed -o json` writes. Rows is there with --code or --key only.
type failedRows struct {
	Items []store.FailedGroup `json:"items"`
	Rows  []store.Row         `json:"rows,omitempty"`
}

// Run implements the command.
func (f *failedList) Run(ctx context.Context, g *globals) error {
	_, st, err := knowing(ctx, f.Feed, g.openToRead)
	if err != nil {
		return err
	}
	defer st.Close()
	found, err := f.find(ctx, st)
	if err != nil {
		return err
	}
	if g.json() {
		err = g.console.out.json(found)
	} else {
		found.print(g.console.out, time.Now(), g.Quiet)
	}
	if err == nil && f.ExitCode && len(found.Items) > 0 {
		return answered(exitNo)
	}
	return err
}

func (f *failedList) find(ctx context.Context, st store.Store) (failedRows, error) {
	if err := f.knowCode(ctx, st); err != nil {
		return failedRows{}, err
	}
	filter := f.filter(f.Feed)
	groups, err := st.FailedGroups(ctx, filter)
	if err != nil {
		return failedRows{}, fmt.Errorf("read the store: %w", err)
	}
	found := failedRows{Items: append([]store.FailedGroup{}, groups...)}
	if f.Code == "" && f.Key == "" {
		return found, nil
	}
	for _, filter.Feed = range feedsOf(groups) {
		some, err := st.FailedRows(ctx, filter, lowest, listed)
		if err != nil {
			return failedRows{}, fmt.Errorf("read the store: %w", err)
		}
		found.Rows = append(found.Rows, some...)
	}
	return found, nil
}

// lowest is below every sequence that FailedRows may be asked for.
const lowest = -1 << 63

func feedsOf(groups []store.FailedGroup) []string {
	var feeds []string
	for _, g := range groups {
		feeds = append(feeds, g.Feed)
	}
	slices.Sort(feeds)
	return slices.Compact(feeds)
}

func (f *failedRows) print(v *voice, now time.Time, quiet bool) {
	if len(f.Items) == 0 {
		v.printf("%s no failed rows\n", v.mark(good))
		return
	}
	t := table{columns: []column{{"FEED", false}, {"CODE", false}, {"ROWS", true}, {"FIRST (" + now.Format("MST") + ")", false}, {"LAST", false}, {"EXAMPLE", false}}}
	for _, g := range f.Items {
		var notes []string
		if !quiet {
			notes = []string{"→ " + rowAdvice(g.Code)}
		}
		t.add(notes, g.Feed, string(g.Code), thousands(g.Rows), clock(now, g.First), clock(now, g.Last), cut(g.Example, 120))
	}
	t.print(v)
	f.printRows(v, now)
	if !quiet {
		f.printNext(v)
	}
}

func (f *failedRows) printRows(v *voice, now time.Time) {
	if len(f.Rows) == 0 {
		return
	}
	t := table{columns: []column{{"FEED", false}, {"SEQ", true}, {"KEY", false}, {"CODE", false}, {"ATTEMPTS", true}, {"FAILED AT", false}, {"ERROR", false}}}
	for _, r := range f.Rows {
		at := "-"
		if r.FinishedAt != nil {
			at = clock(now, *r.FinishedAt)
		}
		t.add(nil, r.Feed, fmt.Sprint(r.Seq), text(r.BusinessKey), text(r.ErrorCode), fmt.Sprint(r.Attempts), at, cut(text(r.ErrorText), 120))
	}
	v.printf("\n")
	t.print(v)
}

// printNext says how to look closer, and how many rows are not listed.
func (f *failedRows) printNext(v *voice) {
	first := f.Items[0]
	if len(f.Rows) == 0 {
		v.printf("%s\n", v.faint(fmt.Sprintf("Rows: rowrelay failed %s --code %s   Again: rowrelay retry %s --code %s", first.Feed, first.Code, first.Feed, first.Code)))
		return
	}
	total := int64(0)
	for _, g := range f.Items {
		total += g.Rows
	}
	if hidden := total - int64(len(f.Rows)); hidden > 0 {
		v.printf("%s\n", v.faint(fmt.Sprintf("and %s more", rows(hidden))))
	}
	v.printf("%s\n", v.faint(fmt.Sprintf("One row: rowrelay failed show %s %d", f.Rows[0].Feed, f.Rows[0].Seq)))
}

// text is a nullable column for people.
func text(s *string) string {
	if s == nil {
		return "-"
	}
	return *s
}

// knowFeed refuses a feed's name that neither the file nor the store knows; empty means all.
func knowFeed(ctx context.Context, file *config.File, st store.Store, feed string) error {
	if _, ok := file.Feeds[feed]; ok || feed == "" {
		return nil
	}
	o, err := st.Overview(ctx)
	if err != nil {
		return fmt.Errorf("read the store: %w", err)
	}
	known := knownFeeds(file, o)
	if slices.Contains(known, feed) {
		return nil
	}
	return unknownFeed(feed, known)
}
