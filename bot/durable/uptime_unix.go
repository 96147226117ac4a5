//go:build linux || darwin

package durable

import (
	"strconv"
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
