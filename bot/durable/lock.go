package durable

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/gofrs/flock"
)

const (
	// lockSuffix follows the name of a database file in the name of its lock.
	lockSuffix = ".lock"
	// lockWithin is how long a bot waits for the one before it to end.
	lockWithin = 5 * time.Second
	lockEvery  = 50 * time.Millisecond
)

// errInUse means that another process holds the lock of the file.
var errInUse = errors.New("another process holds its lock")

// takeLock makes this process the only bot on an SQLite file until the lock is
// closed or the process ends, in whatever way. Readers take no lock. The file of
// the lock stays: if it were removed, two processes could each lock one of their own.
func takeLock(ctx context.Context, database string) (*flock.Flock, error) {
	lock := flock.New(database+lockSuffix, flock.SetFlag(os.O_CREATE|os.O_RDWR))
	within, cancel := context.WithTimeoutCause(ctx, lockWithin, errInUse)
	defer cancel()
	_, err := lock.TryLockContext(within, lockEvery)
	if err != nil && within.Err() != nil {
		err = context.Cause(within)
	}
	if err == nil {
		err = sameOwner(lock.Path(), database)
	}
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", lock.Path(), errors.Join(err, lock.Close()))
	}
	return lock, nil
}

// inUse reports whether a bot holds the lock of an SQLite file. It makes no file.
func inUse(database string) (bool, error) {
	lock := flock.New(database+lockSuffix, flock.SetFlag(os.O_RDONLY))
	free, err := lock.TryRLock()
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && !free, errors.Join(err, lock.Close())
}
