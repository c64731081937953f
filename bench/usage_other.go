//go:build !linux

package bench

import "time"

// CPU is known on Linux alone.
func CPU(int) (used time.Duration, ok bool) { return 0, false }

// Alone is known on Linux alone.
func Alone(int) (used time.Duration, ok bool) { return 0, false }

// OnCPU is known on Linux alone.
func OnCPU(int) (used time.Duration, ok bool) { return 0, false }

// Memory is known on Linux alone.
func Memory(int) (now, peak int64) { return 0, 0 }

// Machine is known on Linux alone.
func Machine() (all, idle time.Duration) { return 0, 0 }

// Listener is known on Linux alone.
func Listener(string) int { return 0 }
