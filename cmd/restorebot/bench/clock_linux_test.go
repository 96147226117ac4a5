package main

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestCPUTimeIsWhatTheSystemCounts(t *testing.T) {
	t.Parallel()
	counted := func() time.Duration {
		var r unix.Rusage
		if err := unix.Getrusage(unix.RUSAGE_SELF, &r); err != nil {
			t.Fatal(err)
		}
		return time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	for before := counted(); counted() < before+100*time.Millisecond; {
		continue // works
	}
	before := counted()
	got, err := cpuOf(os.Getpid())
	after := counted()
	const fine = 50 * time.Millisecond // threads at work are counted at the next tick of each core
	if err != nil || got < before-fine || got > after+fine {
		t.Errorf("got %v, %v, between %v and %v", got, err, before, after)
	}
	if _, err := cpuOf(1 << 22); err == nil {
		t.Error("a process that is not there has a CPU time")
	}
}
