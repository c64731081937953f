// Package bench holds the instruments of `rowrelay bench`: a meter of what processes use, a STOMP server that only confirms,
// and a STOMP consumer. It knows nothing of what it measures.
package bench

import (
	"cmp"
	"slices"
	"time"
)

// Median is the middle one of values, or the mean of the two in the middle; 0 of none.
func Median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Percentile is the smallest of the durations that p percent of them do not exceed (nearest rank); 0 of none. p is above 0 and at most 100.
func Percentile(durations []time.Duration, p float64) time.Duration {
	if len(durations) == 0 {
		return 0
	}
	sorted := slices.SortedFunc(slices.Values(durations), cmp.Compare)
	rank := int(p/100*float64(len(sorted)) + 0.999999)
	return sorted[min(max(rank, 1), len(sorted))-1]
}
