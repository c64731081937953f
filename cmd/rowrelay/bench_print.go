package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/rowrelay/rowrelay/bench"
)

// report is the whole of a measurement, for programs.
type report struct {
	Machine  string        `json:"machine"`
	Versions []string      `json:"versions"` // source, store, broker
	Results  []benchResult `json:"results"`
	Ratios   []ratio       `json:"ratios"`
	Limit    string        `json:"limit"`
}

// ratio is one run's rate by another's.
type ratio struct {
	Of        string  `json:"of"`
	To        string  `json:"to"`
	Value     float64 `json:"value"`
	Predicted float64 `json:"predicted,omitempty"` // by what both take of the processors
}

func (w *benchWork) print() error {
	p := report{Machine: bench.Hardware(), Versions: w.versions, Results: w.results, Ratios: ratios(w.results)}
	p.Limit = limit(w.results)
	if w.g.json() {
		return w.g.console.out.json(p)
	}
	v := w.g.console.out
	v.printf("%s; source %s, store %s, broker %s\n", p.Machine, w.versions[0], w.versions[1], w.versions[2])
	w.table().print(v)
	for _, r := range p.Ratios {
		v.printf("%s / %s = %.2f", r.Of, r.To, r.Value)
		if r.Predicted > 0 {
			v.printf("; by what a row takes of the processors it would be %.2f", r.Predicted)
		}
		v.printf("\n")
	}
	if p.Limit != "" {
		v.printf("%s\n", p.Limit)
	}
	if slices.ContainsFunc(w.results, func(r benchResult) bool { return r.Kind != kindNaive && r.Seconds < short }) {
		v.printf("Runs of less than %d s tell little: take more --rows.\n", short)
	}
	return nil
}

// short is a run, in seconds, in which chance and the machine's clock ticks of 10 ms weigh too much.
const short = 2

// table shows microseconds of processor time a row, by who spends them.
func (w *benchWork) table() *table {
	t := &table{columns: []column{{"RUN", false}, {"ROWS", true}, {"SECONDS", true}, {"ROWS/S", true}, {"ADAPTER us", true}, {"SOURCE us", true}, {"STORE us", true}, {"BROKER us", true},
		{"ALL us", true}, {"IDLE", true}, {"PEAK", true}}}
	us := func(f float64) string {
		if f == 0 {
			return "-"
		}
		return fmt.Sprintf("%.1f", f)
	}
	for _, r := range w.results {
		peak := "-"
		if r.Peak > 0 {
			peak = mib(r.Peak)
		}
		t.add(nil, r.name(), fmt.Sprint(r.Rows), fmt.Sprintf("%.2f", r.Seconds), fmt.Sprintf("%.0f", r.Rate), us(r.Adapter), us(r.Source), us(r.Store), us(r.Broker), us(r.All),
			fmt.Sprintf("%.0f %%", 100*r.Idle), peak)
	}
	return t
}

// name is the kind, with what is not as usual.
func (r benchResult) name() string {
	words := []string{r.Kind}
	add := func(usual bool, format string, args ...any) {
		if !usual {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	add(r.Shape.Workers == 4, "%d workers", r.Shape.Workers)
	add(r.Shape.Size == 300, "%s", sizeText(r.Shape.Size))
	add(r.Shape.Feeds == 1, "%d feeds", r.Shape.Feeds)
	add(r.Shape.Finished == 0, "%d finished", r.Shape.Finished)
	return strings.Join(words, ", ")
}

// ratios compare what can be compared: runs of one shape.
func ratios(results []benchResult) (all []ratio) {
	byKind := map[shape]map[string]benchResult{}
	for _, r := range results {
		if byKind[r.Shape] == nil {
			byKind[r.Shape] = map[string]benchResult{}
		}
		byKind[r.Shape][r.Kind] = r
	}
	for _, r := range results {
		for _, pair := range [][2]string{{kindRelay, kindRaw}, {kindRelay, kindNaive}, {kindReceipts, kindStatements}} {
			other, ok := byKind[r.Shape][pair[1]]
			if r.Kind != pair[0] || !ok {
				continue
			}
			one := ratio{Of: r.name(), To: other.name(), Value: r.Rate / other.Rate}
			if pair[1] == kindRaw && r.All > 0 {
				one.Predicted = other.All / r.All
			}
			all = append(all, one)
		}
	}
	return all
}

// limit names the part that takes most of the processors in the first run end to end, and what the others would carry alone.
func limit(results []benchResult) string {
	for _, r := range results {
		if r.Kind != kindRelay || r.All == 0 {
			continue
		}
		part, most := "the adapter", r.Adapter
		for name, us := range map[string]float64{"the broker": r.Broker, "the databases": r.Source + r.Store} {
			if us > most {
				part, most = name, us
			}
		}
		text := fmt.Sprintf("The limit is %s: %.0f of %.0f us of processor time a row.", part, most, r.All)
		if r.Adapter > 0 {
			text += fmt.Sprintf(" The adapter alone would carry %.0f rows/s on each core of its own (computed, not measured).", 1e6/r.Adapter)
		}
		if r.Idle > 0.4 && runtime.NumCPU() > 1 {
			text += " The processors were idle for much of the time: something is waited for."
		}
		return text
	}
	return ""
}
