//go:build !windows

package durable

import (
	"os"
	"path/filepath"
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
		other, err := unix.Dup(int(lock.Fd()))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Close(other) })
		if err := lock.Close(); err != nil {
			t.Fatal(err)
		}
		if used, err := inUse(database); used || err != nil {
			t.Fatalf("in use: %v, %v", used, err)
		}
	}
}
