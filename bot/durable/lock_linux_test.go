package durable

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// A process that is being started has what this one has open, until it runs its
// own program.
func TestALockIsGivenBackAlthoughAnotherProcessHasItOpen(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "bot.db")
	if err := os.WriteFile(database, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		lock, err := takeLock(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}
		other, err := unix.Dup(descriptor(t, lock.Path()))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Close(other) })
		if used, err := inUse(database); !used || err != nil {
			t.Fatalf("in use: %v, %v", used, err)
		}
		if err := lock.Close(); err != nil {
			t.Fatal(err)
		}
		if used, err := inUse(database); used || err != nil {
			t.Fatalf("in use: %v, %v", used, err)
		}
	}
}

// descriptor is how this process has a file open.
func descriptor(t *testing.T, file string) int {
	t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range open {
		if to, _ := os.Readlink("/proc/self/fd/" + fd.Name()); to == file {
			n, _ := strconv.Atoi(fd.Name())
			return n
		}
	}
	t.Fatalf("%s is not open", file)
	return 0
}
