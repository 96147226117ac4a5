package main

import (
	"context"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

const (
	// heapGrowth is what may become garbage before it is collected, in percent of
	// what lives. Little lives here: half of Go's 100 costs no measurable time.
	heapGrowth = 50
	// startOver is when the start is over: connected, its migrations and checks done.
	startOver = 2 * time.Second
	// restEach is how soon a burst is forgotten. A rest costs about 5 ms of one core.
	restEach = 10 * time.Second
)

// keepSmall collects garbage early, unless the environment says when.
func keepSmall(environ []string) {
	if !slices.ContainsFunc(environ, func(v string) bool { return strings.HasPrefix(v, "GOGC=") }) {
		debug.SetGCPercent(heapGrowth)
	}
}

// rest gives memory back until ctx ends: first what only the start needed, and
// then what the last burst of commands did.
func rest(ctx context.Context) error {
	for wait := startOver; ; wait = restEach {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
			debug.FreeOSMemory()
			dropProgram()
		}
	}
}
