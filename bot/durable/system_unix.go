//go:build linux || darwin

package durable

import (
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// uptime is how long the machine has run, awake or asleep, and which run of it
// this is; "" where that cannot be told.
func uptime() (boot string, up time.Duration) {
	boot = bootID()
	var t unix.Timespec
	if boot == "" || unix.ClockGettime(sinceBoot, &t) != nil {
		return "", 0
	}
	return boot, time.Duration(t.Nano())
}

// changed is when a file was last changed in any way, as a word: no program can
// set that time.
func changed(file string) (string, error) {
	var s unix.Stat_t
	if err := unix.Stat(file, &s); err != nil {
		return "", err
	}
	return strconv.FormatInt(s.Ctim.Nano(), 10), nil
}

// freeBytes is what is left for everybody on the disk of a folder.
func freeBytes(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil //nolint:gosec,unconvert // the types differ between systems; neither is negative
}

// sameOwner gives a lock that root has made to whom the database belongs: the bot
// must be able to take it when it runs as that user again.
func sameOwner(lock, database string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(database)
	if err != nil {
		return err
	}
	if of, ok := info.Sys().(*syscall.Stat_t); ok {
		return os.Lchown(lock, int(of.Uid), int(of.Gid))
	}
	return nil
}
