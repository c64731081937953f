package actors

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Retry says how often and when a row that might heal is tried again.
type Retry struct {
	MaxAttempts int
	Initial     time.Duration
	Max         time.Duration
	Factor      float64
	Jitter      float64 // 0.2: each wait is between 80 % and 120 %
}

// wait returns the time until the next attempt after the given number of failed ones, at least 1.
func (r Retry) wait(failed int) time.Duration {
	d := float64(r.Initial) * math.Pow(r.Factor, float64(failed-1))
	d = math.Min(d, float64(r.Max))
	return time.Duration(d * (1 + r.Jitter*(2*rand.Float64()-1)))
}

// newPause returns the waits between tries to reach a database that is away.
func newPause() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = 250 * time.Millisecond
	b.MaxInterval = 10 * time.Second
	return b
}
