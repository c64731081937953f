//go:build !linux

package testbed

import "syscall"

// dieWithUs has no equivalent here: a killed test leaves its servers behind.
func dieWithUs(*syscall.SysProcAttr, syscall.Signal) {}
