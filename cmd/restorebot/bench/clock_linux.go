package main

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// cpuOf is the CPU time of a process, all its threads together, to the nanosecond:
// /proc/PID/stat counts in steps of 10 ms, which are hundreds of commands.
func cpuOf(pid int) (time.Duration, error) {
	// The clock of another process, as clock_getcpuclockid(3) makes it: CPUCLOCK_SCHED.
	clock := int32(^pid<<3 | 2) //nolint:gosec // a pid has 22 bits
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		return 0, fmt.Errorf("CPU time of %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}
