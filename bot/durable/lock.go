package durable

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
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

// fileLock is the lock of an SQLite file.
type fileLock struct{ *os.File }

// Close gives the lock back. To close the file alone is not enough: a process that
// is being started at that moment holds it open a little longer.
func (l fileLock) Close() error { return errors.Join(unlock(l.File), l.File.Close()) }

// takeLock makes this process the only bot on an SQLite file until the lock is
// closed or the process ends, in whatever way. Readers take no lock. The file of
// the lock stays: if it were removed, two processes could each lock one of their own.
func takeLock(ctx context.Context, database string) (fileLock, error) {
	f, err := os.OpenFile(database+lockSuffix, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // beside the operator's own file
	if err != nil {
		return fileLock{}, err
	}
	if err := sameOwner(f, database); err != nil {
		_ = f.Close()
		return fileLock{}, err
	}
	for begun := time.Now(); ; {
		err := tryLock(f, true)
		if err == nil {
			return fileLock{f}, nil
		}
		if !errors.Is(err, errInUse) || time.Since(begun) > lockWithin {
			_ = f.Close()
			return fileLock{}, fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		select {
		case <-ctx.Done():
			_ = f.Close()
			return fileLock{}, context.Cause(ctx)
		case <-time.After(lockEvery):
		}
	}
}

// inUse reports whether a bot holds the lock of an SQLite file. It makes no file.
func inUse(database string) (bool, error) {
	f, err := os.Open(database + lockSuffix) //nolint:gosec // beside the operator's own file
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer fileLock{f}.Close() // gives the lock back
	err = tryLock(f, false)
	if errors.Is(err, errInUse) {
		return true, nil
	}
	return false, err
}
