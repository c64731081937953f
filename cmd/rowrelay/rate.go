package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// rate is rows per second, typed as 50/s; 0 is no limit.
type rate float64

// UnmarshalText reads a rate.
func (r *rate) UnmarshalText(b []byte) error {
	number, found := strings.CutSuffix(string(b), "/s")
	n, err := strconv.ParseFloat(number, 64)
	if !found || err != nil || !(n > 0 && n <= 1e6) {
		return fmt.Errorf("%q is no rate: write it as 50/s", b)
	}
	*r = rate(n)
	return nil
}

// pace keeps a rate over many readings.
type pace struct {
	rate  rate
	begin time.Time
	done  int
}

// wait comes after n more rows, and returns when the rate allows the next ones.
func (p *pace) wait(ctx context.Context, n int) error {
	if p.rate == 0 {
		return nil
	}
	if p.begin.IsZero() {
		p.begin = time.Now()
	}
	p.done += n
	return pause(ctx, time.Until(p.begin.Add(time.Duration(float64(p.done)/float64(p.rate)*float64(time.Second)))))
}

// pause waits for a while, or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
