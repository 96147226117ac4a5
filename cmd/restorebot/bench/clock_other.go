//go:build !linux

package main

import "time"

func cpuOf(int) (time.Duration, error) { return 0, errProc }
