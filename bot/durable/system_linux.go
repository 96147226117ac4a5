package durable

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

const sinceBoot = unix.CLOCK_BOOTTIME

func bootID() string {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
