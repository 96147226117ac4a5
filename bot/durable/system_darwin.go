package durable

import "golang.org/x/sys/unix"

// sinceBoot goes on while the machine sleeps, on this system.
const sinceBoot = unix.CLOCK_MONOTONIC

func bootID() string {
	id, err := unix.Sysctl("kern.bootsessionuuid")
	if err != nil {
		return ""
	}
	return id
}
