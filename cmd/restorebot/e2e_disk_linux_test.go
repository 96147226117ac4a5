package main

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// fillDisk lets a process that runs write no file any more, until there is room
// again.
func fillDisk(t *testing.T, bot *os.Process) (room func()) {
	t.Helper()
	var was unix.Rlimit
	limit := func(now, was *unix.Rlimit) {
		if err := unix.Prlimit(bot.Pid, unix.RLIMIT_FSIZE, now, was); err != nil {
			t.Fatal(err)
		}
	}
	limit(nil, &was)
	limit(&unix.Rlimit{Cur: 0, Max: was.Max}, nil)
	return func() { limit(&was, nil) }
}
