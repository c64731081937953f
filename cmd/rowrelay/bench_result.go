package main

import (
	"cmp"
	"slices"
	"time"
)

// The kinds of runs.
const (
	kindWarm       = "warm"
	kindRaw        = "raw"
	kindRelay      = "relay"
	kindNaive      = "naive"
	kindReceipts   = "receipts"
	kindStatements = "statements"
)

// benchResult is one run, or what middle makes of several.
type benchResult struct {
	Kind     string  `json:"kind"`
	Shape    shape   `json:"shape"`
	Rows     int     `json:"rows"`
	Seconds  float64 `json:"seconds"`
	Rate     float64 `json:"rows_per_second"`
	Adapter  float64 `json:"adapter_us_per_row"` // of processor time, as the next four; 0 where it cannot be told
	Source   float64 `json:"source_us_per_row"`
	Store    float64 `json:"store_us_per_row"`
	Broker   float64 `json:"broker_us_per_row"`
	All      float64 `json:"machine_us_per_row"`
	Idle     float64 `json:"idle"` // part of the machine's processor time
	Peak     int64   `json:"peak_bytes"`
	Received int     `json:"received"`
	Copies   int     `json:"copies"` // messages whose id had come before
}

// newResult makes a result of what the meters have counted; adapter is what the rows themselves took of it.
func newResult(kind string, s shape, rows int, took time.Duration, u spent, adapter time.Duration) benchResult {
	r := benchResult{
		Kind: kind, Shape: s, Rows: rows, Seconds: took.Seconds(), Rate: float64(rows) / took.Seconds(), Adapter: perRow(adapter, rows),
		Source: perRow(u.source, rows), Store: perRow(u.store, rows), Broker: perRow(u.broker, rows), All: perRow(u.all-u.idle, rows),
	}
	if u.all > 0 {
		r.Idle = float64(u.idle) / float64(u.all)
	}
	return r
}

// perRow is in microseconds.
func perRow(d time.Duration, rows int) float64 {
	if rows == 0 {
		return 0
	}
	return float64(d.Nanoseconds()) / 1000 / float64(rows)
}

// middle is the run of the median rate, or the slower of the two in the middle: whole, so that its figures explain one another. Only the
// memory is the most of all runs.
func middle(runs []benchResult) benchResult {
	byRate := slices.SortedFunc(slices.Values(runs), func(a, b benchResult) int { return cmp.Compare(a.Rate, b.Rate) })
	r := byRate[(len(runs)-1)/2]
	for _, other := range runs {
		r.Peak = max(r.Peak, other.Peak)
	}
	return r
}
