package socketmode

import (
	"math/rand/v2"
	"time"

	"golang.org/x/time/rate"
)

const (
	// minReopen is the least time between two opens of a slot. Slack ends and
	// refuses connections within milliseconds when something is wrong.
	minReopen = time.Second
	// maxReopen is the longest wait while connections keep failing.
	maxReopen = time.Minute
	// openBurst and openEvery bound the opens of all slots together: recycles in
	// quick succession are served, and no minute has more than 44 calls of
	// apps.connections.open, which allows 50.
	openBurst = 8
	openEvery = time.Minute / 36
	// maxRetryAfter bounds the wait that a 429 may ask for: nothing is heard
	// meanwhile.
	maxRetryAfter = 5 * time.Minute
)

func newOpens() *rate.Limiter { return rate.NewLimiter(rate.Every(openEvery), openBurst) }

// backoff says when a slot may open its next connection, as far as the slot itself
// is concerned. See [pool.mayOpen] for what holds all slots.
type backoff struct {
	failures int // attempts and short connections in a row
	after    time.Time
}

// ended notes the end of a connection; one that was refused has lived for 0.
func (b *backoff) ended(now time.Time, lived time.Duration) {
	if lived < minReopen {
		b.failed(now)
		return
	}
	b.failures = 0
}

// failed notes a failed attempt. The wait doubles each time and is random, so that
// replicas do not keep in step.
func (b *backoff) failed(now time.Time) {
	b.failures++
	b.after = now.Add(minReopen + jitter(min(maxReopen-minReopen, minReopen/4<<min(b.failures, 10))))
}

// jitter is a random time below most.
func jitter(most time.Duration) time.Duration {
	return rand.N(most) //nolint:gosec // spreads load, guards nothing
}
