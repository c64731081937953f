package main

import (
	"context"
	"fmt"
	"time"

	"github.com/rowrelay/rowrelay/config"
)

// rate is rows per second, typed as 50/s; 0 is no limit.
type rate config.Rate

// UnmarshalText reads a rate as the file has it.
func (r *rate) UnmarshalText(b []byte) error {
	if (*config.Rate)(r).UnmarshalText(b) != nil {
		return fmt.Errorf("%q is no rate: write it as 50/s", b)
	}
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
